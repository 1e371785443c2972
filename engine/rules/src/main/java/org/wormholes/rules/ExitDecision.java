package org.wormholes.rules;

/// What an exit decided about a destination.
///
/// @param clause the number of the clause that decided, from 0; [#NO_CLAUSE] where none did
public record ExitDecision(Outcome outcome, Cause cause, int clause) {
  public static final int NO_CLAUSE = -1;

  public enum Outcome {
    ALLOW,
    REFUSE,
    /// Nothing against the name: resolve it and decide again for each address.
    RESOLVE
  }

  public enum Cause {
    /// No clause was needed: the address is public and no clause allows.
    PUBLIC_ADDRESS,
    /// An `allow` clause matched.
    ALLOWED,
    /// A `refuse` clause matched.
    REFUSED,
    /// There are `allow` clauses, and none matched.
    NOT_ALLOWED,
    /// The address is not public, and no `allow` clause that matched names it.
    NOT_PUBLIC,
    /// The name belongs to another network and is asked of no resolver, see [SpecialNames].
    NOT_IN_DNS,
    /// It leaves into a gateway, and those take no datagrams.
    NO_DATAGRAMS,
    /// It is a published service: met at a relay, so no exit is asked.
    SERVICE,
    /// The name is not resolved yet.
    UNRESOLVED
  }

  public boolean allows() {
    return outcome == Outcome.ALLOW;
  }

  public boolean refuses() {
    return outcome == Outcome.REFUSE;
  }

  /// The rule that decided, for source maps: the clause, or the exit as a whole.
  public String rulePath(String tunnel) {
    return clause == NO_CLAUSE ? RulePath.exit(tunnel) : RulePath.exitClause(tunnel, clause);
  }
}
