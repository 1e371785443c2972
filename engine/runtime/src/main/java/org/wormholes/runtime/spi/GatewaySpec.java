package org.wormholes.runtime.spi;

import java.util.Optional;

/// A gateway, as whoever speaks for it needs to know it.
///
/// @param name as in the ruleset
/// @param server where the program or proxy listens; absent where a program is to be started
/// @param isLed whether its own connections must leave by the [Way] given; where it is not, a
///   program may make them itself
public record GatewaySpec(
    String name,
    Kind kind,
    Optional<EntrySpec.Target> server,
    FlowRequest.Credentials credentials,
    boolean isLed) {
  /// What is spoken.
  public enum Kind {
    TOR,
    I2P,
    SOCKS,
    HTTP
  }
}
