package org.wormholes.runtime;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.Transport;

/// A flow that the program around the engine asks for.
final class OwnFlow extends InProcessFlow {
  private final CompletableFuture<Connection> answer;

  OwnFlow(Shard shard, Transport transport, CompletableFuture<Connection> answer) {
    super(shard, transport);
    this.answer = answer;
  }

  @Override
  void opened(Connection connection) {
    answer.complete(connection);
  }

  @Override
  void refused(FlowAcceptor.Refusal refusal, String why) {
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
