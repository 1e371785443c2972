package org.wormholes.protocol.circuit;

import org.jspecify.annotations.Nullable;

/// Reuses the chunks in which streams keep their bytes; the last one given back is the next one
/// taken, so that it is still in the processor's cache. One pool a loop, not shared between
/// threads.
public final class ChunkPool {
  private final long maxIdleBytes;
  private long idleBytes;
  private @Nullable Chunk small;
  private @Nullable Chunk large;

  /// @param maxIdleBytes bytes kept for reuse; more are left to the garbage collector
  public ChunkPool(long maxIdleBytes) {
    this.maxIdleBytes = maxIdleBytes;
  }

  /// Bytes that wait for reuse.
  public long idleBytes() {
    return idleBytes;
  }

  /// An empty chunk of [Chunk#SMALL] or [Chunk#LARGE] bytes; what it held before is still in it.
  Chunk take(int size) {
    Chunk chunk = size == Chunk.LARGE ? large : small;
    if (chunk == null) {
      return new Chunk(size);
    }
    if (size == Chunk.LARGE) {
      large = chunk.next;
    } else {
      small = chunk.next;
    }
    idleBytes -= size;
    chunk.next = null;
    chunk.used = 0;
    return chunk;
  }

  void give(Chunk chunk) {
    int size = chunk.bytes.length;
    if (idleBytes + size > maxIdleBytes) {
      return;
    }
    idleBytes += size;
    if (size == Chunk.LARGE) {
      chunk.next = large;
      large = chunk;
    } else {
      chunk.next = small;
      small = chunk;
    }
  }
}
