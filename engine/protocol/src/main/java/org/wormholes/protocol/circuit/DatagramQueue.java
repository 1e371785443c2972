package org.wormholes.protocol.circuit;

import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.wire.BigEndian;

/// The datagrams of one flow that wait for a cell, as complete messages in a ring of one chunk. The
/// chunk is held only while something waits.
final class DatagramQueue {
  private static final int CAPACITY = Chunk.LARGE;
  private static final int LENGTH_AT = 2;

  private final ChunkPool pool;
  private final MemoryAccount account;
  private @Nullable Chunk chunk;
  private int head;
  private int tail;

  /// Where the messages before the wrap end; `CAPACITY` when the tail did not wrap.
  private int wrapAt = CAPACITY;

  private int count;
  private int bytes;

  DatagramQueue(ChunkPool pool, MemoryAccount account) {
    this.pool = pool;
    this.account = account;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /// Bytes of messages that wait.
  int bytes() {
    return bytes;
  }

  /// Length of the first message.
  int headLength() {
    return chunk == null ? 0 : Message.HEADER + BigEndian.u16(chunk.bytes, head + LENGTH_AT);
  }

  /// Puts a datagram at the end.
  ///
  /// @return false when it does not fit
  boolean add(int id, Target target, byte[] array, int offset, int length, long now) {
    int body = TargetCodec.length(target) + length;
    int at = reserve(Message.HEADER + body);
    if (at < 0) {
      return false;
    }
    byte[] ring = open(now).bytes;
    int targetAt = Message.head(ring, at, Message.DATAGRAM, 0, body, id);
    System.arraycopy(array, offset, ring, TargetCodec.write(target, ring, targetAt), length);
    count++;
    bytes += Message.HEADER + body;
    return true;
  }

  private int reserve(int size) {
    if (tail >= head) {
      if (CAPACITY - tail >= size) {
        tail += size;
        return tail - size;
      }
      // Strictly less, so that a full ring does not look empty.
      if (size >= head) {
        return -1;
      }
      wrapAt = tail;
      tail = size;
      return 0;
    }
    if (tail + size >= head) {
      return -1;
    }
    tail += size;
    return tail - size;
  }

  private Chunk open(long now) {
    Chunk open = chunk;
    if (open == null) {
      open = pool.take(Chunk.LARGE);
      open.filledAt = now;
      account.charge(CAPACITY);
      chunk = open;
    }
    return open;
  }

  /// Moves the first message out.
  int remove(int id, byte[] array, int at) {
    Chunk from = chunk;
    if (from == null) {
      throw new IllegalStateException("no datagram waits");
    }
    int length = headLength();
    System.arraycopy(from.bytes, head, array, at, length);
    // The number of the flow may not have been known when the datagram was queued.
    BigEndian.putI32(array, at + 4, id);
    skip(length);
    return at + length;
  }

  /// Throws the first message away.
  void drop() {
    skip(headLength());
  }

  private void skip(int length) {
    head += length;
    count--;
    bytes -= length;
    if (head == wrapAt) {
      head = 0;
      wrapAt = CAPACITY;
    }
    if (count == 0) {
      clear();
    }
  }

  void clear() {
    if (chunk != null) {
      account.release(CAPACITY);
      pool.give(chunk);
      chunk = null;
    }
    head = 0;
    tail = 0;
    wrapAt = CAPACITY;
    count = 0;
    bytes = 0;
  }
}
