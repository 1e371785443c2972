package org.wormholes.transport.gateway;

import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.GatewaySpeaker;
import org.wormholes.runtime.spi.HostedService;
import org.wormholes.runtime.spi.Loop;

/// Stands for a network that this engine does not speak with: it refuses every flow, and says why.
public final class MuteSpeaker implements GatewaySpeaker {
  private final String why;

  public MuteSpeaker(String why) {
    this.why = why;
  }

  @Override
  public void start() {}

  @Override
  public State state() {
    return new State(Phase.DOWN, 0, why);
  }

  @Override
  public void open(
      Loop loop, EntrySpec.Target to, FlowRequest.Credentials isolation, OpenListener listener) {
    listener.onRefused(FlowAcceptor.Refusal.NOT_SUPPORTED, why);
  }

  @Override
  public Hosting host(HostedService service) {
    return new NotHosted(why);
  }

  @Override
  public void close() {}
}
