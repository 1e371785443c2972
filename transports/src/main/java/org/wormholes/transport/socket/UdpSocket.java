package org.wormholes.transport.socket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.runtime.spi.Outside.DatagramListener;
import org.wormholes.runtime.spi.Outside.Datagrams;

/// A UDP socket. What cannot be sent at once is queued up to a bound and dropped past it: datagrams
/// are unreliable, memory is not to be.
public final class UdpSocket extends SimpleChannelInboundHandler<DatagramPacket>
    implements Datagrams {
  private static final Logger LOG = LoggerFactory.getLogger(UdpSocket.class);
  private static final byte[] NO_HEADER = {};
  private static final int MAX_DATAGRAM = 65_535;
  private static final int MAX_QUEUED_BYTES = 1024 * 1024;
  private static final int MAX_QUEUED_EARLY = 64;
  private static final int READS_PER_TURN = 16;

  private final NettyLoop loop;
  private final DatagramChannel channel;
  private final DatagramListener listener;
  private final ArrayDeque<DatagramPacket> early = new ArrayDeque<>();
  private boolean bound;
  private boolean closed;
  private boolean flushAsked;

  private UdpSocket(NettyLoop loop, DatagramChannel channel, DatagramListener listener) {
    this.loop = loop;
    this.channel = channel;
    this.listener = listener;
  }

  /// Opens a socket at `address`, whose port may be 0. The stage completes on `loop`, with the
  /// address bound, or fails with the reason; sending works at once.
  public static UdpSocket open(
      Sockets sockets,
      NettyLoop loop,
      InetSocketAddress address,
      DatagramListener listener,
      CompletableFuture<InetSocketAddress> result) {
    DatagramChannel channel = sockets.newDatagramChannel();
    UdpSocket socket = new UdpSocket(loop, channel, listener);
    channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
    channel.config().setRecvByteBufAllocator(new WholeDatagrams());
    channel.config().setOption(ChannelOption.SO_RCVBUF, MAX_QUEUED_BYTES);
    channel.pipeline().addLast(socket);
    loop.eventLoop()
        .register(channel)
        .addListener(registered -> {
          if (!registered.isSuccess()) {
            channel.unsafe().closeForcibly();
            result.completeExceptionally(registered.cause());
            return;
          }
          channel.bind(address).addListener(done -> socket.onBound(done.cause(), result));
        });
    return socket;
  }

  private void onBound(@Nullable Throwable failure, CompletableFuture<InetSocketAddress> result) {
    if (failure != null) {
      close();
      result.completeExceptionally(failure);
      return;
    }
    bound = true;
    result.complete(channel.localAddress());
    early.forEach(channel::write);
    early.clear();
    channel.flush();
  }

  @Override
  public void send(InetSocketAddress to, byte[] array, int offset, int length) {
    send(to, NO_HEADER, array, offset, length);
  }

  /// Sends `header` and the bytes of `array` as one datagram.
  public void send(InetSocketAddress to, byte[] header, byte[] array, int offset, int length) {
    if (closed || header.length + length > MAX_DATAGRAM || isFull()) {
      return;
    }
    ByteBuf bytes = channel.alloc().directBuffer(header.length + length);
    bytes.writeBytes(header).writeBytes(array, offset, length);
    DatagramPacket packet = new DatagramPacket(bytes, to);
    if (bound) {
      channel.write(packet);
    } else {
      early.add(packet);
    }
  }

  private boolean isFull() {
    if (!bound) {
      return early.size() >= MAX_QUEUED_EARLY;
    }
    var outbound = channel.unsafe().outboundBuffer();
    return outbound == null || outbound.totalPendingWriteBytes() > MAX_QUEUED_BYTES;
  }

  @Override
  public void flush() {
    if (bound) {
      channel.flush();
    }
  }

  @Override
  public void close() {
    closed = true;
    early.forEach(DatagramPacket::release);
    early.clear();
    channel.close();
  }

  /// Flushes once what this loop is doing now is done, so that many datagrams share one system
  /// call.
  public void flushSoon() {
    if (!flushAsked) {
      flushAsked = true;
      loop.executeIfOpen(() -> {
        flushAsked = false;
        flush();
      });
    }
  }

  /// Completes once the socket is closed.
  public CompletionStage<Void> whenClosed() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    channel.closeFuture().addListener(ignored -> done.complete(null));
    return done;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
    if (closed) {
      return;
    }
    try {
      listener.onDatagram(unmapped(packet.sender()), packet.content().nioBuffer());
    } catch (RuntimeException | Error bug) {
      LOG.error("a datagram listener failed, its socket is closed", bug);
      close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // A destination that is not there (ICMP) says nothing about the others.
    LOG.debug("datagram socket of loop {}", loop.index(), cause);
  }

  /// An IPv4 address that came through an IPv6 socket, as IPv4 (RFC 4291 section 2.5.5.2).
  private static InetSocketAddress unmapped(InetSocketAddress address) {
    if (!(address.getAddress() instanceof Inet6Address six)) {
      return address;
    }
    byte[] bytes = six.getAddress();
    boolean mapped = bytes[10] == -1 && bytes[11] == -1;
    for (int i = 0; i < 10; i++) {
      mapped &= bytes[i] == 0;
    }
    if (!mapped) {
      return address;
    }
    try {
      InetAddress four = InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, 16));
      return new InetSocketAddress(four, address.getPort());
    } catch (UnknownHostException impossible) {
      throw new AssertionError("four bytes are an IPv4 address", impossible);
    }
  }

  /// Reads into buffers that hold any datagram; they live for one turn only.
  private static final class WholeDatagrams extends DefaultMaxMessagesRecvByteBufAllocator {
    WholeDatagrams() {
      super(READS_PER_TURN);
    }

    @Override
    @SuppressWarnings("deprecation") // Netty has no other place for this.
    public Handle newHandle() {
      return new MaxMessageHandle() {
        @Override
        public int guess() {
          return MAX_DATAGRAM;
        }
      };
    }
  }
}
