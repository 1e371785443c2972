package org.wormholes.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Set;
import org.wormholes.protocol.crypto.NodeKey;

/// The key of a service in a file, as other programs write Ed25519 keys: PKCS 8 in PEM (RFC 8410).
final class ServiceKeyFile {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";
  private static final long MAX_BYTES = 4_096;

  private final Path file;

  ServiceKeyFile(Path file) {
    this.file = file;
  }

  /// Writes it where nothing is yet; only the owner may read it.
  void write(NodeKey key) throws IOException {
    String text;
    try {
      byte[] encoded =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, key.exposeSeed()))
              .getEncoded();
      text = BEGIN + "\n" + Base64.getEncoder().encodeToString(encoded) + "\n" + END + "\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    try (var out =
        Files.newByteChannel(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      out.write(StandardCharsets.US_ASCII.encode(text));
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailure(ExitCode.REFUSED, file + " is there already, and is kept");
    }
  }

  NodeKey read() throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new CommandFailure(ExitCode.REFUSED, "there is no file " + file);
    }
    if (Files.size(file) > MAX_BYTES) {
      throw notAKey();
    }
    String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
      throw notAKey();
    }
    try {
      byte[] encoded =
          Base64.getMimeDecoder()
              .decode(text.substring(BEGIN.length(), text.length() - END.length()));
      EdECPrivateKey key =
          (EdECPrivateKey)
              KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(encoded));
      return NodeKey.ofSeed(key.getBytes().orElseThrow());
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw notAKey();
    }
  }

  private CommandFailure notAKey() {
    return new CommandFailure(
        ExitCode.REFUSED,
        file
            + " does not hold an Ed25519 key in PEM, as `wormholes keys service NAME --export`"
            + " writes it");
  }
}
