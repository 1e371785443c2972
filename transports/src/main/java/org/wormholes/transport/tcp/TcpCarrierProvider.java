package org.wormholes.transport.tcp;

import org.wormholes.runtime.spi.Carrier;
import org.wormholes.transport.socket.CarrierProvider;
import org.wormholes.transport.socket.Sockets;

/// Offers the carrier `tcp`.
public final class TcpCarrierProvider implements CarrierProvider {
  @Override
  public Carrier create(Sockets sockets) {
    return new TcpCarrier(sockets);
  }
}
