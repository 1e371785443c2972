package org.wormholes.protocol.circuit;

import org.jspecify.annotations.Nullable;

/// An array in which a stream keeps some of its bytes, and its place in the stream's list or the
/// pool's.
final class Chunk {
  /// The two sizes in bytes.
  static final int SMALL = 16 << 10;

  static final int LARGE = 64 << 10;

  final byte[] bytes;
  @Nullable Chunk next;

  /// The stream's offset of the first byte.
  long from;

  int used;

  /// When the first byte was put in.
  long filledAt;

  Chunk(int size) {
    bytes = new byte[size];
  }

  long end() {
    return from + used;
  }

  int room() {
    return bytes.length - used;
  }
}
