package org.wormholes.transport.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.wormholes.transport.socket.CarrierOptions;

/// How the carrier `tls` was asked to be.
///
/// @param folder where a self-made certificate is kept; without one it lasts as long as the process
/// @param certificate a chain of certificates (PEM) and its key; else the node makes its own
/// @param name the name in a self-made certificate
/// @param pins public keys one of which must answer a dial, see [Pins]; empty to take any
/// @param engine who does the cryptography
record TlsSettings(
    Optional<Path> folder,
    Optional<Files> certificate,
    String name,
    Set<String> pins,
    Engine engine) {
  private static final Set<String> KNOWN = Set.of("certificate", "key", "name", "pin", "engine");
  private static final List<String> LIKE_A_BROWSER =
      List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1);

  /// Whose code speaks TLS; loading BoringSSL takes time, so nobody asks before there is a need.
  enum Engine {
    BEST,
    BORINGSSL,
    JDK;

    SslProvider provider() {
      boolean boring = this == BORINGSSL || (this == BEST && OpenSsl.isAvailable());
      return boring ? SslProvider.OPENSSL : SslProvider.JDK;
    }
  }

  /// PEM files.
  record Files(Path chain, Path key) {}

  static TlsSettings of(CarrierOptions options) {
    options.only("tls", KNOWN);
    Optional<Path> chain = options.path("certificate");
    Optional<Path> key = options.path("key");
    if (chain.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException("tls.certificate and tls.key are given together");
    }
    String name = options.text("name").orElse("localhost");
    if (!TlsAddress.isName(name)) {
      throw new IllegalArgumentException("tls.name must be a DNS name, was " + name);
    }
    Set<String> pins = options.text("pin").map(it -> Set.of(it.split(","))).orElse(Set.of());
    var _ = new Pins(pins);
    return new TlsSettings(
        options.folder(),
        chain.map(it -> new Files(it, key.orElseThrow())),
        name,
        pins,
        engine(options.text("engine").orElse("")));
  }

  private static Engine engine(String word) {
    return switch (word) {
      case "" -> Engine.BEST;
      case "jdk" -> Engine.JDK;
      case "boringssl" -> {
        if (!OpenSsl.isAvailable()) {
          throw new IllegalArgumentException("tls.engine: there is no BoringSSL for this machine");
        }
        yield Engine.BORINGSSL;
      }
      default -> throw new IllegalArgumentException("tls.engine is jdk or boringssl, was " + word);
    };
  }

  /// @throws IOException if the certificate cannot be read or made
  SslContext server(Clock clock) throws IOException {
    return common(serverCertificate(clock)).build();
  }

  private SslContextBuilder serverCertificate(Clock clock) throws IOException {
    if (certificate.isPresent()) {
      File chain = certificate.get().chain().toFile();
      File key = certificate.get().key().toFile();
      try {
        return SslContextBuilder.forServer(chain, key);
      } catch (IllegalArgumentException e) {
        throw new IOException(
            "tls.certificate and tls.key: cannot use %s with %s".formatted(chain, key), e);
      }
    }
    OwnCertificate own =
        folder.isPresent()
            ? OwnCertificate.in(folder.get(), name, clock.instant())
            : OwnCertificate.create(name, clock.instant());
    return SslContextBuilder.forServer(own.stream(), own.stream());
  }

  SslContext client() throws SSLException {
    return common(SslContextBuilder.forClient())
        .trustManager(new Pins(pins))
        .endpointIdentificationAlgorithm(null)
        .build();
  }

  /// What a web server of today offers: which protocol is spoken inside shows only inside.
  private SslContextBuilder common(SslContextBuilder builder) {
    return builder
        .sslProvider(engine.provider())
        .protocols("TLSv1.3")
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                LIKE_A_BROWSER));
  }
}
