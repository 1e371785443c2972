package org.wormholes.protocol.rendezvous;

import java.util.HashSet;
import java.util.Set;
import org.wormholes.protocol.wire.Bytes;

/// Which introductions a service took under its present key. Exact; a full one takes no more, and
/// the service makes itself a new key.
public final class ReplayMemory {
  /// Introductions under one key.
  public static final int MAX_ENTRIES = 65_536;

  private final int maxEntries;
  private final Set<Bytes> seen = new HashSet<>();

  public ReplayMemory() {
    this(MAX_ENTRIES);
  }

  ReplayMemory(int maxEntries) {
    this.maxEntries = maxEntries;
  }

  public boolean full() {
    return seen.size() >= maxEntries;
  }

  boolean add(byte[] tag) {
    return !full() && seen.add(Bytes.of(tag));
  }
}
