package org.wormholes.protocol.circuit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The channels of a circuit by their numbers: open addressing over two arrays, so that a look-up
/// per message boxes nothing.
final class ChannelTable {
  private int[] ids = new int[16];
  private @Nullable Channel[] channels = new @Nullable Channel[16];
  private int size;

  int size() {
    return size;
  }

  @Nullable Channel find(int id) {
    return channels[slot(id)];
  }

  void put(Channel channel) {
    int slot = slot(channel.id);
    if (channels[slot] == null) {
      size++;
    }
    ids[slot] = channel.id;
    channels[slot] = channel;
    if (size > ids.length / 2) {
      grow();
    }
  }

  /// Takes out this channel, if it is the one under its number.
  void remove(Channel channel) {
    int hole = slot(channel.id);
    if (channels[hole] != channel) {
      return;
    }
    size--;
    int mask = ids.length - 1;
    // Move back whatever was pushed past the hole, so that no search ends too early.
    for (int at = hole + 1 & mask; channels[at] != null; at = at + 1 & mask) {
      int home = home(ids[at]);
      if ((at - home & mask) >= (at - hole & mask)) {
        ids[hole] = ids[at];
        channels[hole] = channels[at];
        hole = at;
      }
    }
    channels[hole] = null;
  }

  List<Channel> all() {
    List<Channel> all = new ArrayList<>(size);
    for (Channel channel : channels) {
      if (channel != null) {
        all.add(channel);
      }
    }
    return all;
  }

  private int slot(int id) {
    int mask = ids.length - 1;
    int at = home(id);
    while (channels[at] != null && ids[at] != id) {
      at = at + 1 & mask;
    }
    return at;
  }

  private int home(int id) {
    // Numbers are given out in order, so they spread well as they are.
    return id & ids.length - 1;
  }

  private void grow() {
    List<Channel> all = all();
    ids = new int[2 * ids.length];
    channels = new @Nullable Channel[ids.length];
    size = 0;
    for (Channel channel : all) {
      put(channel);
    }
  }
}
