package org.wormholes.transport.socket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.quic.QuicException;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.Loop;

/// A stream socket as a [Connection].
///
/// **Out.** Bytes are copied into a buffer of the loop. A flush hands it to the system at once,
/// unless the system is still busy with what it was handed before: then the buffer goes on filling,
/// so that a slow peer costs few large buffers and not many nearly empty ones.
///
/// **In.** Reads go into the loop's one buffer and straight to the handler. Bytes that arrive while
/// reading is off (epoll reads once when the peer has ended its direction) are held back in order.
///
/// **Ends.** Each direction ends on its own; the socket is closed when both have. After [#close()]
/// the outgoing direction ends first and what still arrives is dropped for a moment, because
/// closing a socket with unread bytes would reset it and could destroy what was sent last.
public final class NettyConnection extends ChannelInboundHandlerAdapter implements Connection {
  private static final Logger LOG = LoggerFactory.getLogger(NettyConnection.class);

  /// The address that packets of a socket without one left from when it was opened.
  public static final AttributeKey<SocketAddress> MADE_FROM =
      AttributeKey.valueOf(NettyConnection.class, "made from");

  private static final Duration LINGER = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final DuplexChannel channel;
  private final ReadSizes reads;

  /// What stands between this and the socket; null where nothing does.
  private final @Nullable Layer layer;

  private final int highMark;
  private final int lowMark;
  private volatile NettyLoop loop;
  private ConnectionHandler handler = new Unheard();

  private boolean reading;
  private boolean moving;
  private boolean deliveryAsked;
  private @Nullable ByteBuf held;
  private boolean inputEnded;
  private boolean inputEndTold;

  private @Nullable WriteBuffer current;
  private long pending;
  private int inFlight;
  private long sinceFlush;
  private boolean wantsLarge;
  private boolean flushWanted;
  private boolean unwritableSeen;
  private boolean outputEnding;
  private boolean outputShut;

  private boolean closing;
  private boolean closedTold;
  private @Nullable String cause;

  private NettyConnection(
      NettyLoop loop,
      DuplexChannel channel,
      ReadSizes reads,
      @Nullable Layer layer,
      NettyOptions marks) {
    this.layer = layer;
    this.loop = loop;
    this.channel = channel;
    this.reads = reads;
    this.highMark = marks.highMark();
    this.lowMark = marks.lowMark();
  }

  /// Takes over a connected channel, on its loop.
  ///
  /// @param layer how the handlers that stay in the pipeline end, or null where none stay
  /// @param early bytes already read from it, or null; owned by the connection from now on
  /// @param inputEnded whether the peer has already ended its direction after these
  static NettyConnection take(
      NettyLoop loop,
      DuplexChannel channel,
      ReadSizes reads,
      NettyOptions marks,
      @Nullable Layer layer,
      @Nullable ByteBuf early,
      boolean inputEnded) {
    NettyConnection connection = new NettyConnection(loop, channel, reads, layer, marks);
    connection.held = early;
    connection.inputEnded = inputEnded;
    channel.config().setAutoRead(false);
    connection.readFor(loop);
    channel.pipeline().addLast(connection);
    if (!channel.isActive()) {
      loop.executeIfOpen(connection::tellClosed);
    }
    return connection;
  }

  /// Handlers of a layer keep bytes, so they get buffers of their own.
  private void readFor(NettyLoop owner) {
    if (layer == null || !layer.keepsBytes()) {
      reads.stream(owner);
    }
  }

  @Override
  public Loop loop() {
    return loop;
  }

  @Override
  public void handler(ConnectionHandler newHandler) {
    handler = newHandler;
  }

  @Override
  public String remoteAddress() {
    return print(
        channel instanceof QuicStreamChannel stream
            ? stream.parent().remoteSocketAddress()
            : channel.remoteAddress());
  }

  @Override
  public String localAddress() {
    return print(
        channel instanceof QuicStreamChannel stream
            ? stream.parent().localSocketAddress()
            : channel.localAddress());
  }

