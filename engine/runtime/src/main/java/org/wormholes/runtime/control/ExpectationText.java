package org.wormholes.runtime.control;

import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.SourceMap;

/// An expectation that is not met, in words: what was expected and what is, and the lines that say
/// so.
public final class ExpectationText {
  private ExpectationText() {}

  /// As in `expectation 1 is not met: for example.org:443/tcp, tunnel web is expected (a.rb:9:3)
  /// and refuse decided (a.rb:7:3)`.
  public static String of(RouteDecider.Unmet unmet, SourceMap sources) {
    return "expectation %d is not met: for %s, %s is expected%s and %s decided%s"
        .formatted(
            unmet.index() + 1,
            FlowText.of(unmet.expectation().flow()),
            Explainer.named(unmet.expectation().expected()),
            at(sources, RulePath.expectation(unmet.index())),
            Explainer.named(unmet.decision().verdict()),
            at(sources, unmet.decision().rulePath()));
  }

  private static String at(SourceMap sources, String rulePath) {
    return sources.position(rulePath).map(position -> " (" + position + ")").orElse("");
  }
}
