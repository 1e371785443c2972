package org.wormholes.transport.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Takes the certificate of whoever answers, or only pinned ones. Without pins nothing is lost: the
/// link inside proves who answers and encrypts on its own, TLS around it is looks. A pin ends the
/// dial before the first byte of a link is shown to somebody in the middle.
public final class Pins extends X509ExtendedTrustManager {
  private final Set<String> sha256;

  /// @param sha256 SHA-256 of the certificate's public key (SubjectPublicKeyInfo) in lower-case
  ///   hex; empty to take any
  public Pins(Set<String> sha256) {
    this.sha256 = Set.copyOf(sha256);
    for (String pin : sha256) {
      if (!pin.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException(
            "a pin is SHA-256 of a certificate's public key in 64 hex digits, was " + pin);
      }
    }
  }

  public static String of(X509Certificate certificate) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(certificate.getPublicKey().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    if (!sha256.isEmpty() && (chain.length == 0 || !sha256.contains(of(chain[0])))) {
      throw new CertificateException("the certificate is not one of those pinned");
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("clients have no certificates here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw new CertificateException("clients have no certificates here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("clients have no certificates here");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
