package org.wormholes.protocol.circuit;

/// Which cells a circuit asks for.
public enum CellChoice {
  /// Large ones when there is more queued than a small one holds.
  AUTOMATIC,
  /// Always small ones, whatever is queued; longer datagrams are dropped.
  SMALL,
  /// Always large ones.
  LARGE
}
