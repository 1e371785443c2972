package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import java.util.List;

/// What may be reached at the far end, and who resolves names there. [ExitPolicy] decides by it.
///
/// @param clauses in the script's order; none means all public addresses
public record Exit(List<ExitClause> clauses, Resolve resolve) {
  public static final int MAX_CLAUSES = 1024;

  /// All public addresses, names resolved by the exit's system.
  public static final Exit DEFAULT = new Exit(List.of(), new Resolve.BySystem());

  public Exit {
    clauses = Checks.atMost("exit clauses", clauses, MAX_CLAUSES);
    requireNonNull(resolve, "resolve");
  }
}
