package org.wormholes.transport.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A certificate that a node made for itself (ECDSA over P-256), with its key, as PEM. It is as
/// good as any for the links inside, which do not look at it; a browser would warn of it.
///
/// @param pem the certificate, then its key (PKCS #8)
public record OwnCertificate(String pem) {
  private static final String FILE = "certificate.pem";
  private static final Duration LIFE = Duration.ofDays(365);
  private static final Duration RENEWED_BEFORE = Duration.ofDays(30);
  private static final int MAX_BYTES = 64 * 1024;
  private static final int SERIAL_BITS = 127;
  private static final Pattern KEY_BLOCK =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

  /// The one kept in `folder`, or a new one where there is none, it is for another name, or it ends
  /// within a month.
  public static OwnCertificate in(Path folder, String name, Instant now) throws IOException {
    Path file = folder.resolve(FILE);
    if (Files.exists(file) && Files.size(file) <= MAX_BYTES) {
      OwnCertificate kept = new OwnCertificate(Files.readString(file, StandardCharsets.US_ASCII));
      if (kept.serves(name, now)) {
        return kept;
      }
    }
    OwnCertificate fresh = create(name, now);
    Files.createDirectories(folder);
    Path draft = folder.resolve(FILE + ".new");
    Files.deleteIfExists(draft);
    createPrivate(draft);
    Files.writeString(
        draft, fresh.pem(), StandardCharsets.US_ASCII, StandardOpenOption.TRUNCATE_EXISTING);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return fresh;
  }

  private static void createPrivate(Path file) throws IOException {
    if (Files.getFileStore(file.getParent()).supportsFileAttributeView("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(file);
    }
  }

  public static OwnCertificate create(String name, Instant now) throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair keys = generator.generateKeyPair();
      X500Name subject = new X500Name("CN=" + name);
      X509CertificateHolder certificate =
          new JcaX509v3CertificateBuilder(
                  subject,
                  new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE),
                  Date.from(now.minus(Duration.ofDays(1))),
                  Date.from(now.plus(LIFE)),
                  subject,
                  keys.getPublic())
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
              .addExtension(
                  Extension.subjectAlternativeName,
                  false,
                  new GeneralNames(new GeneralName(GeneralName.dNSName, name)))
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
      return new OwnCertificate(
          block("CERTIFICATE", certificate.getEncoded())
              + block("PRIVATE KEY", keys.getPrivate().getEncoded()));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("could not make a certificate: " + e.getMessage(), e);
    }
  }

  private static String block(String kind, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
  }

  private boolean serves(String name, Instant now) {
    return certificate()
        .filter(it -> pem.contains("-----BEGIN PRIVATE KEY-----"))
        .filter(it -> it.getSubjectX500Principal().getName().equals("CN=" + name))
        .filter(it -> it.getNotAfter().toInstant().isAfter(now.plus(RENEWED_BEFORE)))
        .isPresent();
  }

  public Optional<X509Certificate> certificate() {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      return Optional.of((X509Certificate) factory.generateCertificate(stream()));
    } catch (GeneralSecurityException unreadable) {
      return Optional.empty();
    }
  }

  /// Its key.
  ///
  /// @throws IOException if the text holds none that can be read
  public PrivateKey key() throws IOException {
    Matcher block = KEY_BLOCK.matcher(pem);
    try {
      if (!block.find()) {
        throw new IOException("there is no key beside the certificate");
      }
      byte[] der = Base64.getMimeDecoder().decode(block.group(1));
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException("could not read the key of the certificate: " + e.getMessage(), e);
    }
  }

  ByteArrayInputStream stream() {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }
}
