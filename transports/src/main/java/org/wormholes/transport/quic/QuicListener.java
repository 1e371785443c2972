package org.wormholes.transport.quic;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.handler.codec.quic.QuicCodecDispatcher;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.Sockets;
import org.wormholes.transport.tls.TlsAddress;

/// The sockets of one listener: one of the same port on each loop, among which the system spreads
/// those who come. A packet of a connection whose peer has moved may reach another socket than
/// before; the connection's id says which loop it belongs to.
final class QuicListener implements Listener {
  private final QuicDoor door;
  private final List<DatagramChannel> bound;
  private final String name;

  private QuicListener(QuicDoor door, List<DatagramChannel> bound, String name) {
    this.door = door;
    this.bound = bound;
    this.name = name;
  }

  static CompletionStage<Listener> open(
      Sockets sockets, List<NettyLoop> loops, TlsAddress address, QuicDoor door) {
    try {
      checkFree(address.socket());
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
    Map<Channel, NettyLoop> homes = new ConcurrentHashMap<>();
    Dispatcher dispatcher = new Dispatcher(homes, door);
    CompletionStage<List<DatagramChannel>> opened =
        CompletableFuture.completedFuture(new ArrayList<>());
    for (NettyLoop loop : loops) {
      opened =
          opened.thenCompose(before -> {
            DatagramChannel udp = sockets.newDatagramChannel();
            homes.put(udp, loop);
            // The first of them chooses the port, where any will do.
            InetSocketAddress at =
                before.isEmpty() ? address.socket() : before.getFirst().localAddress();
            return bind(udp, loop, at, loops.size() > 1, dispatcher)
                .handle((done, failed) -> {
                  if (failed != null) {
                    before.forEach(Channel::close);
                    throw new CompletionException(failed);
                  }
                  before.add(udp);
                  return before;
                });
          });
    }
    return opened.thenApply(all -> new QuicListener(door, List.copyOf(all), address.name()));
  }

  /// Ports that several sockets may share are not refused when somebody else has them.
  private static void checkFree(InetSocketAddress address) throws IOException {
    try (DatagramSocket probe = new DatagramSocket(null)) {
      probe.setReuseAddress(false);
      probe.bind(address);
    } catch (SocketException e) {
      String why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
      throw new IOException(
          "could not listen on %s: %s"
              .formatted(
                  HostPort.of(address), why.contains("in use") ? "address already in use" : why),
          e);
    }
  }

  private static CompletionStage<Void> bind(
      DatagramChannel udp,
      NettyLoop loop,
      InetSocketAddress at,
      boolean shared,
      Dispatcher dispatcher) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    QuicSockets.prepare(udp);
    if (shared) {
      udp.config()
          .setOption(
              udp instanceof NioDatagramChannel
                  ? NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT)
                  : UnixChannelOption.SO_REUSEPORT,
              true);
    }
    udp.pipeline().addLast(dispatcher);
    loop.eventLoop()
        .register(udp)
        .addListener(registered ->
            udp.bind(at)
                .addListener(bound -> {
                  if (bound.isSuccess()) {
                    done.complete(null);
                  } else {
                    udp.close();
                    done.completeExceptionally(
                        new IOException(
                            "could not listen on %s: %s"
                                .formatted(HostPort.of(at), bound.cause().getMessage()),
                            bound.cause()));
                  }
                }));
    return done;
  }

  @Override
  public String address() {
    String address = HostPort.of(bound.getFirst().localAddress());
    return name.isEmpty() ? address : address + ",name=" + name;
  }

  /// The port is free when the last connection that came in by it has ended.
  @Override
  public CompletionStage<Void> close() {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    ChannelGroup sockets = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    sockets.addAll(bound);
    door.shut().addListener(gone -> sockets.close().addListener(done -> closed.complete(null)));
    return closed;
  }

  /// Brings packets to the loop of their connection.
  private static final class Dispatcher extends QuicCodecDispatcher {
    private final Map<Channel, NettyLoop> homes;
    private final QuicDoor door;

    Dispatcher(Map<Channel, NettyLoop> homes, QuicDoor door) {
      this.homes = homes;
      this.door = door;
    }

    @Override
    protected void initChannel(Channel channel, int idLength, QuicConnectionIdGenerator ids) {
      NettyLoop loop = Objects.requireNonNull(homes.get(channel));
      channel.pipeline().addLast(door.codec(loop, (DatagramChannel) channel, idLength, ids));
    }
  }
}