  @Override
  public boolean stranded() {
    SocketAddress from =
        channel instanceof QuicStreamChannel stream
            ? stream.parent().attr(MADE_FROM).get()
            : channel.localAddress();
    if (!(from instanceof InetSocketAddress local)
        || local.getAddress().isAnyLocalAddress()
        || local.getAddress().isLoopbackAddress()) {
      return false;
    }
    try {
      return NetworkInterface.getByInetAddress(local.getAddress()) == null;
    } catch (SocketException e) {
      return false;
    }
  }

  DuplexChannel channel() {
    return channel;
  }

  // Out

  @Override
  public void write(byte[] array, int offset, int length) {
    if (closedTold || outputEnding) {
      return;
    }
    pending += length;
    sinceFlush += length;
    int at = offset;
    int left = length;
    while (left > 0) {
      WriteBuffer buffer = currentBuffer(left);
      int step = Math.min(left, buffer.room());
      buffer.put(array, at, step);
      at += step;
      left -= step;
      if (buffer.room() == 0) {
        send(buffer);
      }
    }
    if (pending > highMark) {
      unwritableSeen = true;
    }
  }

  private WriteBuffer currentBuffer(int wanted) {
    WriteBuffer buffer = current;
    if (buffer == null) {
      boolean large = wantsLarge || inFlight > 0 || wanted > WriteBuffers.SMALL;
      buffer = loop.writeBuffers().take(large);
      current = buffer;
    }
    return buffer;
  }

  private void send(WriteBuffer buffer) {
    current = null;
    inFlight++;
    channel.write(buffer.lend(this)).addListener(buffer);
  }

  @Override
  public void flush() {
    if (closedTold) {
      return;
    }
    wantsLarge = sinceFlush > WriteBuffers.SMALL;
    sinceFlush = 0;
    WriteBuffer buffer = current;
    if (buffer != null) {
      if (inFlight > 0 && isBusy()) {
        flushWanted = true;
      } else {
        send(buffer);
      }
    }
    if (inFlight > 0 && !moving) {
      channel.flush();
    }
  }

  /// Whether the system has not yet taken what it was handed at an earlier flush.
  private boolean isBusy() {
    var outbound = channel.unsafe().outboundBuffer();
    return outbound != null && !outbound.isEmpty();
  }

  /// The system has taken `buffer`, or never will.
  void onSent(WriteBuffer buffer, int bytes, @Nullable Throwable failure) {
    inFlight--;
    pending -= bytes;
    loop.writeBuffers().give(buffer);
    if (failure != null) {
      onUnsent(failure);
      return;
    }
    if (inFlight == 0 && flushWanted) {
      flushWanted = false;
      flush();
    }
    if (unwritableSeen && pending <= lowMark) {
      unwritableSeen = false;
      loop.executeIfOpen(this::tellWritable);
    }
    if (pending == 0 && outputEnding) {
      loop.executeIfOpen(this::endOutput);
    }
  }

  /// What was not sent is missing for good. Netty ends the outgoing direction by itself when
  /// anything but the socket is to blame, which must not look like an end to the peer.
  private void onUnsent(Throwable failure) {
    Throwable reason =
        failure instanceof ChannelOutputShutdownException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (!(reason instanceof IOException) && !(reason instanceof QuicException)) {
      LOG.error("bytes could not be sent, their connection is reset", reason);
    }
    noteCause(reason);
    if (!closing && !closedTold && !(reason instanceof ClosedChannelException)) {
      loop.executeIfOpen(this::abort);
    }
  }

  private void tellWritable() {
    if (!closedTold && !outputEnding && pending <= lowMark) {
      guarded(handler::onWritable);
    }
  }

  @Override
  public boolean writable() {
    return pending <= highMark && !closedTold;
  }

  @Override
  public long pendingBytes() {
    return pending;
  }

  @Override
  public void finish() {
    if (closedTold || outputEnding) {
      return;
    }
    flush();
    outputEnding = true;
    if (pending == 0) {
      endOutput();
    }
  }

  private void endOutput() {
    if (outputShut || closedTold || moving || pending > 0) {
      return;
    }
    outputShut = true;
    if (closing && inputEnded) {
      closeSocket();
      return;
    }
    Layer between = layer;
    if (between == null) {
      shutDownOutput();
    } else {
      between.endOutput().addListener(said -> shutDownOutput());
    }
  }

