package org.wormholes.transport.tor;

import org.wormholes.runtime.spi.Carrier;
import org.wormholes.transport.program.Programs;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.CarrierProvider;
import org.wormholes.transport.socket.Sockets;

/// Offers the carrier `tor`.
public final class TorCarrierProvider implements CarrierProvider {
  @Override
  public String name() {
    return TorCarrier.NAME;
  }

  @Override
  public Carrier create(Sockets sockets, CarrierOptions options) {
    return new TorCarrier(sockets, options, Programs.usualPath());
  }
}
