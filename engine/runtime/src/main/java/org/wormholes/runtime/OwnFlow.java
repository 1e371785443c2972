package org.wormholes.runtime;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Transport;

/// A flow that the program around the engine asks for: answered with one end of an in-process
/// connection instead of a proxy's reply.
final class OwnFlow implements FlowAcceptor.PendingFlow {
  private final Shard shard;
  private final Transport transport;
  private final CompletableFuture<Connection> answer;

  OwnFlow(Shard shard, Transport transport, CompletableFuture<Connection> answer) {
    this.shard = shard;
    this.transport = transport;
    this.answer = answer;
  }

  @Override
  public Loop loop() {
    return shard.loop;
  }

  @Override
  public Connection accept(ConnectionHandler handler) {
    Transport.ConnectionPair pair = transport.pair(shard.loop);
    pair.near().handler(handler);
    answer.complete(pair.far());
    return pair.near();
  }

  /// Who asked is told whether there is a connection, and talks then.
  @Override
  public boolean mayTalkFirst() {
    return false;
  }

  @Override
  public void refuse(FlowAcceptor.Refusal refusal) {
    String why = refusal.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    answer.completeExceptionally(new IOException("no connection: " + why));
  }

  @Override
  public void onGone(Runnable gone) {
    var _ =
        answer.whenComplete((connection, failure) -> {
          if (answer.isCancelled()) {
            shard.run(gone);
          }
        });
  }
}
