package org.wormholes.transport.entry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.EntrySpec.Target;
import org.wormholes.runtime.spi.FlowAcceptor.DatagramHandler;
import org.wormholes.runtime.spi.FlowAcceptor.DatagramPort;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Loop.Cancellable;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.UdpSocket;

/// A forwarded UDP port, beside the TCP port of the same number. Each sender's datagrams are a
/// conversation of their own, forgotten after a silence.
final class UdpForward {
  private final Door door;
  private final NettyLoop loop;
  private final Target target;
  private final Map<InetSocketAddress, Conversation> conversations = new HashMap<>();
  private @Nullable UdpSocket socket;
  private @Nullable Cancellable sweep;
  private boolean closed;

  private UdpForward(Door door, Target target) {
    this.door = door;
    this.loop = door.sockets.loops().getFirst();
    this.target = target;
  }

  /// Opens the UDP side of `tcp`, which is closed again if that fails.
  static CompletionStage<Listener> listen(Door door, Listener tcp, InetSocketAddress address) {
    int port = HostPort.parse(tcp.address()).orElseThrow().port();
    UdpForward forward = new UdpForward(door, door.entry.forward().orElseThrow());
    CompletableFuture<InetSocketAddress> bound = new CompletableFuture<>();
    forward.socket =
        UdpSocket.open(
            door.sockets,
            forward.loop,
            new InetSocketAddress(address.getAddress(), port),
            forward::onDatagram,
            bound);
    CompletableFuture<Listener> result = new CompletableFuture<>();
    bound.whenComplete((here, failure) -> {
      if (failure != null) {
        tcp.close();
        result.completeExceptionally(
            new IOException("could not listen on UDP port " + port, failure));
      } else {
        forward.sweepLater();
        result.complete(forward.new Both(tcp));
      }
    });
    return result;
  }

  private void onDatagram(InetSocketAddress from, ByteBuffer data) {
    Conversation conversation = conversations.get(from);
    if (conversation == null) {
      conversation = begin(from);
      if (conversation == null) {
        return;
      }
    }
    conversation.onDatagram(data);
  }

  private @Nullable Conversation begin(InetSocketAddress from) {
    if (closed || door.associations.incrementAndGet() > door.limits.maxAssociations()) {
      door.associations.decrementAndGet();
      door.note("forwarded datagrams dropped, because there were too many conversations");
      return null;
    }
    Conversation conversation = new Conversation(from);
    conversations.put(from, conversation);
    conversation.begin();
    return conversation;
  }

  private void sweepLater() {
    Duration idle = door.limits.datagramIdle();
    sweep = loop.schedule(idle.dividedBy(4), this::sweep);
  }

  private void sweep() {
    long deadline = loop.nanoTime() - door.limits.datagramIdle().toNanos();
    for (Conversation each : List.copyOf(conversations.values())) {
      if (each.lastHeard - deadline < 0) {
        each.close();
      }
    }
    if (!closed) {
      sweepLater();
    }
  }

  private void shut() {
    closed = true;
    if (sweep != null) {
      sweep.cancel();
    }
    if (socket != null) {
      socket.close();
    }
    new ArrayList<>(conversations.values()).forEach(Conversation::close);
  }

  /// What one sender says.
  private final class Conversation implements DatagramPort {
    private final InetSocketAddress sender;
    private @Nullable DatagramHandler handler;
    private long lastHeard = loop.nanoTime();
    private boolean ended;

    Conversation(InetSocketAddress sender) {
      this.sender = sender;
    }

    void begin() {
      handler =
          door.acceptor.associate(
              new FlowRequest(door.entry, target, Optional.empty(), HostPort.of(sender)), this);
    }

    void onDatagram(ByteBuffer data) {
      lastHeard = loop.nanoTime();
      DatagramHandler hears = handler;
      if (hears != null && !ended) {
        hears.onDatagram(target, data);
      }
    }

    @Override
    public Loop loop() {
      return loop;
    }

    @Override
    public void send(Target from, byte[] array, int offset, int length) {
      UdpSocket open = socket;
      if (!ended && open != null) {
        lastHeard = loop.nanoTime();
        open.send(sender, array, offset, length);
        open.flushSoon();
      }
    }

    @Override
    public void close() {
      if (ended) {
        return;
      }
      ended = true;
      door.associations.decrementAndGet();
      conversations.remove(sender, this);
      DatagramHandler hears = handler;
      if (hears != null) {
        hears.onClosed();
      }
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
      UdpSocket open = socket;
      CompletionStage<Void> udp =
          open == null ? CompletableFuture.completedFuture(null) : open.whenClosed();
      loop.execute(UdpForward.this::shut);
      return tcp.close().thenCombine(udp, (one, other) -> null);
    }
  }
}
