package org.wormholes.transport.tls;

import io.netty.handler.ssl.ApplicationProtocolNames;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.CarrierProvider;
import org.wormholes.transport.socket.Sockets;

/// Offers the carrier `tls`. Its options are `certificate` and `key` (PEM files), `name` (of a
/// certificate that it makes itself), `pin` (public keys that a dial takes, with commas between
/// them) and `engine` (`boringssl`, or `jdk` where that is missing).
public final class TlsCarrierProvider implements CarrierProvider {
  private static final List<String> LIKE_A_BROWSER =
      List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1);

  @Override
  public String name() {
    return "tls";
  }

  @Override
  public Carrier create(Sockets sockets, CarrierOptions options) {
    return new TlsCarrier(
        sockets,
        TlsSettings.of("tls", options, LIKE_A_BROWSER),
        Clock.system(ZoneId.systemDefault()));
  }
}
