package org.wormholes.transport.entry;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.EntrySpec.Target;
import org.wormholes.runtime.spi.FlowAcceptor.PendingFlow;
import org.wormholes.runtime.spi.FlowAcceptor.Refusal;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.FlowRequest.Credentials;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Loop.Cancellable;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyLoop;

/// An application's connection until its flow is answered: first its protocol is told from the
/// first bytes, then a [Dialect] hears its request, then it waits for the engine. After that its
/// bytes belong to the engine and nothing of this is left in the pipeline.
final class Visitor extends ChannelInboundHandlerAdapter implements PendingFlow {
  private static final Logger LOG = LoggerFactory.getLogger(Visitor.class);
  private static final byte[] SSH = {'S', 'S', 'H', '-'};
  private static final int TLS_HANDSHAKE = 0x16;

  /// What the connection is at.
  private enum Stage {
    /// Nothing has come yet.
    SILENT,
    /// A dialect is listening.
    TALKING,
    /// The engine has been asked and has not answered.
    WAITING,
    /// Answered, or gone.
    DONE
  }

  final Door door;

  /// What the port was for when the connection came.
  final EntrySpec entry;

  final NettyLoop loop;
  final DuplexChannel channel;
  private Stage stage = Stage.SILENT;
  private @Nullable Dialect dialect;
  private @Nullable Cancellable deadline;
  private boolean countedHalfOpen;
  private @Nullable ByteBuf early;
  private boolean inputEnded;
  private @Nullable Runnable gone;

  Visitor(Door door, NettyLoop loop, DuplexChannel channel) {
    this.door = door;
    this.entry = door.acceptor.current(door.entry);
    this.loop = loop;
    this.channel = channel;
  }

  void arrive() {
    Optional<Target> forward = entry.forward();
    if (forward.isPresent()) {
      channel.config().setAutoRead(true);
      Forward plain = new Forward();
      dialect = plain;
      ask(forward.get(), Optional.empty());
      return;
    }
    countedHalfOpen = true;
    door.onHalfOpen();
    deadline = loop.schedule(door.limits.handshake(), this::onDeadline);
    channel.config().setAutoRead(true);
  }

  private void onDeadline() {
    if (stage == Stage.SILENT || stage == Stage.TALKING) {
      door.note(
          stage == Stage.SILENT
              ? "connections closed that said nothing"
              : "connections closed that did not finish their request");
      reset();
    }
  }

