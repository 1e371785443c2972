package org.wormholes.transport.quic;

import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/// UDP sockets that carry much: large buffers, and where the system can, many packets in one call
/// (UDP segmentation offload, `UDP_SEGMENT` and `UDP_GRO` of udp(7)).
final class QuicSockets {
  private static final int SOCKET_BYTES = 4 << 20;

  /// The most bytes that one call may bring, and so the size of a read.
  private static final int READ_BYTES = 65_535;

  /// Packets of one call: what fits into the 64 KiB that IP allows it.
  private static final int SEGMENTS = 44;

  private QuicSockets() {}

  static void prepare(DatagramChannel channel) {
    channel.config().setOption(ChannelOption.SO_RCVBUF, SOCKET_BYTES);
    channel.config().setOption(ChannelOption.SO_SNDBUF, SOCKET_BYTES);
    channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES));
    if (offloads(channel)) {
      channel.config().setOption(EpollChannelOption.UDP_GRO, true);
    }
  }

  /// How packets for `channel` are gathered.
  static SegmentedDatagramPacketAllocator gathering(DatagramChannel channel) {
    return offloads(channel)
        ? EpollQuicUtils.newSegmentedAllocator(SEGMENTS)
        : SegmentedDatagramPacketAllocator.NONE;
  }

  /// Where packets to `to` leave from now, as the system's routes say; nothing is sent.
  static @Nullable SocketAddress source(InetSocketAddress to) {
    try (DatagramSocket probe = new DatagramSocket(null)) {
      probe.connect(to);
      return probe.getLocalSocketAddress();
    } catch (SocketException e) {
      return null;
    }
  }

  private static boolean offloads(DatagramChannel channel) {
    return channel instanceof EpollDatagramChannel
        && EpollDatagramChannel.isSegmentedDatagramPacketSupported();
  }
}
