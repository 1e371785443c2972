package org.wormholes.protocol.link;

import java.util.ArrayDeque;
import java.util.function.IntConsumer;
import org.wormholes.protocol.wire.ByteSink;
import org.wormholes.protocol.wire.WireException;

/// What one side of a link has sent and the other has not said to have: sealed records, as they
/// were handed to the carrier, by their place in the stream of all bytes sent. When a carrier dies
/// with some of them, the next one begins with those the peer lacks. Sent again they are the same
/// bytes, so no nonce is used twice.
///
/// Never holds more than [#MAX_BYTES]: past that the oldest are forgotten, and a link whose peer
/// lacks them cannot be moved.
public final class ResendBuffer {
  /// More than a busy link has under way in a quarter of a second at 250 Mbit/s.
  public static final int MAX_BYTES = 8 << 20;

  static final int CHUNK = 32 * 1024;

  private final Pool pool;
  private final IntConsumer held;
  private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();

  /// Place of the first byte of the first chunk.
  private long base;

  private long acknowledged;
  private long end;

  /// Reuses chunks: what was given back last is taken first, while the processor's cache still has
  /// it. One a loop, not shared between threads.
  public static final class Pool {
    /// Chunks kept for reuse; more are left to the garbage collector.
    private static final int MAX_IDLE = 32;

    private final ArrayDeque<byte[]> idle = new ArrayDeque<>();

    private byte[] take() {
      byte[] chunk = idle.pollLast();
      return chunk == null ? new byte[CHUNK] : chunk;
    }

    private void give(byte[] chunk) {
      if (idle.size() < MAX_IDLE) {
        idle.addLast(chunk);
      }
    }
  }

  /// @param held hears how many bytes of memory are held more, or fewer when negative
  public ResendBuffer(Pool pool, IntConsumer held) {
    this.pool = pool;
    this.held = held;
  }

  void append(byte[] array, int offset, int length) {
    int at = offset;
    int left = length;
    while (left > 0) {
      int used = (int) (end - base);
      int room = chunks.size() * CHUNK - used;
      if (room == 0) {
        grow();
        continue;
      }
      int step = Math.min(left, room);
      System.arraycopy(array, at, chunks.getLast(), CHUNK - room, step);
      at += step;
      left -= step;
      end += step;
    }
  }

  private void grow() {
    if (chunks.size() >= MAX_BYTES / CHUNK) {
      // The oldest chunk becomes the newest.
      chunks.addLast(chunks.removeFirst());
      base += CHUNK;
    } else {
      chunks.addLast(pool.take());
      held.accept(CHUNK);
    }
  }

  /// The peer has every byte before `place`; old news are none.
  ///
  /// @throws WireException if it says that it has more than was sent
  void acknowledged(long place) throws WireException {
    if (place < 0 || place > end) {
      throw new WireException("receipt must be 0.." + end + ", was " + place);
    }
    if (place <= acknowledged) {
      return;
    }
    acknowledged = place;
    while (!chunks.isEmpty() && place - base >= CHUNK) {
      drop();
    }
    if (place == end) {
      forget();
    }
  }

  private void drop() {
    pool.give(chunks.removeFirst());
    base += CHUNK;
    held.accept(-CHUNK);
  }

  /// Gives all memory back: what was sent so far is not sent again.
  public void forget() {
    held.accept(-chunks.size() * CHUNK);
    chunks.forEach(pool::give);
    chunks.clear();
    base = end;
  }

  /// Writes everything from `place` on.
  ///
  /// @throws WireException if that is not, or no longer, here
  void resend(long place, ByteSink out) throws WireException {
    if (place < Math.max(base, acknowledged) || place > end) {
      throw new WireException(
          "the peer is at %d, kept are %d..%d".formatted(place, Math.max(base, acknowledged), end));
    }
    long from = base;
    for (byte[] chunk : chunks) {
      int skipped = Math.clamp(place - from, 0, CHUNK);
      int upTo = (int) Math.min(CHUNK, end - from);
      if (upTo > skipped) {
        out.write(chunk, skipped, upTo - skipped);
      }
      from += CHUNK;
    }
  }

  /// Bytes sent that the peer has not said to have.
  public long unacknowledged() {
    return end - acknowledged;
  }
}
