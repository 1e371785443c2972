package org.wormholes.transport.gateway;

import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.GatewaySpeaker;
import org.wormholes.runtime.spi.GatewaySpec;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Way;

/// A proxy, each stream over a connection of its own to it. It is taken to be there; a stream finds
/// out.
public final class ProxySpeaker implements GatewaySpeaker {
  private final GatewaySpec spec;
  private final EntrySpec.Target server;
  private final Way way;

  public ProxySpeaker(GatewaySpec spec, Way way) {
    this.spec = spec;
    this.server = spec.server().orElseThrow();
    this.way = way;
  }

  @Override
  public void start() {}

  @Override
  public State state() {
    return State.READY;
  }

  @Override
  public void open(
      Loop loop, EntrySpec.Target to, FlowRequest.Credentials isolation, OpenListener listener) {
    way.open(
        loop,
        server,
        isolation,
        new OpenListener() {
          @Override
          public void onOpened(Connection connection) {
            if (spec.kind() == GatewaySpec.Kind.HTTP) {
              ProxyExchange.http(connection, to, spec.credentials(), listener);
            } else {
              ProxyExchange.socks5(connection, to, spec.credentials(), listener);
            }
          }

          @Override
          public void onRefused(FlowAcceptor.Refusal refusal, String why) {
            // It is the proxy that is not there, not the destination.
            listener.onRefused(
                FlowAcceptor.Refusal.GENERAL_FAILURE, "gateway " + spec.name() + ": " + why);
          }
        });
  }

  /// Connects to it, by the way that flows take.
  @Override
  public void check(Loop loop, FlowRequest.Credentials isolation, CheckListener listener) {
    way.open(
        loop,
        server,
        isolation,
        new OpenListener() {
          @Override
          public void onOpened(Connection connection) {
            connection.close();
            listener.onAlive(true);
          }

          @Override
          public void onRefused(FlowAcceptor.Refusal refusal, String why) {
            listener.onDead(why);
          }
        });
  }

  @Override
  public void close() {}
}
