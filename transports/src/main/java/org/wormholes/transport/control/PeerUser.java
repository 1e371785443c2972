package org.wormholes.transport.control;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/// Who is on the other side of a Unix socket.
final class PeerUser {
  private static final int ROOT = 0;

  private PeerUser() {}

  /// Whether the peer is the owner of `socket`, or root, or the system cannot say. The mode of the
  /// socket keeps the others out in any case.
  static boolean isTrusted(Channel channel, Path socket) {
    try {
      if (channel instanceof EpollDomainSocketChannel epoll) {
        int uid = epoll.peerCredentials().uid();
        return uid == ROOT || Integer.valueOf(uid).equals(Files.getAttribute(socket, "unix:uid"));
      }
      UnixDomainPrincipal peer =
          channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
      UserPrincipal owner = Files.getOwner(socket);
      return peer == null || peer.user().equals(owner) || peer.user().getName().equals("root");
    } catch (UnsupportedOperationException unknown) {
      return true;
    } catch (IOException gone) {
      return false;
    }
  }
}
