package org.wormholes.runtime.control;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A circuit of this node's own tunnels.
///
/// @param id number within this engine, for people and logs of the moment
/// @param tunnel name of the tunnel it serves
/// @param state where it is in its life
/// @param hops in the order bytes travel
/// @param flows conversations it carries now
/// @param age since it was asked for
/// @param buildTime from the first byte sent until it could carry data; absent while building
/// @param roundTrip of the whole circuit, measured on its own cells
/// @param bytesUp payload carried towards the exit since it was built
/// @param bytesDown payload carried towards this node since it was built
public record CircuitView(
    long id,
    String tunnel,
    State state,
    List<HopView> hops,
    int flows,
    Duration age,
    Optional<Duration> buildTime,
    Optional<Duration> roundTrip,
    long bytesUp,
    long bytesDown) {
  public CircuitView {
    hops = List.copyOf(hops);
  }

  /// Where a circuit is in its life.
  public enum State {
    BUILDING,
    READY,
    /// Takes no new flows; ends when its last flow does.
    DRAINING
  }
}
