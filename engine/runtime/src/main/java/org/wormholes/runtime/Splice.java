package org.wormholes.runtime;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.FlowAcceptor;

/// Passes the bytes of an application and of its destination to each other, where no circuit of
/// ours lies between them.
public final class Splice {
  private Splice() {}

  /// Accepts the application and joins it to the destination; both live on the same loop.
  public static void join(Connection destination, FlowAcceptor.PendingFlow pending) {
    join(destination, pending, () -> {});
  }

  /// Joins a client that came through a network without half-close to the service it came for; both
  /// live on the same loop. When the service has said all it has to say, the conversation is over.
  public static void serve(Connection client, Connection service) {
    Half in =
        new Half(client, () -> {}) {
          @Override
          void finish() {
            client.close();
          }
        };
    Half out = new Half(service, () -> {});
    in.pairWith(out);
    out.pairWith(in);
  }

  /// The same with an application that waits.
  ///
  /// @param whenOver runs once both are gone
  static void join(Connection destination, FlowAcceptor.PendingFlow pending, Runnable whenOver) {
    int[] left = {2};
    Runnable gone =
        () -> {
          if (--left[0] == 0) {
            whenOver.run();
          }
        };
    Half out = new Half(destination, gone);
    Half in = new Half(pending.accept(out.facing()), gone);
    out.pairWith(in);
    in.pairWith(out);
  }

  /// One of two connections whose bytes are passed to each other.
  private static class Half {
    private final Connection own;
    private final Runnable gone;
    private @Nullable Half other;

    Half(Connection own, Runnable gone) {
      this.own = own;
      this.gone = gone;
    }

    /// The opposite side has nothing more to say.
    void finish() {
      own.finish();
    }

    final void pairWith(Half peer) {
      other = peer;
      own.handler(peer.facing());
      own.reading(true);
    }

    /// What hears the opposite connection: its bytes are written to ours.
    final ConnectionHandler facing() {
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
          finish();
        }

        @Override
        public void onClosed(@Nullable String cause) {
          gone.run();
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