  private void shutDownOutput() {
    channel.shutdownOutput().addListener(done -> afterOutput(done.cause()));
  }

  /// Closes the socket; a layer gets no further word.
  private void closeSocket() {
    ChannelHandlerContext first = channel.pipeline().firstContext();
    if (first == null) {
      channel.close();
    } else {
      first.close();
    }
  }

  private void afterOutput(@Nullable Throwable failure) {
    if (failure != null) {
      noteCause(failure);
      closeSocket();
    } else if (closing) {
      discardInput();
    } else if (inputEndTold) {
      closeSocket();
    }
  }

  // In

  @Override
  public void reading(boolean on) {
    if (reading == on) {
      return;
    }
    reading = on;
    applyReading();
  }

  @Override
  public void unread(byte[] bytes, boolean inputFinished) {
    if (closedTold || closing) {
      return;
    }
    ByteBuf later = held;
    if (bytes.length > 0) {
      ByteBuf first = channel.alloc().buffer(bytes.length);
      first.writeBytes(bytes);
      if (later != null) {
        first.writeBytes(later);
        later.release();
      }
      held = first;
    }
    if (inputFinished) {
      inputEndTold = false;
    }
    applyReading();
  }

  private void applyReading() {
    if (closedTold || closing || moving) {
      return;
    }
    if (!reading) {
      channel.config().setAutoRead(false);
    } else if (held != null || inputEnded) {
      askDelivery();
    } else {
      channel.config().setAutoRead(true);
    }
  }

  private void askDelivery() {
    if (!deliveryAsked) {
      deliveryAsked = true;
      loop.executeIfOpen(this::deliverHeld);
    }
  }

  private void deliverHeld() {
    deliveryAsked = false;
    if (!reading || closedTold || closing || moving) {
      return;
    }
    ByteBuf bytes = held;
    if (bytes != null) {
      held = null;
      deliver(bytes, bytes.nioBuffer());
      guarded(handler::onReadComplete);
    }
    if (!reading || closedTold || closing || moving) {
      return;
    }
    if (held != null) {
      askDelivery();
    } else if (inputEnded) {
      tellInputEnd();
    } else {
      channel.config().setAutoRead(true);
    }
  }

