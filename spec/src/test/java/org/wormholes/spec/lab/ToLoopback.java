package org.wormholes.spec.lab;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.wormholes.runtime.Splice;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.Transport;

/// What proxies in tests do with a flow.
public final class ToLoopback {
  private ToLoopback() {}

  /// Leads a flow to a port of this machine, or refuses it where nobody listens.
  public static void lead(Transport transport, int port, FlowAcceptor.PendingFlow pending) {
    transport
        .outside()
        .connect(
            pending.loop(),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            Duration.ofSeconds(5),
            new DialListener() {
              @Override
              public void onConnected(Connection connection) {
                Splice.join(connection, pending);
              }

              @Override
              public void onFailed(DialFailure failure) {
                pending.refuse(FlowAcceptor.Refusal.CONNECTION_REFUSED);
              }
            });
  }
}
