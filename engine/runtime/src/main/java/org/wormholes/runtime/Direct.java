package org.wormholes.runtime;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.wormholes.protocol.circuit.Host;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.rules.expr.SpecialNames;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.NameFailure;
import org.wormholes.runtime.spi.Outside;

/// A flow that leaves this machine as it is. Reached from one place only: a route whose verdict is
/// `direct`. Nothing falls back to it.
final class Direct {
  private Direct() {}

  static void open(Shard shard, Target target, FlowAcceptor.PendingFlow pending) {
    Consumer<InetAddress> connect =
        address ->
            shard
                .node
                .outside()
                .connect(
                    shard.loop,
                    new InetSocketAddress(address, target.port()),
                    ExitFlow.CONNECT_TIMEOUT,
                    new DialListener() {
                      @Override
                      public void onConnected(Connection destination) {
                        Splice.join(destination, pending);
                      }

                      @Override
                      public void onFailed(DialFailure failure) {
                        pending.refuse(
                            failure == DialFailure.REFUSED
                                ? FlowAcceptor.Refusal.CONNECTION_REFUSED
                                : FlowAcceptor.Refusal.HOST_UNREACHABLE);
                      }
                    });
    resolve(
        shard, target.host(), connect, () -> pending.refuse(FlowAcceptor.Refusal.HOST_UNREACHABLE));
  }

  static void resolve(Shard shard, Host host, Consumer<InetAddress> found) {
    resolve(shard, host, found, () -> {});
  }

  static void resolve(Shard shard, Host host, Consumer<InetAddress> found, Runnable unknown) {
    switch (host) {
      case Host.Ip4 ip -> found.accept(ExitGate.address(ip.bytes()));
      case Host.Ip6 ip -> found.accept(ExitGate.address(ip.bytes()));
      case Host.Name(String name) when SpecialNames.has(name) -> unknown.run();
      case Host.Name(String name) ->
          shard
              .node
              .outside()
              .resolve(
                  shard.loop,
                  name,
                  0,
                  List.of(),
                  new Outside.ResolveListener() {
                    @Override
                    public void onResolved(List<InetAddress> addresses, Duration timeToLive) {
                      if (addresses.isEmpty()) {
                        unknown.run();
                      } else {
                        found.accept(addresses.getFirst());
                      }
                    }

                    @Override
                    public void onUnresolved(NameFailure why, Duration timeToLive) {
                      unknown.run();
                    }
                  });
    }
  }
}
