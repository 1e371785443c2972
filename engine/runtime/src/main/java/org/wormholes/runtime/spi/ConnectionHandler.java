package org.wormholes.runtime.spi;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Hears what happens on a [Connection]; always on the connection's loop.
public interface ConnectionHandler {
  /// Bytes that arrived, valid for the call only. The handler consumes all of them.
  void onRead(ByteBuffer in);

  /// No more bytes are at hand for now: the moment to flush what the reads have caused.
  void onReadComplete();

  /// The outgoing buffer has fallen to its low mark.
  void onWritable();

  /// The far side has ended its direction cleanly; writing still works.
  void onInputFinished();

  /// The connection is gone. `cause` is null for a clean end on both sides. Called exactly once.
  void onClosed(@Nullable String cause);
}
