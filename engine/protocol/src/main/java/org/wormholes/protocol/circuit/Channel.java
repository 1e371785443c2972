package org.wormholes.protocol.circuit;

import org.jspecify.annotations.Nullable;

/// Something with a number on a circuit: a stream, a datagram flow, or a claim to a stream. It
/// keeps what it has to say as bits, not as queued messages, so a peer cannot make it queue much.
abstract sealed class Channel permits StreamEnd, DatagramEnd, StreamClaim {
  /// Bits of [#pending]: the opening message, the exit's answers, the end, acknowledgements.
  static final int OPEN = 1;

  static final int RESUMED = 2;
  static final int CONNECTED = 4;
  static final int END = 8;
  static final int ACK = 16;

  /// Like [#ACK], but the peer should have it at once.
  static final int ACK_NOW = 32;

  /// Set while the channel is on a circuit.
  @Nullable CircuitEnd circuit;

  /// 0 until the opening message is written.
  int id;

  int pending;
  final ChannelList.Node controlNode = new ChannelList.Node(this);
  final ChannelList.Node turnNode = new ChannelList.Node(this);

  private long recentBytes;
  private long recentAt;

  /// Whether something pends that should not wait for the next cell with data.
  boolean isUrgent() {
    return (pending & ~ACK) != 0;
  }

  /// Writes of the pending messages those that fit before `end` and returns where they end.
  abstract int writeControl(byte[] array, int at, int end, long now);

  /// Whether the channel has data that it may send now.
  abstract boolean wantsTurn();

  /// About how many bytes of cell the channel could use now.
  abstract int turnBytes();

  /// Writes data before `end` and returns where it ends; `at` when nothing fits.
  abstract int writeData(byte[] array, int at, int end);

  /// Bytes sent lately: halved for every 100 ms that passed.
  long recentBytes(long now) {
    long halvings = (now - recentAt) / 100_000_000;
    if (halvings > 0) {
      recentBytes >>= Math.min(halvings, 63);
      recentAt = now;
    }
    return recentBytes;
  }

  void addRecent(int bytes, long now) {
    recentBytes = recentBytes(now) + bytes;
  }

  /// There is something to say; see the bits.
  final void mark(int bits) {
    if (circuit != null) {
      pending |= bits;
      circuit.onMarked(this);
    }
  }

  /// There may be data to send.
  final void offerTurn() {
    if (circuit != null && wantsTurn()) {
      circuit.onTurnWanted(this);
    }
  }
}
