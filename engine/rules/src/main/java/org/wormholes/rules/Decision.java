package org.wormholes.rules;

/// What the routes decided for a flow.
///
/// @param routeIndex the route that won, from 0; [#NO_ROUTE] where none matched
/// @param rulePath the rule that decided, for source maps: see [RulePath]
public record Decision(int routeIndex, Verdict.Final verdict, String rulePath) {
  public static final int NO_ROUTE = -1;
}
