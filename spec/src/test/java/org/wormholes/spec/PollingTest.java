package org.wormholes.spec;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.wormholes.rules.Isolation;
import org.wormholes.transport.socket.NettyOptions.Polling;

/// Tunnels run on every interface to the system's sockets, native or pure Java. One that this
/// machine does not have is left out, and the reason is printed.
@Timeout(60)
class PollingTest {
  private static final int BYTES = 8 << 20;

  @ParameterizedTest
  @EnumSource(Polling.class)
  void aTunnelCarriesBytesUnchanged(Polling polling) throws Exception {
    polling
        .unavailable()
        .ifPresent(why -> {
          System.out.printf("left out on this machine: %s, %s%n", polling.word(), why);
          assumeTrue(false, () -> polling.word() + ": " + why);
        });
    try (LocalNetwork network = LocalNetwork.on(polling, 4)) {
      network.awaitKnown();
      int proxy = network.apply(network.tunnel(3, Isolation.DEFAULT));
      network.awaitReady();
      Echo.through(proxy, BYTES, 1);
    }
  }
}
