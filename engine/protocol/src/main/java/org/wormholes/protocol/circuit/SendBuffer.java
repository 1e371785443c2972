package org.wormholes.protocol.circuit;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The bytes one end of a stream has taken and the far end has not acknowledged: `acknowledged <=
/// sent <= end`. Bytes before `acknowledged` are let go chunk by chunk; those between it and `sent`
/// can be sent again.
final class SendBuffer {
  private ChunkPool pool;
  private MemoryAccount account;
  private @Nullable Chunk head;
  private @Nullable Chunk tail;

  /// The chunk that holds the byte at `sent`, or the last one read from; null to be searched from
  /// the head.
  private @Nullable Chunk cursor;

  private long acknowledged;
  private long sent;
  private long end;

  SendBuffer(ChunkPool pool, MemoryAccount account) {
    this.pool = pool;
    this.account = account;
  }

  /// The stream moved to a circuit of another loop.
  void move(ChunkPool newPool, MemoryAccount newAccount) {
    int held = heldBytes();
    account.release(held);
    newAccount.charge(held);
    pool = newPool;
    account = newAccount;
  }

  long acknowledged() {
    return acknowledged;
  }

  long sent() {
    return sent;
  }

  long end() {
    return end;
  }

  long unsent() {
    return end - sent;
  }

  long retained() {
    return end - acknowledged;
  }

  long oldestAt() {
    return head == null ? Long.MAX_VALUE : head.filledAt;
  }

  /// Takes up to `count` bytes of `data`.
  void append(ByteBuffer data, int count, long now) {
    int left = count;
    while (left > 0) {
      Chunk chunk = tail != null && tail.room() > 0 ? tail : grow(left, now);
      int length = Math.min(left, chunk.room());
      data.get(chunk.bytes, chunk.used, length);
      chunk.used += length;
      end += length;
      left -= length;
    }
  }

  private Chunk grow(int wanted, long now) {
    boolean bulk = wanted > Chunk.SMALL || retained() >= Chunk.SMALL;
    Chunk chunk = pool.take(bulk ? Chunk.LARGE : Chunk.SMALL);
    account.charge(chunk.bytes.length);
    chunk.from = end;
    chunk.filledAt = now;
    if (tail == null) {
      head = chunk;
    } else {
      tail.next = chunk;
    }
    tail = chunk;
    return chunk;
  }

  /// Copies the next `count` unsent bytes out; they count as sent.
  void send(byte[] array, int offset, int count) {
    int at = offset;
    int left = count;
    while (left > 0) {
      Chunk chunk = chunkAt(sent);
      int inside = (int) (sent - chunk.from);
      int length = Math.min(left, chunk.used - inside);
      System.arraycopy(chunk.bytes, inside, array, at, length);
      sent += length;
      at += length;
      left -= length;
    }
  }

  private Chunk chunkAt(long offset) {
    Chunk chunk = cursor != null ? cursor : head;
    while (chunk != null && chunk.end() <= offset) {
      chunk = chunk.next;
    }
    if (chunk == null) {
      throw new IllegalStateException("no chunk holds byte " + offset);
    }
    cursor = chunk;
    return chunk;
  }

  /// The far end has everything before `offset`, which is at most `sent`.
  void acknowledge(long offset) {
    acknowledged = offset;
    while (head != null && head.end() <= offset) {
      drop(head);
    }
  }

  private void drop(Chunk chunk) {
    head = chunk.next;
    if (head == null) {
      tail = null;
    }
    if (cursor == chunk) {
      cursor = null;
    }
    chunk.next = null;
    account.release(chunk.bytes.length);
    pool.give(chunk);
  }

  /// The far end has everything before `offset` and nothing after it: the rest is sent again.
  void rewind(long offset) {
    sent = offset;
    cursor = null;
    acknowledge(offset);
  }

  /// Lets everything go.
  void clear() {
    sent = end;
    acknowledge(end);
  }

  private int heldBytes() {
    int held = 0;
    for (Chunk chunk = head; chunk != null; chunk = chunk.next) {
      held += chunk.bytes.length;
    }
    return held;
  }
}
