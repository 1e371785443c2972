package org.wormholes.runtime;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Host;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.FlowAcceptor;
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
                        Half out = new Half(destination);
                        Half in = new Half(pending.accept(out.facing()));
                        out.pairWith(in);
                        in.pairWith(out);
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

  private static void resolve(
      Shard shard, Host host, Consumer<InetAddress> found, Runnable unknown) {
    switch (host) {
      case Host.Ip4 ip -> found.accept(ExitGate.address(ip.bytes()));
      case Host.Ip6 ip -> found.accept(ExitGate.address(ip.bytes()));
      case Host.Name(String name) ->
          shard
              .node
              .outside()
              .resolve(
                  shard.loop,
                  name,
                  List.of(),
                  new Outside.ResolveListener() {
                    @Override
                    public void onResolved(List<InetAddress> addresses) {
                      if (addresses.isEmpty()) {
                        unknown.run();
                      } else {
                        found.accept(addresses.getFirst());
                      }
                    }

                    @Override
                    public void onUnresolved(String why) {
                      unknown.run();
                    }
                  });
    }
  }

  /// One of two connections whose bytes are passed to each other.
  private static final class Half {
    private final Connection own;
    private @Nullable Half other;

    Half(Connection own) {
      this.own = own;
    }

    void pairWith(Half peer) {
      other = peer;
      own.handler(peer.facing());
      own.reading(true);
    }

    /// What hears the opposite connection: its bytes are written to ours.
    ConnectionHandler facing() {
      return new ConnectionHandler() {
        @Override
        public void onRead(ByteBuffer in) {
          byte[] bytes = new byte[in.remaining()];
          in.get(bytes);
          own.write(bytes, 0, bytes.length);
          if (!own.writable() && other != null) {
            other.own.reading(false);
          }
        }

        @Override
        public void onReadComplete() {
          own.flush();
        }

        @Override
        public void onWritable() {
          // The opposite connection takes bytes again: go on reading ours for it.
          own.reading(true);
        }

        @Override
        public void onInputFinished() {
          own.finish();
        }

        @Override
        public void onClosed(@Nullable String cause) {
          if (cause == null) {
            own.close();
          } else {
            own.abort();
          }
        }
      };
    }
  }
}
