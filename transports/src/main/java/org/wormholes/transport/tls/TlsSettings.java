package org.wormholes.transport.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
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

/// How a carrier that speaks TLS was asked to be.
///
/// @param carrier whose options these are
/// @param folder where a self-made certificate is kept; without one it lasts as long as the process
/// @param certificate a chain of certificates (PEM) and its key; else the node makes its own
/// @param name the name in a self-made certificate
/// @param pins public keys one of which must answer a dial, see [Pins]; empty to take any
/// @param engine who does the cryptography
/// @param protocols offered with ALPN, in order of preference
public record TlsSettings(
    String carrier,
    Optional<Path> folder,
    Optional<Files> certificate,
    String name,
    Set<String> pins,
    Engine engine,
    List<String> protocols) {
  private static final Set<String> KNOWN = Set.of("certificate", "key", "name", "pin", "engine");

  /// Whose code speaks TLS; loading BoringSSL takes time, so nobody asks before there is a need.
  public enum Engine {
    BEST,
    BORINGSSL,
    JDK;

    SslProvider provider() {
      boolean boring = this == BORINGSSL || (this == BEST && OpenSsl.isAvailable());
      return boring ? SslProvider.OPENSSL : SslProvider.JDK;
    }
  }

  /// PEM files.
  public record Files(Path chain, Path key) {}

  public TlsSettings {
    pins = Set.copyOf(pins);
    protocols = List.copyOf(protocols);
  }

  /// Reads the options of a carrier.
  ///
  /// @param protocols to offer with ALPN
  /// @throws IllegalArgumentException if they are not as they should be
  public static TlsSettings of(String carrier, CarrierOptions options, List<String> protocols) {
    options.only(carrier, KNOWN);
    Optional<Path> chain = options.path("certificate");
    Optional<Path> key = options.path("key");
    if (chain.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          "%1$s.certificate and %1$s.key are given together".formatted(carrier));
    }
    String name = options.text("name").orElse("localhost");
    if (!TlsAddress.isName(name)) {
      throw new IllegalArgumentException(carrier + ".name must be a DNS name, was " + name);
    }
    Set<String> pins = options.text("pin").map(it -> Set.of(it.split(","))).orElse(Set.of());
    var _ = new Pins(pins);
    return new TlsSettings(
        carrier,
        options.folder(),
        chain.map(it -> new Files(it, key.orElseThrow())),
        name,
        pins,
        engine(carrier, options.text("engine").orElse("")),
        protocols);
  }

  private static Engine engine(String carrier, String word) {
    return switch (word) {
      case "" -> Engine.BEST;
      case "jdk" -> Engine.JDK;
      case "boringssl" -> {
        if (!OpenSsl.isAvailable()) {
          throw new IllegalArgumentException(
              carrier + ".engine: there is no BoringSSL for this machine");
        }
        yield Engine.BORINGSSL;
      }
      default ->
          throw new IllegalArgumentException(carrier + ".engine is jdk or boringssl, was " + word);
    };
  }

  /// For who listens.
  ///
  /// @throws IOException if the certificate cannot be read or made
  public SslContext server(Clock clock) throws IOException {
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
            "%1$s.certificate and %1$s.key: cannot use %2$s with %3$s"
                .formatted(carrier, chain, key),
            e);
      }
    }
    OwnCertificate own =
        folder.isPresent()
            ? OwnCertificate.in(folder.get(), name, clock.instant())
            : OwnCertificate.create(name, clock.instant());
    return SslContextBuilder.forServer(own.stream(), own.stream());
  }

  /// For who dials.
  public SslContext client() throws SSLException {
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
                protocols));
  }
}
