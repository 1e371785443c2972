package org.wormholes.rules;

import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.AddressRange;
import org.wormholes.rules.expr.AddressSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Interpreter;

/// Whether a condition names a non-public address, so that its author cannot have allowed it by
/// accident.
final class Naming {
  private Naming() {}

  /// Whether some part of the condition that stands in the positive and is met asks for just this
  /// address, its kind, or a range within one non-public block that has it.
  static boolean names(Expr condition, ExitFacts facts, Address address) {
    return switch (condition) {
      case Expr.And(var all) -> anyNames(all, facts, address);
      case Expr.Or(var any) -> anyNames(any, facts, address);
      case Expr.Choose(Expr question, Expr then, Expr otherwise) ->
          names(Interpreter.yesNo(question, facts) ? then : otherwise, facts, address);
      case Expr.AddressTest(AddressKind kind, _) -> kind == AddressKind.of(address);
      case Expr.Compare(Comparison operator, Expr left, Expr right)
          when operator == Comparison.EQUAL && isLiteral(left, right) ->
          Interpreter.yesNo(condition, facts);
      case Expr.Member(_, AddressSet set) ->
          set.contains(address) && isWithinOneBlock(set, address);
      default -> false;
    };
  }

  private static boolean anyNames(Iterable<Expr> parts, ExitFacts facts, Address address) {
    for (Expr part : parts) {
      if (Interpreter.yesNo(part, facts) && names(part, facts, address)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isLiteral(Expr left, Expr right) {
    return left instanceof Expr.AddressLiteral || right instanceof Expr.AddressLiteral;
  }

  private static boolean isWithinOneBlock(AddressSet set, Address address) {
    Address embedded = address.embedded();
    for (AddressRange range : set.ranges()) {
      if (contains(range, address) || contains(range, embedded)) {
        AddressKind kind = AddressKind.of(range.first());
        return kind != AddressKind.PUBLIC && kind == AddressKind.of(range.last());
      }
    }
    return false;
  }

  private static boolean contains(AddressRange range, @Nullable Address address) {
    return address != null && range.contains(address);
  }
}
