package org.wormholes.rules.expr;

import java.util.List;

/// What is wrong with one node of a tree.
///
/// @param path the numbers of the children that lead from the root to the node; see [Expr#child]
/// @param message for people, in the words of a ruleset: `can't compare a duration with a size`
public record TypeProblem(List<Integer> path, Kind kind, String message) {
  /// What a problem is about, for whoever wants to say it in other words.
  public enum Kind {
    /// The scope has no such fact.
    UNKNOWN_FACT,
    /// A node has a child of the wrong type, or two that do not go together.
    MISMATCH,
    /// A fact is compared with a value it can never have.
    IMPOSSIBLE_VALUE,
    /// The tree is too deep, has too many nodes, or costs too much.
    TOO_LARGE
  }

  public TypeProblem {
    path = List.copyOf(path);
  }
}
