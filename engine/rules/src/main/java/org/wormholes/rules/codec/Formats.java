package org.wormholes.rules.codec;

import org.wormholes.rules.FactsAsked;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;

/// The formats of rule files, each of which can say all that those before it can. A file has the
/// first that can say what it holds, so rules that were written once keep their bytes, and their
/// name, and what reads an older format reads them.
final class Formats {
  static final int FIRST = 1;

  /// With groups, marks, given facts, facts about something, and more facts of flows.
  static final int SECOND = 2;

  /// With gateways.
  static final int THIRD = 3;

  static final int NEWEST = THIRD;

  private Formats() {}

  /// The format that the ruleset needs.
  static int of(Ruleset ruleset) {
    if (!ruleset.gateways().isEmpty()) {
      return THIRD;
    }
    boolean second =
        !ruleset.groups().isEmpty()
            || ruleset.routes().stream().anyMatch(it -> it.verdict() instanceof Verdict.Mark)
            || ruleset.expectations().stream().anyMatch(it -> !it.flow().given().isEmpty())
            || FactsAsked.in(ruleset).facts().stream().anyMatch(Formats::isOfSecond)
            || FactsAsked.in(Scope.FLOW, ruleset).has(Fact.COUNTRY);
    return second ? SECOND : FIRST;
  }

  static boolean isOfSecond(Fact fact) {
    return fact.id() >= Fact.SNI.id() && fact.id() <= Fact.MARKED.id();
  }
}
