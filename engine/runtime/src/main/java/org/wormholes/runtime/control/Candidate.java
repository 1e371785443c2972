package org.wormholes.runtime.control;

import java.util.Optional;
import java.util.OptionalDouble;

/// A node as a possible hop of a path.
///
/// @param node the node's address, 56 characters
/// @param nickname a short name for people
/// @param eligible whether it may serve at this hop
/// @param excludedBy in a word or two what excluded it (`only`, `distinct operator`, `no relay`,
///   `self`); empty when eligible
/// @param rulePath path of that clause in the ruleset (`tunnels/web/relays/only`); empty when no
///   clause of the ruleset did it
/// @param because the part of that clause which alone excluded it, where the clause is a condition
/// @param place where that clause was written, when known
/// @param score what `prefer` gives it, when there is a `prefer`
public record Candidate(
    String node,
    String nickname,
    boolean eligible,
    String excludedBy,
    String rulePath,
    Optional<Settling> because,
    Optional<Place> place,
    OptionalDouble score) {
  /// What excluded it, as in `only { latency < 80.ms }`; empty when eligible.
  public String cause() {
    return because.map(it -> "%s { %s }".formatted(excludedBy, it.part())).orElse(excludedBy);
  }
}
