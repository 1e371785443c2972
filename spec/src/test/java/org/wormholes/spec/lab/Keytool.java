package org.wormholes.spec.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;

/// Keys and certificates, made by the JDK's own tool.
public final class Keytool {
  public static final String PASSWORD = "changeit";

  private Keytool() {}

  /// Makes a key in a file, with a certificate as the options of `keytool -genkeypair` say.
  public static void make(Path file, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-keystore"));
    command.addAll(List.of(file.toString(), "-storepass", PASSWORD));
    command.addAll(List.of(options));
    Command.Outcome outcome = Command.of(command.toArray(String[]::new)).run();
    assertThat(outcome.exit()).as(outcome.errors()).isZero();
  }

  public static KeyStore load(Path file) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }
}
