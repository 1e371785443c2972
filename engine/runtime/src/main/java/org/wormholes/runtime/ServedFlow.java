package org.wormholes.runtime;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;

/// A stream of a client that a published service has met: joined to a connection to the service.
final class ServedFlow extends StreamBridge {
  ServedFlow(Shard shard) {
    super(shard);
  }

  void dial(InetSocketAddress place) {
    int family = place.getAddress() instanceof Inet6Address ? 6 : 4;
    shard()
        .node
        .outside()
        .connect(
            shard().loop,
            place,
            ExitFlow.CONNECT_TIMEOUT,
            new DialListener() {
              @Override
              public void onConnected(Connection live) {
                if (isOver()) {
                  live.abort();
                  return;
                }
                stream().connected(family);
                connected(live);
                shard().flush();
              }

              @Override
              public void onFailed(DialFailure failure) {
                if (!isOver()) {
                  stream()
                      .refuse(
                          failure == DialFailure.REFUSED
                              ? Reason.CONNECTION_REFUSED
                              : Reason.HOST_UNREACHABLE);
                  abandonQuietly();
                  shard().flush();
                }
              }
            });
  }
}
