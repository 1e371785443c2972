package org.wormholes.transport.socket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;

/// A channel in memory that an entry or a connection takes for a socket.
public final class FakeStream extends EmbeddedChannel implements DuplexChannel {
  private final NettyLoop loop;
  private boolean inputShut;
  private boolean outputShut;

  public FakeStream(Sockets sockets) {
    // The entry's own loop object, driven by this channel's event loop.
    this.loop = new NettyLoop(0, eventLoop(), true);
    sockets.prepare(this);
  }

  public NettyLoop loop() {
    return loop;
  }

  /// Bytes arrive, and everything that they cause happens.
  public void arrive(byte[] bytes) {
    writeInbound(Unpooled.copiedBuffer(bytes));
    settle();
  }

  public void endInput() {
    inputShut = true;
    pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    settle();
  }

  private void settle() {
    runPendingTasks();
    releaseOutbound();
  }

  /// Fails if an exception or a message reached the end of the pipeline.
  public void checkNothingEscaped() {
    settle();
    checkException();
    if (inboundMessages().stream().anyMatch(message -> message instanceof ByteBuf)) {
      throw new AssertionError("bytes reached the end of the pipeline");
    }
  }

  /// Closes and frees everything.
  public void dispose() {
    close();
    settle();
    finishAndReleaseAll();
  }

  @Override
  public boolean isInputShutdown() {
    return inputShut;
  }

  @Override
  public ChannelFuture shutdownInput() {
    return shutdownInput(newPromise());
  }

  @Override
  public ChannelFuture shutdownInput(ChannelPromise promise) {
    inputShut = true;
    return promise.setSuccess();
  }

  @Override
  public boolean isOutputShutdown() {
    return outputShut;
  }

  @Override
  public ChannelFuture shutdownOutput() {
    return shutdownOutput(newPromise());
  }

  @Override
  public ChannelFuture shutdownOutput(ChannelPromise promise) {
    outputShut = true;
    return promise.setSuccess();
  }

  @Override
  public boolean isShutdown() {
    return inputShut && outputShut;
  }

  @Override
  public ChannelFuture shutdown() {
    return shutdown(newPromise());
  }

  @Override
  public ChannelFuture shutdown(ChannelPromise promise) {
    inputShut = true;
    outputShut = true;
    return promise.setSuccess();
  }
}
