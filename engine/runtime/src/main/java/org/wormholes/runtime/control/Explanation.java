package org.wormholes.runtime.control;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What becomes of one flow, and which lines of the script say so.
///
/// @param flow what was asked, as the engine understood it
/// @param given what else was taken to be so, as in `process = "curl"`
/// @param live whether a running engine answered, with its own view of the network
/// @param verdict what the routes say: `tunnel`, `gateway`, `refuse` or `direct`
/// @param outcome what becomes of it on this side: the verdict, or `refuse` where the exit clauses
///   of the tunnel refuse it already here
/// @param depends whether the exit may still refuse it, by an address that is not known yet
/// @param tunnel the tunnel it takes, of a group the member, or the gateway; otherwise empty
/// @param rulePath path of the deciding rule in the ruleset; empty when no rule matched
/// @param place where that rule is written
/// @param reason the decision in a sentence
/// @param because the part of the deciding condition that settled it, with its values; may be empty
/// @param marks that the flow got on the way, in order
/// @param beaten other routes, in order, and why each did not decide
/// @param otherRoutes how many other routes there are, told of or not
/// @param group how the member was chosen; absent unless the routes name a group
/// @param path the way it would take; absent unless the verdict is `tunnel`
/// @param resolvedAt where the name is resolved: `exit`, `gateway`, `here` or `nowhere`
/// @param resolution where and by whom, in words
public record Explanation(
    String flow,
    List<String> given,
    boolean live,
    String verdict,
    String outcome,
    boolean depends,
    String tunnel,
    String rulePath,
    Optional<Place> place,
    String reason,
    String because,
    List<MarkGained> marks,
    List<BeatenRule> beaten,
    int otherRoutes,
    Optional<GroupChoice> group,
    Optional<PathExplanation> path,
    String resolvedAt,
    String resolution) {
  public Explanation {
    given = List.copyOf(given);
    marks = List.copyOf(marks);
    beaten = List.copyOf(beaten);
  }

  /// A mark that a route gave the flow.
  public record MarkGained(String mark, String rulePath, Optional<Place> place) {}

  /// A route that did not decide.
  ///
  /// @param rulePath its path in the ruleset
  /// @param verdict what it would have said: `tunnel NAME`, `refuse`, `direct`, `mark NAME`
  /// @param why the part of its condition that settled it, or that an earlier rule had decided
  /// @param matches whether its condition holds for this flow
  /// @param place where it is written
  public record BeatenRule(
      String rulePath, String verdict, String why, boolean matches, Optional<Place> place) {}

  /// Which member of a group the flow takes.
  ///
  /// @param kind `fallback`, `fastest`, `balance` or `split`
  /// @param member the one it takes; empty when all are down or refuse it
  /// @param why in a sentence
  public record GroupChoice(
      String group,
      String kind,
      Optional<Place> place,
      String member,
      String why,
      List<GroupMember> members) {
    public GroupChoice {
      members = List.copyOf(members);
    }
  }

  /// A member of a group, for this flow.
  ///
  /// @param usable whether the flow may take it
  /// @param why not, or how it stands
  /// @param roundTrip as probes measured it
  public record GroupMember(
      String tunnel, boolean usable, String why, Optional<Duration> roundTrip) {}

  /// The way through a tunnel.
  ///
  /// @param network the network it runs over
  /// @param carriers for the first link, in the order of the script
  /// @param isolation what keeps this flow off other flows' circuits
  /// @param hops who may serve at each hop; empty without an engine
  /// @param exit what the exit policy says
  /// @param problem the clause that leaves a hop without candidates, when one does
  public record PathExplanation(
      String network,
      List<CarrierChoice> carriers,
      String isolation,
      List<HopCandidates> hops,
      ExitOutcome exit,
      Optional<String> problem) {
    public PathExplanation {
      carriers = List.copyOf(carriers);
      hops = List.copyOf(hops);
    }
  }

  /// A carrier for the first link.
  ///
  /// @param chosen whether a new first link would take it
  /// @param why or why not
  public record CarrierChoice(String carrier, boolean chosen, String why) {}

  /// What the exit policy says of this flow.
  ///
  /// @param verdict `allow`, `refuse`, or `after resolution` when it depends on the address that a
  ///   name turns out to have
  /// @param rulePath the deciding clause; the exit as a whole for the built-in rules
  /// @param place where it is written
  /// @param cause in a few words
  /// @param clauses what each says
  public record ExitOutcome(
      String verdict,
      String rulePath,
      Optional<Place> place,
      String cause,
      List<ClauseSaying> clauses) {
    public ExitOutcome {
      clauses = List.copyOf(clauses);
    }
  }

  /// What one exit clause says.
  ///
  /// @param action `allow` or `refuse`
  /// @param matches `yes`, `no`, or `depends` on the address
  /// @param why the part that settled it, with its values
  public record ClauseSaying(
      String action, String matches, String why, String rulePath, Optional<Place> place) {}
}
