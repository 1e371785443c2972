package org.wormholes.runtime.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32;

/// A file that is replaced as a whole and is never seen half written.
///
/// Its first line says what must follow, so that a torn or flipped file is noticed:
///
///     wormholes-state 2 LENGTH CRC32-IN-HEX
///
/// It guards against accidents, not against who may write here, and a CRC takes no time even in a
/// process that has just begun. Files of version 1, with a SHA-256, are read as well.
///
/// A write goes to `NAME.new`, is forced to disk, the intact current version becomes
/// `NAME.previous`, the new one takes its name, and the folder is forced to disk. At every moment
/// one intact version exists; reading takes the newest of them.
final class SafeFile {
  /// Largest content.
  static final int MAX_BYTES = 64 << 20;

  private static final String MAGIC = "wormholes-state 2 ";
  private static final String FIRST_MAGIC = "wormholes-state 1 ";
  private static final int MAX_HEADER_BYTES = 128;

  private final Path file;
  private final Path previous;
  private final Path fresh;
  private final Disk disk;

  SafeFile(Path file, Disk disk) {
    this.file = file;
    this.previous = file.resolveSibling(file.getFileName() + ".previous");
    this.fresh = file.resolveSibling(file.getFileName() + ".new");
    this.disk = disk;
  }

  /// The newest intact content; empty if nothing was ever written.
  Optional<byte[]> read() throws IOException {
    Version current = load(file);
    if (current instanceof Version.Intact(byte[] content)) {
      return Optional.of(content);
    }
    Version older = load(previous);
    if (older instanceof Version.Intact(byte[] content)) {
      return Optional.of(content);
    }
    if (current instanceof Version.Damaged(String why)) {
      throw new DamagedStateException(file, why);
    }
    if (older instanceof Version.Damaged(String why)) {
      throw new DamagedStateException(previous, why);
    }
    return Optional.empty();
  }

  /// Replaces the content. When this returns, the new content survives a crash; when it throws, the
  /// old one does.
  void write(byte[] content) throws IOException {
    if (content.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "content must be at most " + MAX_BYTES + " bytes, was " + content.length);
    }
    disk.write(fresh, framed(content));
    if (load(file) instanceof Version.Intact) {
      disk.rename(file, previous);
    }
    disk.rename(fresh, file);
    disk.sync(folder());
  }

  /// Whether the current version is readable and has this content.
  boolean isIntact(byte[] content) throws IOException {
    return load(file) instanceof Version.Intact(byte[] found) && Arrays.equals(found, content);
  }

  /// Whether the current version is unreadable and an older one is used instead.
  boolean recovered() throws IOException {
    return !(load(file) instanceof Version.Intact) && load(previous) instanceof Version.Intact;
  }

  private Path folder() {
    Path parent = file.getParent();
    return parent == null ? Path.of("") : parent;
  }

  @Override
  public String toString() {
    return file.toString();
  }

  private static Version load(Path file) throws IOException {
    try {
      if (Files.size(file) > MAX_BYTES + (long) MAX_HEADER_BYTES) {
        return new Version.Damaged("longer than " + MAX_BYTES + " bytes");
      }
      return unframed(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return new Version.Absent();
    }
  }

  private static byte[] framed(byte[] content) {
    byte[] header = header(content).getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(header, header.length + content.length);
    System.arraycopy(content, 0, all, header.length, content.length);
    return all;
  }

  private static Version unframed(byte[] all) {
    int newline = 0;
    while (newline < Math.min(all.length, MAX_HEADER_BYTES) && all[newline] != '\n') {
      newline++;
    }
    if (newline >= Math.min(all.length, MAX_HEADER_BYTES)) {
      return new Version.Damaged("no header line");
    }
    byte[] content = Arrays.copyOfRange(all, newline + 1, all.length);
    String found = new String(all, 0, newline + 1, StandardCharsets.US_ASCII);
    boolean first = found.startsWith(FIRST_MAGIC);
    boolean intact = found.equals(first ? firstHeader(content) : header(content));
    return intact ? new Version.Intact(content) : new Version.Damaged("length or hash differs");
  }

  private static String header(byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    String sum = HexFormat.of().toHexDigits((int) crc.getValue());
    return MAGIC + content.length + " " + sum + "\n";
  }

  private static String firstHeader(byte[] content) {
    return FIRST_MAGIC + content.length + " " + HexFormat.of().formatHex(sha256(content)) + "\n";
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private sealed interface Version {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Intact(byte[] content) implements Version {}

    record Damaged(String why) implements Version {}

    record Absent() implements Version {}
  }
}
