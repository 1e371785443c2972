package org.wormholes.rulesets.gem;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// A gem put together by hand, so that any part of it can be wrong. Its checksums fit unless they
/// are replaced.
final class RawGem {
  private static final String SPEC =
      """
      --- !ruby/object:Gem::Specification
      name: wormholes-ruleset-web
      version: !ruby/object:Gem::Version
        version: 1.0.0
      platform: ruby
      authors: [Eve]
      dependencies: []
      executables: []
      extensions: []
      files: [%s]
      licenses: [MIT]
      metadata:
        wormholes_ruleset: '1'
        wormholes_entry: web.rb
        wormholes_language: "~> 1.0"
        wormholes_listens: tcp 127.0.0.1:1080
        wormholes_exits: public addresses
        wormholes_carriers: tcp
        wormholes_networks: commons, open to anyone
      summary: A test.
      """;

  private final List<TarArchiveEntry> entries = new ArrayList<>();
  private final List<byte[]> contents = new ArrayList<>();
  private final Map<String, byte[]> replaced = new LinkedHashMap<>();
  private String spec = SPEC;

  static RawGem sound() {
    return new RawGem().file("web.rb", TestGems.web("web", 1080));
  }

  RawGem file(String path, String text) {
    return file(path, text.getBytes(StandardCharsets.UTF_8));
  }

  RawGem file(String path, byte[] content) {
    TarArchiveEntry entry = new TarArchiveEntry(path, true);
    entry.setSize(content.length);
    entry.setMode(0644);
    return entry(entry, content);
  }

  /// An entry of another kind: a link, a device, a folder.
  RawGem special(String path, byte kind, String target) {
    TarArchiveEntry entry = new TarArchiveEntry(path, kind);
    entry.setLinkName(target);
    entry.setMode(0644);
    return entry(entry, new byte[0]);
  }

  RawGem executable(String path) {
    TarArchiveEntry entry = new TarArchiveEntry(path);
    entry.setMode(0755);
    return entry(entry, new byte[0]);
  }

  private RawGem entry(TarArchiveEntry entry, byte[] content) {
    entries.add(entry);
    contents.add(content);
    return this;
  }

  RawGem spec(String from, String to) {
    if (!spec.contains(from)) {
      throw new IllegalArgumentException("the specification has no " + from);
    }
    spec = spec.replace(from, to);
    return this;
  }

  /// One part of the gem, such as `metadata.gz`, as it is said here; the sums are of the right one.
  RawGem part(String name, byte[] bytes) {
    replaced.put(name, bytes);
    return this;
  }

  byte[] data() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, 512, "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      for (int i = 0; i < entries.size(); i++) {
        tar.putArchiveEntry(entries.get(i));
        tar.write(contents.get(i));
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  byte[] bytes() {
    return bytes(GemArchive.zipped(data()));
  }

  byte[] bytes(byte[] data) {
    List<String> names =
        entries.stream().map(entry -> '"' + entry.getName().replace("\\", "\\\\") + '"').toList();
    byte[] metadata =
        GemArchive.zipped(
            spec.formatted(String.join(", ", names)).getBytes(StandardCharsets.UTF_8));
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("metadata.gz", metadata);
    parts.put("data.tar.gz", data);
    parts.put("checksums.yaml.gz", sums(metadata, data));
    parts.putAll(replaced);
    return GemArchive.tar(parts);
  }

  private static byte[] sums(byte[] metadata, byte[] data) {
    return GemArchive.zipped(
        "---\nSHA256:\n  metadata.gz: %s\n  data.tar.gz: %s\nSHA512:\n  metadata.gz: %s\n  data.tar.gz: %s\n"
            .formatted(
                Digests.sha256(metadata),
                Digests.sha256(data),
                Digests.sha512(metadata),
                Digests.sha512(data))
            .getBytes(StandardCharsets.UTF_8));
  }

  static final byte SYMLINK = TarConstants.LF_SYMLINK;
  static final byte HARD_LINK = TarConstants.LF_LINK;
  static final byte DEVICE = TarConstants.LF_CHR;
  static final byte PIPE = TarConstants.LF_FIFO;
  static final byte FOLDER = TarConstants.LF_DIR;
}
