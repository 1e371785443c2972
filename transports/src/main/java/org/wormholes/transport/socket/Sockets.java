package org.wormholes.transport.socket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.DialListener.DialFailure;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;

/// The event loops of a process and the sockets on them.
public final class Sockets implements AutoCloseable {
  /// Connections that may wait to be accepted.
  public static final int BACKLOG = 4096;

  private static final long SOME_NANOS = 1_000_000;
  private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_CONGESTION = 13;
  private static final int CONGESTION_NAME_BYTES = 16;
  private static final RawUnixChannelOption CONGESTION =
      new RawUnixChannelOption(
          "WORMHOLES_TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, CONGESTION_NAME_BYTES);
  private static final int ROOMY_BYTES = 16 * 1024;
  private static final int LAYERED_BYTES = 64 * 1024;
  private static final Duration ACCEPT_PAUSE = Duration.ofMillis(500);

  private final NettyOptions options;
  private final Io io;
  private final MultiThreadIoEventLoopGroup group;
  private final List<NettyLoop> loops;
  private final AtomicBoolean congestionComplained = new AtomicBoolean();

  private Sockets(NettyOptions options) {
    this.options = options;
    this.io = Io.of(options.polling());
    this.group =
        new MultiThreadIoEventLoopGroup(
            options.loops(), new DefaultThreadFactory("wormholes-loop", true), io.loops());
    List<NettyLoop> list = new ArrayList<>();
    for (EventExecutor executor : group) {
      list.add(new NettyLoop(list.size(), (IoEventLoop) executor, io.readsAtOnce()));
    }
    this.loops = List.copyOf(list);
  }

  /// Starts the loops.
  public static Sockets open(NettyOptions options) {
    return new Sockets(options);
  }

  public NettyOptions options() {
    return options;
  }

  public List<NettyLoop> loops() {
    return loops;
  }

  /// `loop` as one of these.
  public NettyLoop loop(Loop loop) {
    if (loop instanceof NettyLoop netty && loops.contains(netty)) {
      return netty;
    }
    throw new IllegalArgumentException("not a loop of this transport: " + loop);
  }

  // Outgoing

  /// Connects to `address` within `timeout`. The listener hears on `loop`.
  public void connect(
      Loop loop, InetSocketAddress address, Duration timeout, DialListener listener) {
    open(
        loop,
        address,
        timeout,
        new Opened() {
          @Override
          public void opened(NettyLoop on, SocketChannel channel, Duration left) {
            listener.onConnected(stream(on, channel, null, false));
          }

          @Override
          public void failed(DialFailure failure) {
            listener.onFailed(failure);
          }
        });
  }

  /// Connects a bare channel, for carriers that put something between it and its connection.
  /// Nothing is read from it yet.
  public void open(Loop loop, InetSocketAddress address, Duration timeout, Opened outcome) {
    NettyLoop on = loop(loop);
    long deadline = on.nanoTime() + timeout.toNanos();
    SocketChannel channel = io.stream().get();
    prepare(channel);
    channel.config().setConnectTimeoutMillis(Math.clamp(timeout.toMillis(), 1, 600_000));
    on.eventLoop()
        .register(channel)
        .addListener(registered -> {
          if (registered.isSuccess()) {
            channel
                .connect(address)
                .addListener(
                    (ChannelFuture done) -> onConnected(on, channel, done, deadline, outcome));
          } else {
            channel.unsafe().closeForcibly();
            on.execute(() -> outcome.failed(DialFailure.FAILED));
          }
        });
  }

  private static void onConnected(
      NettyLoop loop, SocketChannel channel, ChannelFuture done, long deadline, Opened outcome) {
    if (done.isSuccess()) {
      long left = Math.max(SOME_NANOS, deadline - loop.nanoTime());
      outcome.opened(loop, channel, Duration.ofNanos(left));
      return;
    }
    channel.close();
    outcome.failed(failureOf(done.cause()));
  }

  /// The outcome of opening a channel; exactly one method is called, on the loop asked for.
  public interface Opened {
    /// @param left of the time that was given, 1 ms at least
    void opened(NettyLoop loop, SocketChannel channel, Duration left);

    void failed(DialFailure failure);
  }

  private static DialFailure failureOf(Throwable cause) {
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if (cause instanceof ConnectTimeoutException || text.contains("timed out")) {
      return DialFailure.TIMED_OUT;
    }
    if (cause instanceof NoRouteToHostException || text.contains("unreachable")) {
      return DialFailure.UNREACHABLE;
    }
    if (cause instanceof ConnectException && text.contains("refused")) {
      return DialFailure.REFUSED;
    }
    return DialFailure.FAILED;
  }

  // Incoming

  /// Listens at `address`; `accept` gets each new channel on the loop it will live on, the given
  /// loops taking turns. Nothing is read from it yet, and little at a time until [#stream] takes
  /// it.
  public CompletionStage<Listener> listen(
      List<? extends Loop> on, InetSocketAddress address, Accept accept) {
    List<NettyLoop> turns = on.stream().map(this::loop).toList();
    return bind(io.server().get(), address, HostPort.of(address), turns, accept);
  }

  /// The same on a Unix domain socket at `path`.
  public CompletionStage<Listener> listen(Loop on, Path path, Accept accept) {
    return bind(
        io.domainServer().get(),
        io.domainAddress().apply(path),
        path.toString(),
        List.of(loop(on)),
        accept);
  }

  private CompletionStage<Listener> bind(
      io.netty.channel.ServerChannel server,
      SocketAddress address,
      String name,
      List<NettyLoop> turns,
      Accept accept) {
    CompletableFuture<Listener> bound = new CompletableFuture<>();
    server.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
    if (address instanceof InetSocketAddress) {
      server.config().setOption(ChannelOption.SO_REUSEADDR, true);
      chooseCongestionControl(server);
    }
    server.pipeline().addLast(new Acceptor(turns, accept));
    turns
        .getFirst()
        .eventLoop()
        .register(server)
        .addListener(registered -> {
          if (!registered.isSuccess()) {
            server.unsafe().closeForcibly();
            bound.completeExceptionally(refused(name, registered.cause()));
            return;
          }
          server
              .bind(address)
              .addListener(done -> {
                if (done.isSuccess()) {
                  bound.complete(new Bound(server, name));
                } else {
                  server.close();
                  bound.completeExceptionally(refused(name, done.cause()));
                }
              });
        });
    return bound;
  }

  private static IOException refused(String name, Throwable cause) {
    String why = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    String reason = why.contains("in use") ? "address already in use" : why;
    return new IOException("could not listen on " + name + ": " + reason, cause);
  }

  /// Makes a connection of a channel that [#listen] handed out. All handlers of a handshake must
  /// have been removed from its pipeline.
  ///
  /// @param early bytes read and not yet used, or null; owned by the connection from now on
  /// @param inputEnded whether the peer has ended its direction after these
  public NettyConnection stream(
      NettyLoop loop, DuplexChannel channel, @Nullable ByteBuf early, boolean inputEnded) {
    ReadSizes reads = channel.config().getRecvByteBufAllocator();
    return NettyConnection.take(loop, channel, reads, options, null, early, inputEnded);
  }

  /// The same where handlers stay in the pipeline, between the socket and the connection.
  ///
  /// @param layer how they end
  public NettyConnection layered(
      NettyLoop loop, DuplexChannel channel, Layer layer, @Nullable ByteBuf early) {
    ReadSizes reads = channel.config().getRecvByteBufAllocator();
    reads.roomy(LAYERED_BYTES);
    return NettyConnection.take(loop, channel, reads, options, layer, early, false);
  }

  /// A connection over a channel that no listener of ours handed out, such as a stream inside QUIC.
  /// Nothing has been read from it yet.
  public NettyConnection overlaid(NettyLoop loop, DuplexChannel channel, Layer layer) {
    return NettyConnection.take(loop, channel, prepare(channel), options, layer, null, false);
  }

  /// Lets a channel that stays decoded read more at a time than a handshake does.
  public void roomyReads(DuplexChannel channel) {
    ReadSizes reads = channel.config().getRecvByteBufAllocator();
    reads.roomy(ROOMY_BYTES);
  }

  /// Hears of one accepted channel, on its loop.
  @FunctionalInterface
  public interface Accept {
    void accept(NettyLoop loop, DuplexChannel channel);
  }

  ReadSizes prepare(Channel channel) {
    ReadSizes reads = new ReadSizes();
    channel.config().setAutoRead(false);
    channel.config().setRecvByteBufAllocator(reads);
    channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    if (channel instanceof SocketChannel) {
      channel.config().setOption(ChannelOption.TCP_NODELAY, true);
      chooseCongestionControl(channel);
    }
    return reads;
  }

  private void chooseCongestionControl(Channel channel) {
    if (options.congestionControl().isEmpty() || !Io.takesRawOptions(channel)) {
      return;
    }
    ByteBuffer value = ByteBuffer.allocate(CONGESTION_NAME_BYTES);
    value.put(options.congestionControl().get().getBytes(StandardCharsets.US_ASCII)).rewind();
    try {
      channel.config().setOption(CONGESTION, value);
    } catch (RuntimeException unknown) {
      if (congestionComplained.compareAndSet(false, true)) {
        LOG.warn(
            "this system has no congestion control {}, keeping its default",
            options.congestionControl().get());
      }
    }
  }

  /// The congestion control that the system uses for `connection`, where it tells.
  public Optional<String> congestionControl(Connection connection) {
    if (!(connection instanceof NettyConnection netty) || !Io.takesRawOptions(netty.channel())) {
      return Optional.empty();
    }
    ByteBuffer value = netty.channel().config().getOption(CONGESTION);
    return Optional.of(StandardCharsets.US_ASCII.decode(value).toString().replace("\0", ""));
  }

  /// Spreads accepted channels over loops.
  private final class Acceptor extends ChannelInboundHandlerAdapter {
    private final List<NettyLoop> turns;
    private final Accept accept;
    private int next;

    Acceptor(List<NettyLoop> turns, Accept accept) {
      this.turns = turns;
      this.accept = accept;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (!(message instanceof DuplexChannel child)) {
        ReferenceCountUtil.release(message);
        return;
      }
      NettyLoop loop = turns.get(next);
      next = (next + 1) % turns.size();
      try {
        prepare(child);
      } catch (RuntimeException gone) {
        child.unsafe().closeForcibly();
        return;
      }
      loop.eventLoop()
          .register(child)
          .addListener(registered -> {
            if (registered.isSuccess()) {
              accept.accept(loop, child);
            } else {
              child.unsafe().closeForcibly();
            }
          });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // Mostly: no file descriptors left. Others need the time to close theirs.
      LOG.debug("could not accept a connection", cause);
      Channel server = context.channel();
      if (server.config().isAutoRead()) {
        server.config().setAutoRead(false);
        context
            .executor()
            .schedule(
                () -> server.config().setAutoRead(true),
                ACCEPT_PAUSE.toMillis(),
                TimeUnit.MILLISECONDS);
      }
    }
  }

  /// Java frees a listening port when its selector next looks, which is before a timer of its loop.
  private static void afterSelect(Channel server, Runnable task) {
    try {
      server.eventLoop().schedule(task, 1, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException ended) {
      task.run();
    }
  }

  private record Bound(Channel server, String name) implements Listener {
    @Override
    public String address() {
      return server.localAddress() instanceof InetSocketAddress inet ? HostPort.of(inet) : name;
    }

    @Override
    public CompletionStage<Void> close() {
      CompletableFuture<Void> closed = new CompletableFuture<>();
      server.close();
      server.closeFuture().addListener(done -> afterSelect(server, () -> closed.complete(null)));
      return closed;
    }
  }

  // Datagrams

  /// A new UDP channel, not yet registered.
  public DatagramChannel newDatagramChannel() {
    return io.datagram().get();
  }

  public Class<? extends DatagramChannel> datagramType() {
    return io.datagramType();
  }

  public Class<? extends SocketChannel> streamType() {
    return io.streamType();
  }

  /// Connects to the Unix domain socket at `path`; `connected` hears the channel or null, on the
  /// first loop.
  public void connect(Path path, Consumer<Connection> connected, Consumer<Throwable> failed) {
    NettyLoop loop = loops.getFirst();
    DuplexChannel channel = io.domainStream().get();
    ReadSizes reads = prepare(channel);
    loop.eventLoop()
        .register(channel)
        .addListener(registered ->
            channel
                .connect(io.domainAddress().apply(path))
                .addListener(done -> {
                  if (done.isSuccess()) {
                    connected.accept(
                        NettyConnection.take(loop, channel, reads, options, null, null, false));
                  } else {
                    channel.close();
                    failed.accept(done.cause());
                  }
                }));
  }

  /// Closes every socket and ends the loops. Waits a moment for it, unless called on a loop.
  @Override
  public void close() {
    var ended = group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
    if (loops.stream().noneMatch(NettyLoop::inLoop)) {
      ended.awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
  }
}
