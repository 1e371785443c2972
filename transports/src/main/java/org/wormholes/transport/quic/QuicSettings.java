package org.wormholes.transport.quic;

import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.tls.OwnCertificate;
import org.wormholes.transport.tls.Pins;
import org.wormholes.transport.tls.TlsAddress;

/// How the carrier `quic` was asked to be.
///
/// @param folder where a self-made certificate is kept; without one it lasts as long as the process
/// @param certificate a chain of certificates (PEM) and its key; else the node makes its own
/// @param name the name in a self-made certificate
/// @param pins public keys one of which must answer a dial; empty to take any
record QuicSettings(
    Optional<Path> folder, Optional<Files> certificate, String name, Set<String> pins) {
  /// What a web server of today speaks over QUIC.
  static final String ALPN = "h3";

  private static final Set<String> KNOWN = Set.of("certificate", "key", "name", "pin");

  /// PEM files.
  record Files(File chain, File key) {}

  static QuicSettings of(CarrierOptions options) {
    options.only("quic", KNOWN);
    Optional<Path> chain = options.path("certificate");
    Optional<Path> key = options.path("key");
    if (chain.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException("quic.certificate and quic.key are given together");
    }
    String name = options.text("name").orElse("localhost");
    if (!TlsAddress.isName(name)) {
      throw new IllegalArgumentException("quic.name must be a DNS name, was " + name);
    }
    Set<String> pins = options.text("pin").map(it -> Set.of(it.split(","))).orElse(Set.of());
    var _ = new Pins(pins);
    return new QuicSettings(
        options.folder(),
        chain.map(it -> new Files(it.toFile(), key.orElseThrow().toFile())),
        name,
        pins);
  }

  /// @throws IOException if the certificate cannot be read or made
  QuicSslContext server(Clock clock) throws IOException {
    try {
      return serverBuilder(clock).applicationProtocols(ALPN).build();
    } catch (IllegalArgumentException e) {
      throw new IOException("cannot use quic.certificate with quic.key: " + e.getMessage(), e);
    }
  }

  private QuicSslContextBuilder serverBuilder(Clock clock) throws IOException {
    if (certificate.isPresent()) {
      Files files = certificate.get();
      return QuicSslContextBuilder.forServer(files.key(), null, files.chain());
    }
    OwnCertificate own =
        folder.isPresent()
            ? OwnCertificate.in(folder.get(), name, clock.instant())
            : OwnCertificate.create(name, clock.instant());
    X509Certificate kept =
        own.certificate().orElseThrow(() -> new IOException("the certificate is not readable"));
    return QuicSslContextBuilder.forServer(own.key(), null, kept);
  }

  QuicSslContext client() {
    return QuicSslContextBuilder.forClient()
        .trustManager(new Pins(pins))
        .endpointIdentificationAlgorithm(null)
        .applicationProtocols(ALPN)
        .build();
  }
}
