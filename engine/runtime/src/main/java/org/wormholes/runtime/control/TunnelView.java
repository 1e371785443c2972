package org.wormholes.runtime.control;

import java.util.List;
import java.util.Optional;

/// A tunnel of the applied ruleset.
///
/// @param name as in the script
/// @param network the network it runs over
/// @param state whether it carries flows
/// @param problem why it does not, with the clause that blocks, when it does not
/// @param listening its open entries
/// @param hops relays on each of its circuits, the exit included
/// @param circuits how many it has
/// @param flows conversations it carries now
/// @param bytesUp payload carried towards exits since it was applied
/// @param bytesDown payload carried back
/// @param services what it publishes
public record TunnelView(
    String name,
    String network,
    State state,
    Optional<String> problem,
    List<ListenView> listening,
    int hops,
    int circuits,
    int flows,
    long bytesUp,
    long bytesDown,
    List<ServiceView> services) {
  public TunnelView {
    listening = List.copyOf(listening);
    services = List.copyOf(services);
  }

  /// A tunnel that publishes nothing.
  public TunnelView(
      String name,
      String network,
      State state,
      Optional<String> problem,
      List<ListenView> listening,
      int hops,
      int circuits,
      int flows,
      long bytesUp,
      long bytesDown) {
    this(
        name, network, state, problem, listening, hops, circuits, flows, bytesUp, bytesDown,
        List.of());
  }

  /// A service that is published through it.
  ///
  /// @param name as in the script
  /// @param address `wormhole://ADDRESS`, by which it is reached
  /// @param place where it is, `HOST:PORT`
  /// @param ready relays that introduce clients to it now; none as long as nobody can come
  /// @param onward the networks of others in which it is published too
  public record ServiceView(
      String name, String address, String place, int ready, List<Onward> onward) {
    public ServiceView {
      onward = List.copyOf(onward);
    }
  }

  /// A service in a network of others.
  ///
  /// @param gateway as in the script
  /// @param address by which it is reached there, such as `NAME.onion`; empty until it is known
  /// @param problem why nobody can come yet
  public record Onward(String gateway, String address, Optional<String> problem) {}

  /// Whether a tunnel carries flows.
  public enum State {
    /// A circuit is ready, or could be built now.
    READY,
    BUILDING,
    /// No complete path exists; flows are refused, never sent another way.
    BLOCKED,
    /// Removed by the last apply; its last flows are ending.
    DRAINING
  }
}
