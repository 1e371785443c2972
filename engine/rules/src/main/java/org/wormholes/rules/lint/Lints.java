package org.wormholes.rules.lint;

import java.util.List;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;

/// Finds what an author probably did not mean.
///
/// What is called shadowed, unreachable or never true is proven to be so, for every flow (see
/// [Refutation]); what is called leaky is shown with a flow that does it, as the engine would
/// decide about it. What is not found is not thereby sound: looking is bounded, and so are the
/// proofs.
public final class Lints {
  private Lints() {}

  /// All findings, in the order of the text.
  ///
  /// @param sources where the rules stand; without it, findings name rules by number
  public static List<Lint> of(Ruleset ruleset, SourceMap sources) {
    Findings findings = new Findings(ruleset, sources);
    RouteLints.look(findings);
    LeakLints.look(findings);
    PathLints.look(findings);
    ExitLints.look(findings);
    UseLints.look(findings);
    ExpectationLints.look(findings);
    return findings.inOrder();
  }
}
