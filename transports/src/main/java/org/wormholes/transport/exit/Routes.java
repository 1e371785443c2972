package org.wormholes.transport.exit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import org.wormholes.transport.socket.HostPort;

/// Which families of addresses this machine can reach.
final class Routes {
  private static final long FRESH_NANOS = Duration.ofSeconds(60).toNanos();

  /// Any global address does: connecting a datagram socket chooses a route and sends nothing.
  private static final InetSocketAddress SOMEWHERE =
      new HostPort("2600::1", 9).literal().orElseThrow();

  private static volatile Answer answer = new Answer(false, System.nanoTime() - FRESH_NANOS - 1);

  private Routes() {}

  /// Whether there is a route to the IPv6 internet; asked of the system once a minute.
  static boolean hasIpv6() {
    Answer last = answer;
    long now = System.nanoTime();
    if (now - last.at > FRESH_NANOS) {
      last = new Answer(probe(), now);
      answer = last;
    }
    return last.six;
  }

  private static boolean probe() {
    try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET6)) {
      channel.connect(SOMEWHERE);
      InetAddress local = ((InetSocketAddress) channel.getLocalAddress()).getAddress();
      return !local.isLoopbackAddress()
          && !local.isLinkLocalAddress()
          && !local.isAnyLocalAddress();
    } catch (IOException | UnsupportedOperationException none) {
      return false;
    }
  }

  private record Answer(boolean six, long at) {}
}
