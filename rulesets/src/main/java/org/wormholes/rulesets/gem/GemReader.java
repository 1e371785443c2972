package org.wormholes.rulesets.gem;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.wormholes.rules.codec.SignatureCheck;

/// Reads a `.gem` file: all in memory, all bounded, nothing run, nothing looked up. Whatever is not
/// exactly a ruleset's gem is refused with the reason.
public final class GemReader {
  /// The longest gem.
  public static final int MAX_BYTES = 8 << 20;

  static final int MAX_FILES = 500;
  static final long MAX_UNPACKED = 48L << 20;

  private static final int MAX_PARTS = 8;
  private static final Set<String> PARTS =
      Set.of("metadata.gz", "data.tar.gz", "checksums.yaml.gz");

  private final SignatureCheck check;

  public GemReader(SignatureCheck check) {
    this.check = check;
  }

  /// Reads and checks a file.
  ///
  /// @throws IOException if it can't be read
  public RulesetGem read(Path file) throws IOException, GemRefusedException {
    return read(bytes(file));
  }

  static byte[] bytes(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(MAX_BYTES + 1);
    }
  }

  /// Reads and checks the bytes of a gem.
  public RulesetGem read(byte[] gem) throws GemRefusedException {
    if (gem.length > MAX_BYTES) {
      throw new GemRefusedException("the gem has more than %d bytes".formatted(MAX_BYTES));
    }
    Map<String, byte[]> parts =
        GemArchive.files("the gem", gem, new GemArchive.Bounds(MAX_PARTS, MAX_BYTES));
    checkParts(parts);
    byte[] metadataPart = part(parts, "metadata.gz");
    byte[] dataPart = part(parts, "data.tar.gz");
    checkSums(part(parts, "checksums.yaml.gz"), parts);
    GemMetadata metadata =
        GemMetadata.read(
            YamlReader.read(
                "the gem's metadata",
                GemArchive.unzipped("metadata.gz", metadataPart, YamlReader.MAX_BYTES + 1L)));
    Optional<Signer> signer = signer(parts, metadata, metadataPart, dataPart);
    return new RulesetGem(Digests.sha256(gem), metadata, signer, content(dataPart, metadata));
  }

  private static void checkParts(Map<String, byte[]> parts) throws GemRefusedException {
    for (String name : parts.keySet()) {
      boolean stockSignature =
          name.endsWith(".sig") && PARTS.contains(name.substring(0, name.length() - 4));
      if (!PARTS.contains(name) && !name.equals(GemSignature.FILE) && !stockSignature) {
        throw new GemRefusedException(
            "the gem has a part `%s`, which gems do not have".formatted(Quote.brief(name)));
      }
    }
  }

  private static byte[] part(Map<String, byte[]> parts, String name) throws GemRefusedException {
    byte[] part = parts.get(name);
    if (part == null) {
      throw new GemRefusedException("the gem has no " + name);
    }
    return part;
  }

  /// Every sum that is stated must be right, and each part must have one that can be relied on.
  private static void checkSums(byte[] sums, Map<String, byte[]> parts) throws GemRefusedException {
    Yaml stated =
        YamlReader.read(
            "checksums.yaml", GemArchive.unzipped("checksums.yaml.gz", sums, YamlReader.MAX_BYTES));
    for (String name : List.of("metadata.gz", "data.tar.gz")) {
      byte[] part = part(parts, name);
      String sha256 = stated.at("SHA256").at(name).text("a checksum");
      String sha512 = stated.at("SHA512").at(name).text("a checksum");
      if (sha256.isEmpty() && sha512.isEmpty()) {
        throw new GemRefusedException("checksums.yaml has no SHA-256 or SHA-512 of " + name);
      }
      boolean changed =
          (!sha256.isEmpty() && !sha256.equals(Digests.sha256(part)))
              || (!sha512.isEmpty() && !sha512.equals(Digests.sha512(part)));
      if (changed) {
        throw new GemRefusedException(name + " is not what checksums.yaml says: it was changed");
      }
    }
  }

  private Optional<Signer> signer(
      Map<String, byte[]> parts, GemMetadata metadata, byte[] metadataPart, byte[] dataPart)
      throws GemRefusedException {
    byte[] file = parts.get(GemSignature.FILE);
    if (file == null) {
      return Optional.empty();
    }
    return Optional.of(
        GemSignature.check(
            file, metadata.name(), metadata.version(), metadataPart, dataPart, check));
  }

  private static Map<String, byte[]> content(byte[] dataPart, GemMetadata metadata)
      throws GemRefusedException {
    byte[] tar = GemArchive.unzipped("data.tar.gz", dataPart, MAX_UNPACKED);
    Map<String, byte[]> files =
        GemArchive.files("data.tar", tar, new GemArchive.Bounds(MAX_FILES, MAX_UNPACKED));
    checkFiles(files);
    if (!new TreeSet<>(metadata.files()).equals(new TreeSet<>(files.keySet()))) {
      throw new GemRefusedException("the gem's list of files is not what is in it");
    }
    if (!files.containsKey(metadata.entry())) {
      throw new GemRefusedException("the gem lacks its script `%s`".formatted(metadata.entry()));
    }
    return files;
  }

  /// The same checks hold for what is packed.
  static void checkFiles(Map<String, byte[]> files) throws GemRefusedException {
    TreeMap<String, String> seen = new TreeMap<>();
    for (Map.Entry<String, byte[]> each : files.entrySet()) {
      String path = GemPath.checked(each.getKey());
      String other = seen.put(path.toLowerCase(Locale.ROOT), path);
      if (other != null) {
        throw new GemRefusedException(
            "`%s` and `%s` are one file on some systems".formatted(other, path));
      }
      if (!GemArchive.isText(each.getValue())) {
        throw new GemRefusedException(
            "`%s` is not UTF-8 text, as all files of a ruleset are".formatted(path));
      }
    }
    for (String path : seen.keySet()) {
      String below = seen.ceilingKey(path + "/");
      if (below != null && below.startsWith(path + "/")) {
        throw new GemRefusedException(
            "`%s` is a file and a folder at once".formatted(seen.get(path)));
      }
    }
  }
}
