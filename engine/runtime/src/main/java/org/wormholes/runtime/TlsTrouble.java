package org.wormholes.runtime;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// Why a TLS handshake failed, as a person would say it.
final class TlsTrouble {
  private static final int MAX_CAUSES = 20;

  private TlsTrouble() {}

  /// What is wrong with the certificate the server showed; empty where something else is.
  static Optional<String> ofCertificate(SSLException failure, String host) {
    Throwable each = failure;
    Optional<String> found = Optional.empty();
    for (int i = 0; each != null && i < MAX_CAUSES; i++, each = each.getCause()) {
      Optional<String> said = ofCertificate(each, host);
      if (said.isPresent()) {
        found = said; // the innermost says most
      }
    }
    return found;
  }

  private static Optional<String> ofCertificate(Throwable failure, String host) {
    return switch (failure) {
      case CertificateExpiredException _ ->
          Optional.of("the certificate of " + host + " has expired");
      case CertificateNotYetValidException _ ->
          Optional.of("the certificate of " + host + " is not valid yet");
      case CertPathBuilderException _ ->
          Optional.of("the certificate of " + host + " is signed by nobody this machine trusts");
      case CertPathValidatorException invalid ->
          Optional.of("the certificate of " + host + " does not hold: " + invalid.getMessage());
      case CertificateException wrong when isAboutNames(wrong) ->
          Optional.of("the certificate is not for " + host);
      default -> Optional.empty();
    };
  }

  private static boolean isAboutNames(CertificateException wrong) {
    String message = String.valueOf(wrong.getMessage());
    return message.startsWith("No subject alternative")
        || message.startsWith("No name matching")
        || message.startsWith("Illegal given domain name");
  }

  /// Any other failure.
  static String other(SSLException failure) {
    return "TLS failed: "
        + (failure.getMessage() == null
            ? failure.getClass().getSimpleName()
            : failure.getMessage());
  }
}
