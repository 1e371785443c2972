package org.wormholes.transport.entry;

import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.tls.TlsSettings;

/// The certificate that all DNS ports over TLS and HTTPS of a node show. Thread-safe.
final class NameTls {
  private static final List<String> PROTOCOLS = List.of("dot", "h2", "http/1.1");

  private final TlsSettings settings;
  private @Nullable SslContext context;

  /// @throws IllegalArgumentException if the options are not as they should be
  NameTls(CarrierOptions options) {
    this.settings = TlsSettings.of("dns", options, PROTOCOLS);
  }

  /// Made when first needed.
  ///
  /// @throws IOException if the certificate cannot be read or made
  synchronized SslContext context() throws IOException {
    SslContext known = context;
    if (known == null) {
      known = settings.server(Clock.systemUTC());
      context = known;
    }
    return known;
  }
}