  private void deliver(ByteBuf owner, ByteBuffer view) {
    try {
      handler.onRead(view);
    } catch (RuntimeException | Error bug) {
      onBug(bug);
    } finally {
      owner.release();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (closing || closedTold) {
      bytes.release();
    } else if (reading && !moving && held == null) {
      deliver(bytes, loop.view(bytes));
    } else {
      hold(bytes);
    }
  }

  private void hold(ByteBuf bytes) {
    ByteBuf kept = held;
    if (kept == null) {
      kept = channel.alloc().buffer(bytes.readableBytes());
      held = kept;
    }
    kept.writeBytes(bytes);
    bytes.release();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (reading && held == null && !moving && !closing && !closedTold) {
      try {
        handler.onReadComplete();
      } catch (RuntimeException | Error bug) {
        onBug(bug);
      }
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    boolean ended =
        event == ChannelInputShutdownEvent.INSTANCE
            || event == ChannelInputShutdownReadComplete.INSTANCE
            || event == SslCloseCompletionEvent.SUCCESS;
    // Netty reports a reset as an end too, after the exception: it is none.
    if (ended && !inputEnded && cause == null) {
      inputEnded = true;
      onInputEnd();
    }
  }

  private void onInputEnd() {
    if (closing) {
      if (outputShut) {
        closeSocket();
      }
    } else if (reading && !moving && held == null) {
      tellInputEnd();
    } else if (reading) {
      askDelivery();
    }
  }

  private void tellInputEnd() {
    if (inputEndTold) {
      return;
    }
    inputEndTold = true;
    channel.config().setAutoRead(false);
    guarded(handler::onInputFinished);
    if (outputShut && !closedTold) {
      closeSocket();
    }
  }

  // Ends

  @Override
  public void close() {
    if (closing || closedTold) {
      return;
    }
    closing = true;
    releaseHeld();
    boolean wasShut = outputShut;
    finish();
    if (wasShut) {
      discardInput();
    } else if (pending > 0) {
      watchProgress(pending);
    }
  }

  private void discardInput() {
    if (inputEnded) {
      closeSocket();
      return;
    }
    channel.config().setAutoRead(true);
    loop.schedule(LINGER, this::closeSocket);
  }

  private void watchProgress(long before) {
    loop.schedule(
        PATIENCE,
        () -> {
          if (pending >= before) {
            abort();
          } else if (pending > 0) {
            watchProgress(pending);
          }
        });
  }

  @Override
  public void abort() {
    if (closedTold) {
      return;
    }
    noteCause("aborted on this side");
    closing = true;
    outputEnding = true;
    try {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    } catch (RuntimeException gone) {
      LOG.debug("could not arrange a reset", gone);
    }
    if (layer != null) {
      layer.reset();
    }
    closeSocket();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    tellClosed();
  }

  private void tellClosed() {
    if (closedTold) {
      return;
    }
    closedTold = true;
    releaseHeld();
    WriteBuffer unsent = current;
    current = null;
    if (unsent != null) {
      loop.writeBuffers().give(unsent);
    }
    guarded(() -> handler.onClosed(closeCause()));
  }

  private @Nullable String closeCause() {
    if (cause != null) {
      return cause;
    }
    boolean sentAll = outputShut || (closing && pending == 0);
    return sentAll && (closing || inputEnded) ? null : "connection closed";
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    noteCause(failure);
    // Unchecked: epoll says so of a socket that was reset while its interest was being changed, and
    // a layer of what a peer sent that it cannot read.
    if (!(failure instanceof IOException)
        && !(failure instanceof UncheckedIOException)
        && !(failure instanceof CodecException)
        && !(failure instanceof QuicException)) {
      LOG.error("connection failed", failure);
    }
    closeSocket();
  }

  private void noteCause(Throwable failure) {
    if (!(failure instanceof ClosedChannelException)) {
      String message = failure.getMessage();
      noteCause(message == null ? failure.getClass().getSimpleName() : message);
    }
  }

  private void noteCause(String text) {
    if (cause == null) {
      cause = text;
    }
  }

  private void releaseHeld() {
    ByteBuf bytes = held;
    held = null;
    if (bytes != null) {
      bytes.release();
    }
  }

  /// Runs a handler's code: a bug there ends this connection, not the loop.
  private void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | Error bug) {
      onBug(bug);
    }
  }

  private void onBug(Throwable bug) {
    LOG.error("a connection handler failed, its connection is closed", bug);
    if (!closedTold) {
      noteCause("internal error");
      abort();
    }
  }

  // Moving

  @Override
  public void moveTo(Loop target, Runnable done) {
    if (!(target instanceof NettyLoop next)) {
      throw new IllegalArgumentException("not a loop of this transport: " + target);
    }
    if (next != loop && channel instanceof QuicStreamChannel) {
      // It lives and dies with the loop of its QUIC connection.
      abort();
    }
    if (next == loop || closedTold || closing) {
      target.execute(done);
      return;
    }
    flush();
    moving = true;
    channel.config().setAutoRead(false);
    channel
        .deregister()
        .addListener(
            left -> next.eventLoop().register(channel).addListener(arrived -> arrive(next, done)));
  }

  private void arrive(NettyLoop next, Runnable done) {
    loop = next;
    readFor(next);
    moving = false;
    done.run();
    if (!channel.isOpen()) {
      tellClosed();
      return;
    }
    channel.flush();
    if (outputEnding && pending == 0) {
      endOutput();
    }
    applyReading();
  }

  private static String print(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress inet ? HostPort.of(inet) : String.valueOf(address);
  }

  /// Until the owner has named its handler nothing is delivered, because reading is off.
  private static final class Unheard implements ConnectionHandler {
    @Override
    public void onRead(ByteBuffer in) {
      throw new IllegalStateException("reading was turned on before a handler was named");
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onInputFinished() {}

    @Override
    public void onClosed(@Nullable String cause) {}
  }
}
