package org.wormholes.rulesets.gem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.rules.codec.RuleSigner;
import org.wormholes.rules.codec.SignatureCheck;

/// Keys, projects and gems for tests.
final class TestGems {
  static final SignatureCheck CHECK = SignatureCheck.ofTheJdk();
  static final RuleSigner ANN = signer();
  static final RuleSigner EVE = signer();

  private TestGems() {}

  static RuleSigner signer() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      byte[] encoded = pair.getPublic().getEncoded();
      byte[] publicKey = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
      return new RuleSigner() {
        @Override
        public byte[] publicKey() {
          return publicKey.clone();
        }

        @Override
        public byte[] sign(byte[] message) {
          try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(pair.getPrivate());
            signature.update(message);
            return signature.sign();
          } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
          }
        }
      };
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static GemStore store(Path folder) {
    return new GemStore(folder.resolve("store"), CHECK, FullRuby.NEVER);
  }

  /// The files of a project named `web`, with a script of one's own.
  static Map<String, String> project(String name, String version, String script) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(new GemName(name).script(), script);
    files.put(
        Project.FILE,
        """
        name: %s
        version: %s
        summary: "A test."
        authors: [Ann]
        licenses: [MIT]
        """
            .formatted(name, version));
    return files;
  }

  static String script(String name, String inside) {
    return """
    ruleset "%s" do
      network("commons") { open_to :anyone }
      %s
    end
    """
        .formatted(name, inside);
  }

  static String web(String name, int port) {
    return script(
        name, "tunnel(\"%s\") { entry { socks port: %d }; relay 2 }".formatted(name, port));
  }

  static Path written(Path folder, Map<String, String> files) throws IOException {
    for (Map.Entry<String, String> each : files.entrySet()) {
      Path file = folder.resolve(each.getKey());
      Files.createDirectories(file.getParent());
      Files.writeString(file, each.getValue());
    }
    return folder;
  }

  /// The gem of a project whose golden text and permissions are as they are.
  static byte[] packed(Path folder, GemStore store, Optional<RuleSigner> signer)
      throws IOException, GemRefusedException {
    ProjectCheck check = new ProjectCheck(store, FullRuby.NEVER);
    Project project = Project.read(folder);
    ProjectFile.write(project, check.compile(project).ruleset().orElseThrow());
    Project settled = Project.read(folder);
    return Packer.pack(settled, check.check(settled), signer, CHECK).file().bytes();
  }

  /// A gem of one tunnel.
  static byte[] gem(Path temp, String name, String version, int port, Optional<RuleSigner> signer)
      throws IOException, GemRefusedException {
    Path folder = Files.createTempDirectory(temp, name);
    return packed(written(folder, project(name, version, web(name, port))), store(temp), signer);
  }

  /// A gem of Ann's whose script listens on port 1080, and which declares nothing.
  static byte[] undeclared() {
    return GemWriter.write(
        metadata("web", Permissions.NONE, List.of("web.rb")),
        files("web.rb", web("web", 1080)),
        Optional.of(ANN));
  }

  static GemMetadata metadata(String name, Permissions permissions, List<String> files) {
    return new GemMetadata(
        new GemName(name),
        new GemVersion("1.0.0"),
        "A test.",
        "",
        List.of("Ann"),
        List.of("MIT"),
        "",
        new GemName(name).script(),
        VersionRange.ANY,
        GemMetadata.Tier.STATIC,
        permissions,
        Map.of(),
        files);
  }

  static Map<String, byte[]> files(String... pathsAndTexts) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < pathsAndTexts.length; i += 2) {
      files.put(pathsAndTexts[i], pathsAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
    }
    return files;
  }
}
