package org.wormholes.cli;

import java.util.List;
import java.util.stream.Stream;
import org.wormholes.rules.Exit;
import org.wormholes.rules.ExitClause;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;

/// What an exit lets others reach.
final class ExitRules {
  /// Every public address and, by name, this machine and its private networks: for local tests.
  static final Exit ANYWHERE_REACHABLE =
      new Exit(
          List.of(
              ExitClause.allow(
                  Exprs.any(
                      Stream.of(AddressKind.PUBLIC, AddressKind.PRIVATE, AddressKind.LOOPBACK)
                          .<Expr>map(ExitRules::isOf)
                          .toList()))),
          new Resolve.BySystem());

  private ExitRules() {}

  private static Expr isOf(AddressKind kind) {
    return new Expr.AddressTest(kind, new Expr.FactRef(Fact.ADDRESS));
  }
}