  // What comes in

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    switch (stage) {
      case SILENT -> recognize(context, message);
      case TALKING -> talk(message);
      case WAITING -> keepEarly(message);
      case DONE -> ReferenceCountUtil.release(message);
    }
  }

  private void recognize(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
      ReferenceCountUtil.release(message);
      return;
    }
    Dialect chosen = choose(bytes);
    if (chosen == null) {
      door.note(stranger(bytes));
      bytes.release();
      reset();
      return;
    }
    dialect = chosen;
    stage = Stage.TALKING;
    // Once more from the front, where the dialect has put its decoder.
    context.pipeline().fireChannelRead(bytes);
  }

  private @Nullable Dialect choose(ByteBuf bytes) {
    int first = bytes.getUnsignedByte(bytes.readerIndex());
    boolean socks = entry.kind() == EntrySpec.Kind.SOCKS;
    if (socks && first == 5) {
      return new Socks5(this);
    }
    if (socks && first == 4) {
      return new Socks4(this);
    }
    return first >= 'A' && first <= 'Z' && !isSsh(bytes) ? new HttpProxy(this) : null;
  }

  private static boolean isSsh(ByteBuf bytes) {
    return bytes.readableBytes() >= SSH.length
        && ByteBufUtil.equals(
            bytes, bytes.readerIndex(), Unpooled.wrappedBuffer(SSH), 0, SSH.length);
  }

  private static String stranger(ByteBuf bytes) {
    if (bytes.getUnsignedByte(bytes.readerIndex()) == TLS_HANDSHAKE) {
      return "connections closed that spoke TLS";
    }
    return isSsh(bytes)
        ? "connections closed that spoke SSH"
        : "connections closed that spoke no proxy protocol";
  }

  private void talk(Object message) {
    Dialect speaking = dialect;
    if (speaking == null) {
      ReferenceCountUtil.release(message);
    } else {
      speaking.onMessage(message);
    }
  }

  private void keepEarly(Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      ReferenceCountUtil.release(message);
      return;
    }
    ByteBuf kept = early;
    if (kept == null) {
      kept = channel.alloc().buffer(bytes.readableBytes());
      early = kept;
    }
    kept.writeBytes(bytes);
    bytes.release();
    if (kept.readableBytes() >= EntryLimits.MAX_EARLY_BYTES) {
      channel.config().setAutoRead(false);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event != ChannelInputShutdownEvent.INSTANCE) {
      return;
    }
    inputEnded = true;
    if (stage == Stage.DONE) {
      return;
    }
    boolean mayStillListen =
        stage == Stage.WAITING && (early != null || dialect instanceof Forward);
    boolean serving = dialect instanceof HttpProxy http && http.onInputEnded();
    if (!mayStillListen && !serving) {
      leave();
      channel.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    leave();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (dialect instanceof HttpProxy http) {
      http.onWritabilityChanged();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof DecoderException) {
      door.note("connections closed whose request was malformed");
    } else if (!(cause instanceof IOException) && !(cause instanceof UncheckedIOException)) {
      // Unchecked: epoll says so of a socket that was reset while it was being read.
      LOG.error("an entry failed, its connection is closed", cause);
    }
    reset();
  }

  // Asking

  /// The request is complete: no deadline any more, and what else comes is kept for the flow.
  void ask(Target target, Optional<Credentials> credentials) {
    waitForEngine();
    door.acceptor.open(request(target, credentials), this);
  }

  void waitForEngine() {
    stage = Stage.WAITING;
    endHandshake();
  }

  FlowRequest request(Target target, Optional<Credentials> credentials) {
    return new FlowRequest(entry, target, credentials, application());
  }

  private String application() {
    return channel.remoteAddress() instanceof InetSocketAddress inet ? HostPort.of(inet) : "";
  }

  /// The request has been heard: this is no half-open connection any more.
  void endHandshake() {
    Cancellable timer = deadline;
    deadline = null;
    if (timer != null) {
      timer.cancel();
    }
    if (countedHalfOpen) {
      countedHalfOpen = false;
      door.onHalfOpenEnded();
    }
  }

  @Override
  public Loop loop() {
    return loop;
  }

  @Override
  public Connection accept(ConnectionHandler handler) {
    if (stage == Stage.WAITING && dialect != null) {
      dialect.sayAccepted();
    }
    stage = Stage.DONE;
    gone = null;
    Connection connection = become();
    connection.handler(handler);
    return connection;
  }

  /// Leaves the pipeline to a bare connection.
  private Connection become() {
    ByteBuf bytes = early;
    early = null;
    // In this order: a decoder that is just calling may have more to pass on, and what it passes
    // goes
    // to whatever stood behind us when we left.
    Connection connection = door.sockets.stream(loop, channel, bytes, inputEnded);
    if (channel.pipeline().context(this) != null) {
      channel.pipeline().remove(this);
    }
    return connection;
  }

  @Override
  public void refuse(Refusal refusal) {
    refuse(spoken -> spoken.sayRefused(refusal));
  }

  @Override
  public void refuse(Refusal refusal, String why) {
    refuse(spoken -> spoken.sayRefused(refusal, why));
  }

  private void refuse(Consumer<Dialect> say) {
    if (stage == Stage.DONE) {
      return;
    }
    stage = Stage.DONE;
    gone = null;
    if (dialect != null) {
      say.accept(dialect);
    } else {
      reset();
    }
  }

  @Override
  public void onGone(Runnable hears) {
    if (stage == Stage.WAITING && channel.isActive()) {
      gone = hears;
    } else if (stage == Stage.DONE && !channel.isActive()) {
      hears.run();
    }
  }

  // Ends

  /// Writes `last` and closes without losing it.
  void endWith(Object last) {
    endHandshake();
    stage = Stage.DONE;
    channel
        .writeAndFlush(last)
        .addListener(
            (ChannelFutureListener)
                done -> {
                  if (done.isSuccess()) {
                    removeDecoders();
                    become().close();
                  } else {
                    channel.close();
                  }
                });
  }

  private void removeDecoders() {
    for (ChannelHandler handler : channel.pipeline().toMap().values()) {
      if (handler != this) {
        channel.pipeline().remove(handler);
      }
    }
  }

  /// Closes at once, with a reset: nothing is owed to who spoke nonsense, and a reset leaves no
  /// socket behind in the system.
  void reset() {
    leave();
    try {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    } catch (RuntimeException closed) {
      LOG.debug("could not arrange a reset", closed);
    }
    channel.close();
  }

  private void leave() {
    endHandshake();
    boolean wasWaiting = stage == Stage.WAITING;
    stage = Stage.DONE;
    ByteBuf bytes = early;
    early = null;
    if (bytes != null) {
      bytes.release();
    }
    if (dialect instanceof HttpProxy http) {
      http.onClosed();
    }
    if (dialect instanceof Socks5 socks) {
      socks.onClosed();
    }
    Runnable hears = gone;
    gone = null;
    if (wasWaiting && hears != null) {
      hears.run();
    }
  }

  /// A forward says nothing of its own.
  private final class Forward implements Dialect {
    @Override
    public void onMessage(Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void sayAccepted() {}

    @Override
    public void sayRefused(Refusal refusal) {
      reset();
    }
  }
}
