package org.wormholes.protocol.circuit;

import org.jspecify.annotations.Nullable;

/// Whose turn it is to put data into the cell. Channels that sent little lately go first, so that a
/// key press does not wait behind a download; the others take turns of one cell each, and get at
/// least every fourth turn.
final class Rotation {
  static final long QUIET_BYTES = 64 << 10;

  private static final int MAX_QUIET_RUN = 3;
  private static final int MAX_LOOKED_AT = 64;

  private final ChannelList quiet = new ChannelList();
  private final ChannelList bulk = new ChannelList();
  private int quietRun;

  boolean isEmpty() {
    return quiet.isEmpty() && bulk.isEmpty();
  }

  /// The channel wants a turn; it may be waiting for one already.
  void join(Channel channel, long now) {
    if (!channel.turnNode.isIn()) {
      boolean isQuiet = channel.recentBytes(now) < QUIET_BYTES;
      (isQuiet ? quiet : bulk).add(channel.turnNode);
    }
  }

  /// Whose turn it is, null when nobody waits.
  @Nullable Channel next() {
    boolean fromBulk = quiet.isEmpty() || (quietRun >= MAX_QUIET_RUN && !bulk.isEmpty());
    ChannelList.Node node = (fromBulk ? bulk : quiet).first();
    quietRun = fromBulk ? 0 : quietRun + 1;
    return node == null ? null : node.channel;
  }

  /// The channel had its turn.
  void took(Channel channel, int bytes, long now) {
    channel.turnNode.leave();
    channel.addRecent(bytes, now);
    if (channel.wantsTurn()) {
      join(channel, now);
    }
  }

  /// Whether those who wait could use more than `bytes`. Looks at the first few only.
  boolean wantsMoreThan(int bytes) {
    int left = bytes - wanted(quiet, bytes);
    return left < 0 || left - wanted(bulk, left) < 0;
  }

  private static int wanted(ChannelList list, int enough) {
    int sum = 0;
    int looked = 0;
    for (ChannelList.Node node = list.first();
        node != null && sum <= enough && looked < MAX_LOOKED_AT;
        node = node.next()) {
      sum += node.channel.turnBytes();
      looked++;
    }
    return sum;
  }
}
