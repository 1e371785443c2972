package org.wormholes.rules.expr;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/// Finds the first of many [DomainSet]s that has a host, in one pass over the host's characters,
/// however many domains there are.
///
/// A table of hashes with open addressing over the sets' own bytes. The hash is seeded in each
/// process, and the table is built anew with another seed until no chain is longer than
/// [#MAX_CHAIN]: whoever writes the sets cannot make a look-up slow. Immutable.
public final class DomainIndex {
  /// The number of no set.
  public static final int NONE = Integer.MAX_VALUE;

  static final int MAX_CHAIN = 48;

  private static final SecureRandom SEEDS = new SecureRandom();

  private final byte[][] blobs;
  private final int[] places; // of each slot, 1 + the place in its blob; 0 is empty
  private final int[] sets; // of each slot, the number of its set; empty where there is one set
  private final long factor;
  private final int shift;

  private DomainIndex(byte[][] blobs, int entries, long factor) {
    int bits = Math.max(3, 33 - Integer.numberOfLeadingZeros(entries + entries / 4));
    this.blobs = blobs;
    this.places = new int[1 << bits];
    this.sets = blobs.length == 1 ? new int[0] : new int[1 << bits];
    this.factor = factor;
    this.shift = Long.SIZE - bits;
  }

  /// An index over the sets, which are numbered from 0.
  public static DomainIndex of(List<DomainSet> sets) {
    byte[][] blobs = sets.stream().map(DomainSet::bytes).toArray(byte[][]::new);
    int entries = sets.stream().mapToInt(DomainSet::size).sum();
    while (true) {
      DomainIndex index = new DomainIndex(blobs, entries, SEEDS.nextLong() | 1);
      if (index.fill()) {
        return index;
      }
    }
  }

  /// The lowest number of a set that has the host, or [#NONE].
  public int lowest(String host) {
    int lowest = NONE;
    long hash = 0;
    int length = host.length();
    for (int i = length - 1; i >= 0; i--) {
      char c = host.charAt(i);
      if (c == '.') {
        lowest = Math.min(lowest, find(hash, host, i + 1));
        hash = next(hash, (char) DomainSet.DOT);
      } else {
        hash = next(hash, c);
      }
    }
    return length == 0 ? NONE : Math.min(lowest, find(hash, host, 0));
  }

  private int find(long hash, String host, int from) {
    int mask = places.length - 1;
    for (int slot = slot(hash); places[slot] != 0; slot = slot + 1 & mask) {
      int set = sets.length == 0 ? 0 : sets[slot];
      if (isAt(blobs[set], places[slot] - 1, host, from)) {
        return set;
      }
    }
    return NONE;
  }

  private static boolean isAt(byte[] blob, int at, String host, int from) {
    int length = blob[at] & 0xff;
    if (length != host.length() - from) {
      return false;
    }
    for (int i = 1, j = host.length() - 1; i <= length; i++, j--) {
      char c = host.charAt(j);
      if (blob[at + i] != (c == '.' ? DomainSet.DOT : c)) {
        return false;
      }
    }
    return true;
  }

  private boolean fill() {
    for (int set = 0; set < blobs.length; set++) {
      byte[] blob = blobs[set];
      for (int at = 0; at < blob.length; at += 1 + (blob[at] & 0xff)) {
        if (!put(set, blob, at)) {
          return false;
        }
      }
    }
    return true;
  }

  /// Enters a domain unless an earlier set has the very same one.
  private boolean put(int set, byte[] blob, int at) {
    long hash = 0;
    int length = blob[at] & 0xff;
    for (int i = 1; i <= length; i++) {
      hash = next(hash, (char) blob[at + i]);
    }
    int mask = places.length - 1;
    int slot = slot(hash);
    for (int chain = 0; chain < MAX_CHAIN; chain++, slot = slot + 1 & mask) {
      if (places[slot] == 0) {
        places[slot] = at + 1;
        if (sets.length != 0) {
          sets[slot] = set;
        }
        return true;
      }
      byte[] other = blobs[sets.length == 0 ? 0 : sets[slot]];
      int otherAt = places[slot] - 1;
      if (Arrays.equals(
          blob, at, at + 1 + length, other, otherAt, otherAt + 1 + (other[otherAt] & 0xff))) {
        return true;
      }
    }
    return false;
  }

  private long next(long hash, char c) {
    return (hash + c) * factor;
  }

  private int slot(long hash) {
    return (int) (((hash ^ (hash >>> 29)) * 0x9e37_79b9_7f4a_7c15L) >>> shift);
  }

  @Override
  public String toString() {
    return "an index over %d sets".formatted(blobs.length);
  }
}
