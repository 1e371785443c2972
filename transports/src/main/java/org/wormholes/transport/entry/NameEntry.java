package org.wormholes.transport.entry;

import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.NameRequest;
import org.wormholes.transport.names.Query;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.UdpSocket;

/// A DNS port: UDP and TCP of the same number, or TLS, or HTTPS.
final class NameEntry {
  /// Questions of one entry that wait for their answer.
  static final int MAX_QUESTIONS = 4_096;

  private static final int MAX_CONNECTIONS = 1_024;

  final Door door;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();
  private final NettyLoop loop;
  private @Nullable UdpSocket socket;

  private @Nullable SecureNames secure;

  private NameEntry(Door door) {
    this.door = door;
    this.loop = door.sockets.loops().getFirst();
  }

  /// Opens it; fails with an `IOException` that names the port.
  static CompletionStage<Listener> listen(Door door, InetSocketAddress address, NameTls tls) {
    NameEntry entry = new NameEntry(door);
    EntrySpec.Wrapping wrapping = door.entry.wrapping();
    if (wrapping != EntrySpec.Wrapping.NONE) {
      try {
        entry.secure = new SecureNames(entry, tls.context(), wrapping == EntrySpec.Wrapping.HTTPS);
      } catch (IOException e) {
        return CompletableFuture.failedFuture(
            new IOException(
                "could not listen on %s: %s".formatted(HostPort.of(address), e.getMessage()), e));
      }
      return door.sockets.listen(door.sockets.loops(), address, entry::onArrival);
    }
    return door.sockets
        .listen(door.sockets.loops(), address, entry::onArrival)
        .thenCompose(tcp -> entry.openDatagrams(tcp, address));
  }

  private CompletionStage<Listener> openDatagrams(Listener tcp, InetSocketAddress address) {
    int port = HostPort.parse(tcp.address()).orElseThrow().port();
    CompletableFuture<InetSocketAddress> bound = new CompletableFuture<>();
    loop.execute(() ->
        socket =
            UdpSocket.open(
                door.sockets,
                loop,
                new InetSocketAddress(address.getAddress(), port),
                this::onDatagram,
                bound));
    CompletableFuture<Listener> result = new CompletableFuture<>();
    bound.whenComplete((here, failure) -> {
      if (failure == null) {
        result.complete(new Both(tcp));
      } else {
        tcp.close();
        result.completeExceptionally(
            new IOException("could not listen on UDP port " + port, failure));
      }
    });
    return result;
  }

  private void onArrival(NettyLoop on, DuplexChannel channel) {
    if (connections.incrementAndGet() > MAX_CONNECTIONS) {
      connections.decrementAndGet();
      door.note("connections closed, because there were too many");
      channel.close();
      return;
    }
    channel.closeFuture().addListener(closed -> connections.decrementAndGet());
    SecureNames wrapped = secure;
    if (wrapped != null) {
      wrapped.receive(on, channel);
    } else {
      NameConversation.take(this, on, door.sockets.stream(on, channel, null, false));
    }
  }

  private void onDatagram(InetSocketAddress from, ByteBuffer data) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    Optional<Query> query = Query.parse(bytes);
    query.ifPresent(it ->
        answer(
            it,
            it.datagram(),
            loop,
            HostPort.of(from),
            reply -> {
              UdpSocket here = socket;
              if (here != null) {
                here.send(from, reply, 0, reply.length);
                here.flushSoon();
              }
            }));
  }

  /// Answers a query, once, on `on`.
  void answer(Query query, int most, Loop on, String from, Consumer<byte[]> reply) {
    Optional<NameQuestion> question = query.question();
    if (question.isEmpty()) {
      reply.accept(query.refusal(most));
    } else if (open.incrementAndGet() > MAX_QUESTIONS) {
      open.decrementAndGet();
      door.note("questions turned away, because too many waited for an answer");
      reply.accept(query.overload(most));
    } else {
      NameRequest request =
          new NameRequest(
              door.acceptor.current(door.entry), question.get(), from, query.unchecked());
      door.acceptor.ask(
          request,
          on,
          answer -> {
            open.decrementAndGet();
            reply.accept(query.reply(answer, most));
          });
    }
  }

  /// The TCP port and the UDP port as one.
  private final class Both implements Listener {
    private final Listener tcp;

    Both(Listener tcp) {
      this.tcp = tcp;
    }

    @Override
    public String address() {
      return tcp.address();
    }

    @Override
    public CompletionStage<Void> close() {
      UdpSocket here = socket;
      CompletionStage<Void> udp =
          here == null ? CompletableFuture.completedFuture(null) : here.whenClosed();
      if (here != null) {
        loop.execute(here::close);
      }
      return tcp.close().thenCombine(udp, (one, other) -> null);
    }
  }
}
