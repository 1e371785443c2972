package org.wormholes.transport.quic;

import java.time.Clock;
import java.time.ZoneId;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.CarrierProvider;
import org.wormholes.transport.socket.Sockets;

/// Offers the carrier `quic`. Its options are `certificate` and `key` (PEM files), `name` (of a
/// certificate that it makes itself) and `pin` (public keys that a dial takes, with commas between
/// them).
public final class QuicCarrierProvider implements CarrierProvider {
  @Override
  public String name() {
    return "quic";
  }

  @Override
  public Carrier create(Sockets sockets, CarrierOptions options) {
    return new QuicCarrier(sockets, QuicSettings.of(options), Clock.system(ZoneId.systemDefault()));
  }
}
