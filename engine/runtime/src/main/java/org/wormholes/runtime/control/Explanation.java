package org.wormholes.runtime.control;

import java.util.List;
import java.util.Optional;

/// What becomes of one flow, and which lines of the script say so.
///
/// @param flow what was asked, as the engine understood it
/// @param live whether a running engine answered, with its own view of the network
/// @param verdict `tunnel`, `refuse` or `direct`
/// @param tunnel the tunnel it takes; empty unless the verdict is `tunnel`
/// @param rulePath path of the deciding rule in the ruleset; empty when no rule matched
/// @param place where that rule is written
/// @param reason the decision in a sentence
/// @param beaten the other routes, in order, and why each did not decide
/// @param path the way it would take; absent unless the verdict is `tunnel`
/// @param resolution where and by whom the name is resolved
public record Explanation(
    String flow,
    boolean live,
    String verdict,
    String tunnel,
    String rulePath,
    Optional<Place> place,
    String reason,
    List<BeatenRule> beaten,
    Optional<PathExplanation> path,
    String resolution) {
  public Explanation {
    beaten = List.copyOf(beaten);
  }

  /// A route that did not decide.
  ///
  /// @param rulePath its path in the ruleset
  /// @param verdict what it would have said: `tunnel NAME`, `refuse`, `direct`
  /// @param why `did not match`, or that an earlier rule had already decided
  /// @param matches whether its condition holds for this flow
  /// @param place where it is written
  public record BeatenRule(
      String rulePath, String verdict, String why, boolean matches, Optional<Place> place) {}

  /// The way through a tunnel.
  ///
  /// @param network the network it runs over
  /// @param carriers tried in this order for the first link
  /// @param isolation what keeps this flow off other flows' circuits
  /// @param hops who may serve at each hop; empty without an engine
  /// @param exit what the exit policy says
  /// @param problem the clause that leaves a hop without candidates, when one does
  public record PathExplanation(
      String network,
      List<String> carriers,
      String isolation,
      List<HopCandidates> hops,
      ExitOutcome exit,
      Optional<String> problem) {
    public PathExplanation {
      carriers = List.copyOf(carriers);
      hops = List.copyOf(hops);
    }
  }

  /// What the exit policy says of this flow.
  ///
  /// @param verdict `allow`, `refuse`, or `after resolution` when it depends on the address that a
  ///   name turns out to have
  /// @param rulePath the deciding clause; empty for the built-in rules
  /// @param place where it is written
  /// @param cause in a few words
  public record ExitOutcome(String verdict, String rulePath, Optional<Place> place, String cause) {}
}
