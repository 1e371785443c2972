package org.wormholes.transport.tcp;

import java.util.Set;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.CarrierProvider;
import org.wormholes.transport.socket.Sockets;

/// Offers the carrier `tcp`, which has no options.
public final class TcpCarrierProvider implements CarrierProvider {
  @Override
  public String name() {
    return "tcp";
  }

  @Override
  public Carrier create(Sockets sockets, CarrierOptions options) {
    options.only(name(), Set.of());
    return new TcpCarrier(sockets);
  }
}
