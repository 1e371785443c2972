package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import org.wormholes.rules.expr.Interpreter;

/// What may be reached at the far end, and who resolves names there. [ExitPolicy] decides by it.
///
/// @param clauses in the script's order; none means all public addresses
/// @param vias networks of others that flows leave into, by the first whose condition holds; a flow
///   that none takes leaves as it is
public record Exit(List<ExitClause> clauses, Resolve resolve, List<Via> vias) {
  public static final int MAX_CLAUSES = 1024;
  public static final int MAX_VIAS = 16;

  /// All public addresses, names resolved by the exit's system.
  public static final Exit DEFAULT = new Exit(List.of(), new Resolve.BySystem());

  public Exit {
    clauses = Checks.atMost("exit clauses", clauses, MAX_CLAUSES);
    requireNonNull(resolve, "resolve");
    vias = Checks.atMost("gateways of an exit", vias, MAX_VIAS);
  }

  /// An exit that everything leaves as it is.
  public Exit(List<ExitClause> clauses, Resolve resolve) {
    this(clauses, resolve, List.of());
  }

  /// The gateway that a flow leaves into, as the script names it; empty where it leaves as it is.
  public Optional<String> via(ExitFacts flow) {
    for (Via via : vias) {
      if (Interpreter.yesNo(via.condition(), flow)) {
        return Optional.of(via.gateway());
      }
    }
    return Optional.empty();
  }
}
