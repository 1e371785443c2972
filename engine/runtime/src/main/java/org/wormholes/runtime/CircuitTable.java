package org.wormholes.runtime;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Circuits of one link by their id on it: open addressing on plain ints, so that looking up the
/// circuit of a cell allocates nothing.
final class CircuitTable<T> {
  private static final int INITIAL_CAPACITY = 16;

  private int[] ids = new int[INITIAL_CAPACITY];
  private @Nullable Object[] values = new Object[INITIAL_CAPACITY];
  private int size;

  int size() {
    return size;
  }

  @SuppressWarnings("unchecked") // only put() writes values, and it takes T
  @Nullable T find(int id) {
    int slot = slotOf(id);
    return (T) values[slot];
  }

  /// Adds a circuit; false when the id is taken.
  boolean put(int id, T value) {
    if (2 * (size + 1) > ids.length) {
      grow();
    }
    int slot = slotOf(id);
    if (values[slot] != null) {
      return false;
    }
    ids[slot] = id;
    values[slot] = value;
    size++;
    return true;
  }

  void remove(int id) {
    int slot = slotOf(id);
    if (values[slot] == null) {
      return;
    }
    values[slot] = null;
    size--;
    closeGap(slot);
  }

  @SuppressWarnings("unchecked") // only put() writes values, and it takes T
  List<T> all() {
    List<T> all = new ArrayList<>(size);
    for (Object value : values) {
      if (value != null) {
        all.add((T) value);
      }
    }
    return all;
  }

  private int slotOf(int id) {
    int mask = ids.length - 1;
    int slot = start(id, mask);
    while (values[slot] != null && ids[slot] != id) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static int start(int id, int mask) {
    return ((id * 0x9E3779B1) >>> 7) & mask;
  }

  /// Knuth's deletion for linear probing (volume 3, algorithm 6.4 R): no tombstones stay behind.
  private void closeGap(int gap) {
    int mask = ids.length - 1;
    int hole = gap;
    for (int slot = (gap + 1) & mask; values[slot] != null; slot = (slot + 1) & mask) {
      int home = start(ids[slot], mask);
      boolean mayMove =
          hole <= slot ? (home <= hole || home > slot) : (home <= hole && home > slot);
      if (mayMove) {
        ids[hole] = ids[slot];
        values[hole] = values[slot];
        values[slot] = null;
        hole = slot;
      }
    }
  }

  private void grow() {
    int[] oldIds = ids;
    @Nullable Object[] oldValues = values;
    ids = new int[oldIds.length * 2];
    values = new Object[oldIds.length * 2];
    for (int i = 0; i < oldIds.length; i++) {
      if (oldValues[i] != null) {
        int slot = slotOf(oldIds[i]);
        ids[slot] = oldIds[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
