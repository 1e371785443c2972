package org.wormholes.transport.pluggable;

import org.wormholes.runtime.spi.Carrier;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.CarrierProvider;
import org.wormholes.transport.socket.Sockets;

/// Offers the carrier `pluggable`. Its option is `program`, which is `obfs4proxy` unless said.
public final class PtCarrierProvider implements CarrierProvider {
  @Override
  public String name() {
    return PtCarrier.NAME;
  }

  @Override
  public Carrier create(Sockets sockets, CarrierOptions options) {
    return new PtCarrier(sockets, options);
  }
}
