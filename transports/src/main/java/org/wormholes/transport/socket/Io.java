package org.wormholes.transport.socket;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
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
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/// The channel classes of one polling interface.
enum Io {
  EPOLL {
    @Override
    IoHandlerFactory loops() {
      return SteadyEpoll.newFactory();
    }

    @Override
    SocketChannel stream() {
      return new EpollSocketChannel();
    }

    @Override
    ServerChannel server() {
      return new EpollServerSocketChannel();
    }

    @Override
    DatagramChannel datagram() {
      return new EpollDatagramChannel();
    }

    @Override
    Class<? extends DatagramChannel> datagramType() {
      return EpollDatagramChannel.class;
    }

    @Override
    Class<? extends SocketChannel> streamType() {
      return EpollSocketChannel.class;
    }

    @Override
    ServerChannel domainServer() {
      return new EpollServerDomainSocketChannel();
    }

    @Override
    DuplexChannel domainStream() {
      return new EpollDomainSocketChannel();
    }

    @Override
    SocketAddress domainAddress(Path path) {
      return new DomainSocketAddress(path.toFile());
    }
  },

  NIO {
    @Override
    IoHandlerFactory loops() {
      return NioIoHandler.newFactory();
    }

    @Override
    SocketChannel stream() {
      return new NioSocketChannel();
    }

    @Override
    ServerChannel server() {
      return new NioServerSocketChannel();
    }

    @Override
    DatagramChannel datagram() {
      return new NioDatagramChannel();
    }

    @Override
    Class<? extends DatagramChannel> datagramType() {
      return NioDatagramChannel.class;
    }

    @Override
    Class<? extends SocketChannel> streamType() {
      return NioSocketChannel.class;
    }

    @Override
    ServerChannel domainServer() {
      return new NioServerDomainSocketChannel();
    }

    @Override
    DuplexChannel domainStream() {
      return new NioDomainSocketChannel();
    }

    @Override
    SocketAddress domainAddress(Path path) {
      return UnixDomainSocketAddress.of(path);
    }
  };

  abstract IoHandlerFactory loops();

  abstract SocketChannel stream();

  abstract ServerChannel server();

  abstract DatagramChannel datagram();

  abstract Class<? extends DatagramChannel> datagramType();

  abstract Class<? extends SocketChannel> streamType();

  abstract ServerChannel domainServer();

  abstract DuplexChannel domainStream();

  abstract SocketAddress domainAddress(Path path);

  static Io of(NettyOptions.Polling polling) {
    return switch (polling) {
      case EPOLL -> EPOLL;
      case NIO -> NIO;
    };
  }

  /// Whether `channel` takes options of the system that Java does not know.
  static boolean takesRawOptions(Channel channel) {
    return channel instanceof EpollSocketChannel || channel instanceof EpollServerSocketChannel;
  }

  static boolean epollWorks() {
    return Epoll.isAvailable();
  }
}
