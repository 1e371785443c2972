package org.wormholes.transport.socket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import org.jspecify.annotations.Nullable;

/// Outgoing bytes of one connection, gathered so that one system call takes many cells. It goes
/// back to the free list of a loop once the system has taken them.
///
/// Its own reference keeps `bytes` alive while Netty holds a second one; when Netty is done the
/// buffer is ours alone again.
final class WriteBuffer implements ChannelFutureListener {
  private final ByteBuf bytes;
  private @Nullable NettyConnection user;

  WriteBuffer(ByteBuf bytes) {
    this.bytes = bytes;
  }

  int capacity() {
    return bytes.capacity();
  }

  int room() {
    return bytes.capacity() - bytes.writerIndex();
  }

  void put(byte[] array, int offset, int length) {
    bytes.writeBytes(array, offset, length);
  }

  /// The bytes as Netty takes them, with a reference of their own.
  ByteBuf lend(NettyConnection connection) {
    user = connection;
    return bytes.retain();
  }

  /// Only once Netty has given its reference back, or never had one.
  void clear() {
    user = null;
    bytes.clear();
  }

  void free() {
    bytes.release();
  }

  @Override
  public void operationComplete(ChannelFuture future) {
    NettyConnection connection = user;
    if (connection != null) {
      connection.onSent(this, bytes.writerIndex(), future.cause());
    }
  }
}
