package org.wormholes.transport.socket;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;

/// Free outgoing buffers of one loop, in two sizes. An idle connection holds none.
final class WriteBuffers {
  static final int LARGE = 128 * 1024;
  static final int SMALL = 16 * 1024;

  private static final int MAX_FREE_LARGE = 48;
  private static final int MAX_FREE_SMALL = 128;
  private static final UnpooledByteBufAllocator ALLOCATOR =
      new UnpooledByteBufAllocator(true, true);

  private final ArrayDeque<WriteBuffer> large = new ArrayDeque<>();
  private final ArrayDeque<WriteBuffer> small = new ArrayDeque<>();

  WriteBuffer take(boolean wantsLarge) {
    WriteBuffer free = wantsLarge ? large.pollLast() : small.pollLast();
    return free != null
        ? free
        : new WriteBuffer(ALLOCATOR.directBuffer(wantsLarge ? LARGE : SMALL));
  }

  void give(WriteBuffer buffer) {
    buffer.clear();
    boolean isLarge = buffer.capacity() == LARGE;
    ArrayDeque<WriteBuffer> list = isLarge ? large : small;
    if (list.size() < (isLarge ? MAX_FREE_LARGE : MAX_FREE_SMALL)) {
      list.addLast(buffer);
    } else {
      buffer.free();
    }
  }
}
