package org.wormholes.runtime;

import java.util.Locale;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Transport;

/// A flow that is asked for inside this process: answered with one end of an in-process connection
/// instead of a proxy's reply.
abstract class InProcessFlow implements FlowAcceptor.PendingFlow {
  final Shard shard;
  private final Transport transport;

  InProcessFlow(Shard shard, Transport transport) {
    this.shard = shard;
    this.transport = transport;
  }

  /// The end for whoever asked.
  abstract void opened(Connection connection);

  /// @param why in a few words, for people
  abstract void refused(FlowAcceptor.Refusal refusal, String why);

  @Override
  public final Loop loop() {
    return shard.loop;
  }

  @Override
  public final Connection accept(ConnectionHandler handler) {
    Transport.ConnectionPair pair = transport.pair(shard.loop);
    pair.near().handler(handler);
    opened(pair.far());
    return pair.near();
  }

  /// Who asked is told whether there is a connection, and talks then.
  @Override
  public final boolean mayTalkFirst() {
    return false;
  }

  @Override
  public final void refuse(FlowAcceptor.Refusal refusal, String why) {
    refused(refusal, why);
  }

  @Override
  public final void refuse(FlowAcceptor.Refusal refusal) {
    refused(refusal, refusal.name().toLowerCase(Locale.ROOT).replace('_', ' '));
  }
}
