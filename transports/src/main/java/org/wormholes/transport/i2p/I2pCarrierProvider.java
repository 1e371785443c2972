package org.wormholes.transport.i2p;

import org.wormholes.runtime.spi.Carrier;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.CarrierProvider;
import org.wormholes.transport.socket.Sockets;

/// Offers the carrier `i2p`.
public final class I2pCarrierProvider implements CarrierProvider {
  @Override
  public String name() {
    return I2pCarrier.NAME;
  }

  @Override
  public Carrier create(Sockets sockets, CarrierOptions options) {
    return new I2pCarrier(sockets, options);
  }
}
