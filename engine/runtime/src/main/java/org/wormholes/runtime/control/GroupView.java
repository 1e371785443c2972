package org.wormholes.runtime.control;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A group of the applied ruleset.
///
/// @param kind the word in the script: `fallback`, `fastest`, `balance`, `split`
/// @param inUse the member that new flows take; absent where they are spread, and when all are down
/// @param inUseFor for how long it has been
/// @param members in the order of the script
public record GroupView(
    String name, String kind, Optional<String> inUse, Duration inUseFor, List<Member> members) {
  public GroupView {
    members = List.copyOf(members);
  }

  /// A member of a group.
  ///
  /// @param tunnel its name
  /// @param stateFor for how long it has been in its state
  /// @param roundTrip smoothed, as probes measured it
  /// @param flows of this group that it carries now
  /// @param problem why the last probe failed
  public record Member(
      String tunnel,
      State state,
      Duration stateFor,
      Optional<Duration> roundTrip,
      int flows,
      Optional<String> problem) {}

  /// How a member stands.
  public enum State {
    /// No probe has ended yet; it is taken for good.
    UNTRIED,
    UP,
    DOWN
  }
}
