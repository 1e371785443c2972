package org.wormholes.transport.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/// The dialling side of TLS. Thread-safe.
public final class TlsClient {
  private final TlsSettings settings;

  /// Made when first needed.
  private @Nullable SslContext context;

  public TlsClient(TlsSettings settings) {
    this.settings = settings;
  }

  /// What speaks TLS on one connection. No ticket of an earlier session is offered, which an
  /// observer could follow.
  ///
  /// @param name to ask for (SNI, RFC 6066 section 3), or empty
  /// @throws SSLException if this machine has no TLS 1.3
  public SslHandler handler(ByteBufAllocator allocator, String name) throws SSLException {
    // Without a peer's host and port the engine keeps no sessions to resume.
    SslHandler tls = context().newHandler(allocator);
    if (!name.isEmpty()) {
      SSLParameters parameters = tls.engine().getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      tls.engine().setSSLParameters(parameters);
    }
    return tls;
  }

  private synchronized SslContext context() throws SSLException {
    SslContext known = context;
    if (known == null) {
      known = settings.client();
      context = known;
    }
    return known;
  }
}
