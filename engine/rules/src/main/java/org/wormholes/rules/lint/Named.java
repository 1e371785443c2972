package org.wormholes.rules.lint;

import java.util.List;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.AddressRange;
import org.wormholes.rules.expr.AddressSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Expr.Comparison;

/// Which addresses a condition names.
final class Named {
  private Named() {}

  static boolean isNotPublic(String host) {
    return Address.parse(host).filter(it -> AddressKind.of(it) != AddressKind.PUBLIC).isPresent();
  }

  /// Whether it asks in the positive for addresses that are not public, so that an exit would let
  /// them through.
  static boolean namesNotPublic(Expr condition) {
    return switch (condition) {
      case Expr.And(List<Expr> all) -> all.stream().anyMatch(Named::namesNotPublic);
      case Expr.Or(List<Expr> any) -> any.stream().anyMatch(Named::namesNotPublic);
      case Expr.Choose(_, Expr then, Expr otherwise) ->
          namesNotPublic(then) || namesNotPublic(otherwise);
      case Expr.AddressTest(AddressKind kind, _) ->
          kind != AddressKind.PUBLIC && kind != AddressKind.IPV4 && kind != AddressKind.IPV6;
      case Expr.Compare(Comparison operator, Expr left, Expr right)
          when operator == Comparison.EQUAL ->
          isNotPublic(left) || isNotPublic(right);
      case Expr.Member(_, AddressSet set) -> set.ranges().stream().anyMatch(Named::isNotPublic);
      default -> false;
    };
  }

  private static boolean isNotPublic(Expr expr) {
    return expr instanceof Expr.AddressLiteral(Address address)
        && AddressKind.of(address) != AddressKind.PUBLIC;
  }

  private static boolean isNotPublic(AddressRange range) {
    AddressKind kind = AddressKind.of(range.first());
    return kind != AddressKind.PUBLIC && kind == AddressKind.of(range.last());
  }
}
