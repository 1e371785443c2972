package org.wormholes.transport.websocket;

import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.CarrierProvider;
import org.wormholes.transport.socket.Sockets;
import org.wormholes.transport.tls.TlsSettings;

/// Offers the carrier `websocket`, whose options are those of `tls`.
public final class WebSocketCarrierProvider implements CarrierProvider {
  /// WebSocket is opened in HTTP/1.1 (RFC 6455 section 4.1), and browsers offer nothing else for
  /// it.
  private static final List<String> PROTOCOLS = List.of("http/1.1");

  @Override
  public String name() {
    return WebSocketCarrier.NAME;
  }

  @Override
  public Carrier create(Sockets sockets, CarrierOptions options) {
    return new WebSocketCarrier(
        sockets,
        TlsSettings.of(WebSocketCarrier.NAME, options, PROTOCOLS),
        Clock.system(ZoneId.systemDefault()));
  }
}
