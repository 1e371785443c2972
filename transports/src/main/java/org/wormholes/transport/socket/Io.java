package org.wormholes.transport.socket;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;

/// The channel classes of one polling interface.
///
/// @param readsAtOnce whether a read is over when its call returns, so that all streams of a loop
///   can read into one buffer; with io_uring the system holds the buffer of a read until there is
///   something to read
record Io(
    IoHandlerFactory loops,
    Supplier<SocketChannel> stream,
    Class<? extends SocketChannel> streamType,
    Supplier<ServerChannel> server,
    Supplier<DatagramChannel> datagram,
    Class<? extends DatagramChannel> datagramType,
    Supplier<ServerChannel> domainServer,
    Supplier<DuplexChannel> domainStream,
    Function<Path, SocketAddress> domainAddress,
    boolean readsAtOnce) {
  static Io of(NettyOptions.Polling polling) {
    return switch (polling) {
      case EPOLL -> epoll();
      case IO_URING -> ioUring();
      case KQUEUE -> kqueue();
      case NIO -> nio();
    };
  }

  private static Io epoll() {
    return new Io(
        SteadyEpoll.newFactory(),
        EpollSocketChannel::new,
        EpollSocketChannel.class,
        EpollServerSocketChannel::new,
        EpollDatagramChannel::new,
        EpollDatagramChannel.class,
        EpollServerDomainSocketChannel::new,
        EpollDomainSocketChannel::new,
        Io::unixAddress,
        true);
  }

  private static Io ioUring() {
    return new Io(
        IoUringIoHandler.newFactory(),
        IoUringSocketChannel::new,
        IoUringSocketChannel.class,
        IoUringServerSocketChannel::new,
        IoUringDatagramChannel::new,
        IoUringDatagramChannel.class,
        IoUringServerDomainSocketChannel::new,
        IoUringDomainSocketChannel::new,
        Io::unixAddress,
        false);
  }

  private static Io kqueue() {
    return new Io(
        KQueueIoHandler.newFactory(),
        KQueueSocketChannel::new,
        KQueueSocketChannel.class,
        KQueueServerSocketChannel::new,
        KQueueDatagramChannel::new,
        KQueueDatagramChannel.class,
        KQueueServerDomainSocketChannel::new,
        KQueueDomainSocketChannel::new,
        Io::unixAddress,
        true);
  }

  private static Io nio() {
    return new Io(
        NioIoHandler.newFactory(),
        NioSocketChannel::new,
        NioSocketChannel.class,
        NioServerSocketChannel::new,
        NioDatagramChannel::new,
        NioDatagramChannel.class,
        NioServerDomainSocketChannel::new,
        NioDomainSocketChannel::new,
        UnixDomainSocketAddress::of,
        true);
  }

  private static SocketAddress unixAddress(Path path) {
    return new DomainSocketAddress(path.toFile());
  }

  /// Whether `channel` takes options of the system that Java does not know.
  static boolean takesRawOptions(Channel channel) {
    return channel instanceof EpollSocketChannel || channel instanceof EpollServerSocketChannel;
  }
}
