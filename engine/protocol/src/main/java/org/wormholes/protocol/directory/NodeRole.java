package org.wormholes.protocol.directory;

/// What a node offers to others.
public enum NodeRole {
  /// Forwards cells between links.
  RELAY(1),
  /// Connects to the outside.
  EXIT(2),
  /// Wishes to be a first hop: long up, well connected.
  GUARD(4);

  static final int ALL_BITS = 7;

  private final int bit;

  NodeRole(int bit) {
    this.bit = bit;
  }

  /// Its bit in a descriptor.
  int bit() {
    return bit;
  }
}
