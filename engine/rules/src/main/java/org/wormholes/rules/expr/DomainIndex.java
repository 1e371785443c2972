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

  private final byte[] blob; // the bytes of all sets, one after another
  private final int[] places; // of each slot, 1 + the place in the blob; 0 is empty
  private final int[] sets; // of each slot, the number of its set; empty where there is one set
  private final long factor;
  private final int shift;

  private DomainIndex(byte[] blob, int entries, boolean oneSet, long factor) {
    int bits = Math.max(3, 33 - Integer.numberOfLeadingZeros(entries + entries / 4));
    this.blob = blob;
    this.places = new int[1 << bits];
    this.sets = oneSet ? new int[0] : new int[1 << bits];
    this.factor = factor;
    this.shift = Long.SIZE - bits;
  }

  /// An index over the sets, which are numbered from 0.
  public static DomainIndex of(List<DomainSet> sets) {
    boolean oneSet = sets.size() == 1;
    byte[] blob = oneSet ? sets.getFirst().bytes() : joined(sets);
    int entries = sets.stream().mapToInt(DomainSet::size).sum();
    while (true) {
      DomainIndex index = new DomainIndex(blob, entries, oneSet, SEEDS.nextLong() | 1);
      if (index.fill(sets)) {
        return index;
      }
    }
  }

  /// The bytes of all sets, side by side: looking in many small arrays would miss the caches.
  private static byte[] joined(List<DomainSet> sets) {
    byte[] joined = new byte[sets.stream().mapToInt(set -> set.bytes().length).sum()];
    int length = 0;
    for (DomainSet set : sets) {
      System.arraycopy(set.bytes(), 0, joined, length, set.bytes().length);
      length += set.bytes().length;
    }
    return joined;
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
    for (int slot = slot(hash); places[slot] != 0; slot = (slot + 1) & mask) {
      if (isAt(places[slot] - 1, host, from)) {
        return sets.length == 0 ? 0 : sets[slot];
      }
    }
    return NONE;
  }

  private boolean isAt(int at, String host, int from) {
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

  private boolean fill(List<DomainSet> all) {
    int at = 0;
    for (int set = 0; set < all.size(); set++) {
      int end = at + all.get(set).bytes().length;
      for (; at < end; at += 1 + (blob[at] & 0xff)) {
        if (!put(set, at)) {
          return false;
        }
      }
    }
    return true;
  }

  /// Enters a domain unless an earlier set has the very same one.
  private boolean put(int set, int at) {
    long hash = 0;
    int length = blob[at] & 0xff;
    for (int i = 1; i <= length; i++) {
      hash = next(hash, (char) blob[at + i]);
    }
    int mask = places.length - 1;
    int slot = slot(hash);
    for (int chain = 0; chain < MAX_CHAIN; chain++, slot = (slot + 1) & mask) {
      if (places[slot] == 0) {
        places[slot] = at + 1;
        if (sets.length != 0) {
          sets[slot] = set;
        }
        return true;
      }
      int other = places[slot] - 1;
      int otherEnd = other + 1 + (blob[other] & 0xff);
      if (Arrays.equals(blob, at, at + 1 + length, blob, other, otherEnd)) {
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
}
