package org.wormholes.runtime;

import java.util.Locale;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Transport;
import org.wormholes.runtime.spi.Way;

/// A flow that a gateway asks a tunnel for: answered with one end of an in-process connection.
final class InnerFlow implements FlowAcceptor.PendingFlow {
  private final Shard shard;
  private final Transport transport;
  private final String tunnel;
  private final Way.OpenListener listener;

  InnerFlow(Shard shard, Transport transport, String tunnel, Way.OpenListener listener) {
    this.shard = shard;
    this.transport = transport;
    this.tunnel = tunnel;
    this.listener = listener;
  }

  @Override
  public Loop loop() {
    return shard.loop;
  }

  @Override
  public Connection accept(ConnectionHandler handler) {
    Transport.ConnectionPair pair = transport.pair(shard.loop);
    pair.near().handler(handler);
    listener.onOpened(pair.far());
    return pair.near();
  }

  @Override
  public boolean mayTalkFirst() {
    return false;
  }

  @Override
  public void refuse(FlowAcceptor.Refusal refusal) {
    String why = refusal.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    listener.onRefused(refusal, "no way through tunnel " + tunnel + ": " + why);
  }

  @Override
  public void onGone(Runnable gone) {}
}
