package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

/// What the author expects the routes to decide for a flow; a ruleset whose expectations fail is
/// not applied.
public record Expectation(FlowSample flow, Verdict.Final expected) {
  public Expectation {
    requireNonNull(flow, "flow");
    requireNonNull(expected, "expected");
  }
}
