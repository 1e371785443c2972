package org.wormholes.transport.i2p;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.GatewaySpeaker.Conversation;
import org.wormholes.runtime.spi.GatewaySpeaker.DatagramReceiver;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.Sockets;

/// Conversations by repliable datagrams, all from one destination that lasts for this run. What is
/// sent goes to the router's UDP port, which is the one below that of its bridge; what comes in
/// comes over the session's own socket, which nobody else on the machine can write to. See SAM V3,
/// "Repliable Datagrams".
///
/// A destination in I2P has one conversation at a time: answers name their sender and nothing else,
/// so nobody could tell for which of two they are.
///
/// May be used from any thread; what it does happens on the session's loop.
final class SamDatagrams implements SamSession.Datagrams, AutoCloseable {
  /// The most bytes of one: what i2pd hands on in one piece over the socket of a session.
  static final int MAX_BYTES = 7_168;

  private static final Logger LOG = LoggerFactory.getLogger(SamDatagrams.class);

  /// Conversations at a time; the one used longest ago ends.
  private static final int MAX_TALKS = 256;

  /// Datagrams that wait for the router or for a name, of one conversation.
  private static final int MAX_WAITING = 16;

  /// How long one that says nothing keeps others from its destination.
  private static final Duration IDLE = Duration.ofSeconds(60);

  /// How long a name that was asked for is not asked for again.
  private static final Duration ASK_AGAIN = Duration.ofSeconds(5);

  private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(30);

  private final Sockets sockets;
  private final SamSession session;
  private final InetSocketAddress router;
  private final NettyLoop loop;
  private final Map<I2pName, Talk> talks = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable DatagramChannel udp;
  private boolean closed;

  SamDatagrams(Sockets sockets, SamSettings settings) {
    this.sockets = sockets;
    this.session = new SamSession(sockets, settings, this);
    this.loop = sockets.loop(sockets.loops().getFirst());
    InetSocketAddress bridge = settings.router();
    this.router = new InetSocketAddress(bridge.getAddress(), Math.max(1, bridge.getPort() - 1));
  }

  void start() {
    session.watch(status -> {
      if (status.state() == SamSession.State.READY) {
        List.copyOf(talks.values()).forEach(Talk::go);
      }
    });
    session.start();
    loop.execute(() -> {
      DatagramChannel opened = sockets.newDatagramChannel();
      opened.pipeline().addLast(new ChannelInboundHandlerAdapter());
      udp = opened;
      loop.eventLoop()
          .register(opened)
          .addListener(registered ->
              opened
                  .bind(new InetSocketAddress(router.getAddress(), 0))
                  .addListener(bound -> {
                    if (closed) {
                      opened.close();
                    }
                  }));
    });
  }

  Conversation with(
      Loop on, I2pName name, FlowRequest.Credentials isolation, DatagramReceiver receiver) {
    Talk talk = new Talk(on, name, isolation, receiver);
    loop.execute(talk::begin);
    return talk;
  }

  @Override
  public void onDatagram(String from, byte[] data) {
    talks.values().stream()
        .filter(talk -> talk.destination.filter(from::equals).isPresent())
        .findFirst()
        .ifPresent(talk -> talk.received(data));
  }

  private void transmit(String destination, byte[] data) {
    DatagramChannel open = udp;
    if (open == null || !open.isActive()) {
      return;
    }
    byte[] head =
        ("3.0 " + session.id() + " " + destination + "\n").getBytes(StandardCharsets.US_ASCII);
    open.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(head, data), router));
  }

  @Override
  public void close() {
    session.close();
    loop.execute(() -> {
      closed = true;
      talks.clear();
      DatagramChannel open = udp;
      if (open != null) {
        open.close();
      }
    });
  }

  /// One conversation. What it has belongs to the session's loop.
  private final class Talk implements Conversation {
    private final Loop on;
    private final I2pName name;
    private final FlowRequest.Credentials isolation;
    private final DatagramReceiver receiver;
    private final Queue<byte[]> waiting = new ArrayDeque<>();
    private Optional<String> destination = Optional.empty();
    private long askedAt;
    private boolean asked;
    private boolean asking;
    private long usedAt = System.nanoTime();
    private volatile boolean over;

    Talk(Loop on, I2pName name, FlowRequest.Credentials isolation, DatagramReceiver receiver) {
      this.on = on;
      this.name = name;
      this.isolation = isolation;
      this.receiver = receiver;
    }

    private void begin() {
      Talk other = talks.get(name);
      boolean inUse = other != null && !other.over && !other.isIdle();
      if (closed || (other != null && inUse && !other.isolation.equals(isolation))) {
        LOG.debug("somebody else talks to that destination");
        over = true;
        return;
      }
      if (other != null) {
        other.over = true;
        destination = other.destination;
      } else if (talks.size() >= MAX_TALKS) {
        var eldest = talks.entrySet().iterator();
        eldest.next().getValue().over = true;
        eldest.remove();
      }
      talks.put(name, this);
    }

    private boolean isIdle() {
      return System.nanoTime() - usedAt > IDLE.toNanos();
    }

    @Override
    public void send(byte[] array, int length) {
      byte[] data = Arrays.copyOf(array, length);
      loop.execute(() -> take(data));
    }

    private void take(byte[] data) {
      if (over || data.length > MAX_BYTES) {
        LOG.debug("a datagram of {} bytes is not sent into I2P", data.length);
        return;
      }
      usedAt = System.nanoTime();
      var _ = talks.get(name); // the one used last
      if (waiting.size() >= MAX_WAITING) {
        waiting.remove();
      }
      waiting.add(data);
      go();
    }

    /// Sends what waits, if the router is ready and knows where.
    void go() {
      if (waiting.isEmpty() || session.status().state() != SamSession.State.READY) {
        return;
      }
      if (destination.isPresent()) {
        waiting.forEach(data -> transmit(destination.get(), data));
        waiting.clear();
      } else if (!asking && (!asked || System.nanoTime() - askedAt > ASK_AGAIN.toNanos())) {
        asking = true;
        asked = true;
        NameLookup.begin(
            sockets, loop, session.settings(), name, LOOKUP_TIMEOUT, this::found, this::notFound);
      }
    }

    private void found(String where) {
      asking = false;
      boolean isTaken =
          talks.values().stream()
              .anyMatch(other ->
                  other != this
                      && other.destination.equals(Optional.of(where))
                      && !other.isIdle()
                      && !other.isolation.equals(isolation));
      if (isTaken) {
        LOG.debug("somebody else talks to that destination, by another name");
        end();
      } else if (!over) {
        destination = Optional.of(where);
        go();
      }
    }

    private void notFound(SamException why) {
      LOG.debug("no destination to send datagrams to: {}", why.text());
      asking = false;
      askedAt = System.nanoTime();
      waiting.clear();
    }

    private void end() {
      over = true;
      waiting.clear();
      talks.remove(name, this);
    }

    void received(byte[] data) {
      if (!over) {
        usedAt = System.nanoTime();
        on.execute(() -> receiver.onDatagram(ByteBuffer.wrap(data)));
      }
    }

    @Override
    public boolean isOver() {
      return over;
    }

    @Override
    public void close() {
      loop.execute(this::end);
    }
  }
}
