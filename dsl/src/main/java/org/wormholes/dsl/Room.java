package org.wormholes.dsl;

/// A block of a ruleset, with words of its own.
public enum Room {
  FILE("a file"),
  RULESET("a `ruleset`"),
  NETWORK("a `network`"),
  TABLE("a `table`"),
  TUNNEL("a `tunnel`"),
  TOR("a `tor`"),
  I2P("an `i2p`"),
  UPSTREAM("an `upstream`"),
  PEERS("a `peers`"),
  ENTRY("an `entry`"),
  RELAY("a `relay`"),
  EXIT("an `exit`"),
  ROUTES("`routes`"),
  EXPECT("an `expect`"),
  FLOW("a flow");

  private final String described;

  Room(String described) {
    this.described = described;
  }

  /// The room's name in a sentence, such as "a `tunnel`".
  public String described() {
    return described;
  }
}
