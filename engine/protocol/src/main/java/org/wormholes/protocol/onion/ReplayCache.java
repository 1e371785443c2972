package org.wormholes.protocol.onion;

import java.util.HashMap;
import java.util.Map;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.onion.SetupException.Kind;
import org.wormholes.protocol.wire.BigEndian;

/// Which set-up packets were here before, for each onion key that is still held. Exact, not
/// probable. Bounded: 64 bytes an entry at most, and a full cache refuses new packets until the key
/// rotates. One cache serves all loops of a relay, so it is locked.
public final class ReplayCache {
  private final int maxEntries;
  private final long first;
  private final long second;
  private final Map<Integer, Table> tables = new HashMap<>();

  /// An empty cache.
  ///
  /// @param maxEntries packets remembered for each onion key
  /// @param entropy for the secret that places entries, so that nobody can make them collide
  public ReplayCache(int maxEntries, Entropy entropy) {
    this.maxEntries = maxEntries;
    byte[] secret = entropy.bytes(16);
    this.first = BigEndian.i64(secret, 0);
    this.second = BigEndian.i64(secret, 8) | 1;
  }

  /// Forgets the packets of keys that are no longer held.
  public synchronized void retain(OnionKeyRing keys) {
    tables.keySet().removeIf(id -> keys.find(id).isEmpty());
  }

  /// Packets remembered over all keys.
  public synchronized int size() {
    return tables.values().stream().mapToInt(table -> table.size).sum();
  }

  /// Remembers a packet.
  ///
  /// @param tag 16 bytes that follow from the packet's shared secret
  synchronized void add(int keyId, byte[] tag) throws SetupException {
    Table table = tables.computeIfAbsent(keyId, id -> new Table());
    long high = BigEndian.i64(tag, 0);
    long low = BigEndian.i64(tag, 8);
    // Two zeros mark a free place; a real tag has them once in 2^128.
    int place = table.find(high, high == 0 && low == 0 ? 1 : low);
    if (!table.free(place)) {
      throw new SetupException(Kind.REPLAYED, "set-up packet was here before");
    }
    if (table.size >= maxEntries) {
      throw new SetupException(Kind.FULL, "replay cache is full");
    }
    table.put(place, high, high == 0 && low == 0 ? 1 : low);
  }

  /// Open addressing over pairs of longs, at most half full.
  private final class Table {
    private long[] pairs = new long[2 * 512];
    private int size;

    boolean free(int place) {
      return pairs[place] == 0 && pairs[place + 1] == 0;
    }

    /// Where this pair stands, or would.
    int find(long high, long low) {
      int mask = pairs.length / 2 - 1;
      long mixed = ((high ^ first) * second + low) * second;
      int at = (int) (mixed >>> 32) & mask;
      while (!free(2 * at) && (pairs[2 * at] != high || pairs[2 * at + 1] != low)) {
        at = (at + 1) & mask;
      }
      return 2 * at;
    }

    void put(int place, long high, long low) {
      pairs[place] = high;
      pairs[place + 1] = low;
      size++;
      if (size * 4 > pairs.length) {
        grow();
      }
    }

    private void grow() {
      long[] old = pairs;
      pairs = new long[old.length * 2];
      for (int i = 0; i < old.length; i += 2) {
        if (old[i] != 0 || old[i + 1] != 0) {
          int place = find(old[i], old[i + 1]);
          pairs[place] = old[i];
          pairs[place + 1] = old[i + 1];
        }
      }
    }
  }
}
