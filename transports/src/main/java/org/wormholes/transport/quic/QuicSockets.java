package org.wormholes.transport.quic;

import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/// UDP sockets that carry much: large buffers, and where the system can, many packets in one call
/// (UDP segmentation offload, `UDP_SEGMENT` and `UDP_GRO` of udp(7)).
final class QuicSockets {
  private static final int SOCKET_BYTES = 4 << 20;

  /// The most bytes that one call may bring, and so the size of a read.
  private static final int READ_BYTES = 65_535;

  /// The most bytes of one call: the 64 KiB of IP, without headers.
  private static final int CALL_BYTES = 65_487;

  /// The most bytes of a packet that leaves the machine: what crosses nearly every network of
  /// today.
  static final int PACKET_BYTES = 1_350;

  /// The most bytes of any packet: what quiche makes.
  static final int MAX_PACKET_BYTES = 16_383;

  /// Headers of IPv6 and UDP.
  private static final int HEADER_BYTES = 48;

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
  static SegmentedDatagramPacketAllocator gathering(DatagramChannel channel, long packetBytes) {
    return offloads(channel)
        ? EpollQuicUtils.newSegmentedAllocator((int) (CALL_BYTES / packetBytes))
        : SegmentedDatagramPacketAllocator.NONE;
  }

  /// The most bytes that a packet to `to` may have. A path that stays on this machine has the
  /// largest packets of its loopback interface; of any other only the first step would be known.
  static int packetBytes(InetSocketAddress to) {
    try {
      InetAddress address = to.getAddress();
      if (address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null) {
        NetworkInterface loopback =
            NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        if (loopback != null) {
          return Math.clamp(loopback.getMTU() - HEADER_BYTES, PACKET_BYTES, MAX_PACKET_BYTES);
        }
      }
    } catch (SocketException e) {
      // As if it left the machine.
    }
    return PACKET_BYTES;
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
