package org.wormholes.transport.tls;

import java.time.Clock;
import java.time.ZoneId;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.CarrierProvider;
import org.wormholes.transport.socket.Sockets;

/// Offers the carrier `tls`. Its options are `certificate` and `key` (PEM files), `name` (of a
/// certificate that it makes itself), `pin` (public keys that a dial takes, with commas between
/// them) and `engine` (`boringssl`, or `jdk` where that is missing).
public final class TlsCarrierProvider implements CarrierProvider {
  @Override
  public String name() {
    return "tls";
  }

  @Override
  public Carrier create(Sockets sockets, CarrierOptions options) {
    return new TlsCarrier(sockets, TlsSettings.of(options), Clock.system(ZoneId.systemDefault()));
  }
}
