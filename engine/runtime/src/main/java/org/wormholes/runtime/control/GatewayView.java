package org.wormholes.runtime.control;

import java.util.List;

/// A gateway of the applied ruleset.
///
/// @param kind the word in the script: `tor`, `i2p`, `socks`, `http`
/// @param percent of its start, 0 to 100
/// @param detail how it stands in a few words; may be empty
/// @param chain what flows to it pass before it, the nearest to this machine first
/// @param flows that it carries now
public record GatewayView(
    String name,
    String kind,
    State state,
    int percent,
    String detail,
    List<String> chain,
    int flows) {
  public GatewayView {
    chain = List.copyOf(chain);
  }

  /// How a gateway stands.
  public enum State {
    STARTING,
    READY,
    DOWN
  }
}
