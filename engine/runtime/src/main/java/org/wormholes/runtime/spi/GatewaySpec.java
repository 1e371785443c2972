package org.wormholes.runtime.spi;

import java.util.Optional;
import org.wormholes.protocol.crypto.NodeKey;

/// A gateway, as whoever speaks for it needs to know it.
///
/// @param name as in the ruleset
/// @param server where the program or proxy listens; absent where a program is to be started
/// @param key of this node: what services that keep a list of clients know it by
/// @param isLed whether its own connections must leave by the [Way] given; where it is not, a
///   program may make them itself
public record GatewaySpec(
    String name,
    Kind kind,
    Optional<EntrySpec.Target> server,
    FlowRequest.Credentials credentials,
    NodeKey key,
    boolean isLed) {
  /// What is spoken.
  public enum Kind {
    TOR,
    I2P,
    SOCKS,
    HTTP
  }
}
