package org.wormholes.protocol.directory;

/// What a node offers to others. The ordinal is the bit in a descriptor and never changes.
public enum NodeRole {
  /// Forwards cells between links.
  RELAY,
  /// Connects to the outside.
  EXIT,
  /// Wishes to be a first hop: long up, well connected.
  GUARD
}
