package org.wormholes.runtime;

import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.Transport;
import org.wormholes.runtime.spi.Way;

/// A flow that a gateway asks a tunnel for.
final class InnerFlow extends InProcessFlow {
  private final String tunnel;
  private final Way.OpenListener listener;

  InnerFlow(Shard shard, Transport transport, String tunnel, Way.OpenListener listener) {
    super(shard, transport);
    this.tunnel = tunnel;
    this.listener = listener;
  }

  @Override
  void opened(Connection connection) {
    listener.onOpened(connection);
  }

  @Override
  void refused(FlowAcceptor.Refusal refusal, String why) {
    listener.onRefused(refusal, "no way through tunnel " + tunnel + ": " + why);
  }

  @Override
  public void onGone(Runnable gone) {}
}
