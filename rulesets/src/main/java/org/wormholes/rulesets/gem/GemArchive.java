package org.wormholes.rulesets.gem;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Tar and gzip in memory, as a gem is made of them: bounded, and plain files only. Nothing is ever
/// unpacked to a disk.
final class GemArchive {
  private static final int BLOCK = 512;

  /// Below this size no ratio is a bomb.
  private static final int HARMLESS = 1 << 20;

  private static final int MAX_RATIO = 100;

  /// 1980-01-02, the time RubyGems itself gives to what has none.
  private static final long FIXED_SECONDS = 315_619_200L;

  /// How much a reader takes in.
  record Bounds(int files, long bytes) {}

  private GemArchive() {}

  /// The files of a tar by their names, in its order. Names are not checked but for being told
  /// once.
  ///
  /// @param what is read, for messages
  static Map<String, byte[]> files(String what, byte[] tar, Bounds bounds)
      throws GemRefusedException {
    if (tar.length == 0 || tar.length % BLOCK != 0) {
      throw new GemRefusedException("%s is cut short, or is no tar".formatted(what));
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(new ByteArrayInputStream(tar), BLOCK, BLOCK, "UTF-8", false)) {
      long total = 0;
      long end = 0;
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        checkPlain(what, entry);
        if (files.size() >= bounds.files()) {
          throw new GemRefusedException(
              "%s has more than %d files".formatted(what, bounds.files()));
        }
        total += entry.getSize();
        if (entry.getSize() < 0 || total > bounds.bytes()) {
          throw new GemRefusedException(
              "%s holds more than %d bytes".formatted(what, bounds.bytes()));
        }
        byte[] content = in.readNBytes((int) entry.getSize());
        if (content.length != entry.getSize()) {
          throw new GemRefusedException("%s ends inside a file".formatted(what));
        }
        if (files.put(entry.getName(), content) != null) {
          throw new GemRefusedException(
              "%s has the file `%s` twice".formatted(what, Quote.brief(entry.getName())));
        }
        end = (in.getBytesRead() + BLOCK - 1) / BLOCK * BLOCK;
      }
      checkEnd(what, tar, end);
    } catch (IOException | IllegalArgumentException e) {
      throw new GemRefusedException(
          "%s is cut short, or is no tar: %s"
              .formatted(what, Quote.brief(String.valueOf(e.getMessage()))),
          e);
    }
    if (files.isEmpty()) {
      throw new GemRefusedException("%s has no files".formatted(what));
    }
    return files;
  }

  private static void checkPlain(String what, TarArchiveEntry entry) throws GemRefusedException {
    String name = Quote.brief(entry.getName());
    if (entry.isSymbolicLink() || entry.isLink()) {
      throw new GemRefusedException(
          "%s has a link, `%s` to `%s`".formatted(what, name, Quote.brief(entry.getLinkName())));
    }
    boolean plain =
        entry.getLinkFlag() == TarConstants.LF_NORMAL
            || entry.getLinkFlag() == TarConstants.LF_OLDNORM;
    if (!plain || !entry.isFile() || entry.isSparse() || entry.isDirectory()) {
      throw new GemRefusedException("%s has `%s`, which is no plain file".formatted(what, name));
    }
    if (!entry.getExtraPaxHeaders().isEmpty()) {
      throw new GemRefusedException(
          "%s has `%s` with headers that gems do not have".formatted(what, name));
    }
    if ((entry.getMode() & 0111) != 0) {
      throw new GemRefusedException("%s has `%s`, which is executable".formatted(what, name));
    }
  }

  /// A tar ends with two empty blocks, and nothing follows but more of them.
  private static void checkEnd(String what, byte[] tar, long end) throws GemRefusedException {
    if (end + 2L * BLOCK > tar.length) {
      throw new GemRefusedException("%s is cut short: its end is missing".formatted(what));
    }
    for (int i = (int) end; i < tar.length; i++) {
      if (tar[i] != 0) {
        throw new GemRefusedException("%s goes on after its end".formatted(what));
      }
    }
  }

  /// What was compressed, at most `most` bytes.
  static byte[] unzipped(String what, byte[] gzip, long most) throws GemRefusedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long allowed = Math.min(most, Math.max(HARMLESS, (long) gzip.length * MAX_RATIO));
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
      byte[] buffer = new byte[8_192];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (out.size() + read > allowed) {
          throw new GemRefusedException(
              "%s of %d bytes unpacks to more than %d".formatted(what, gzip.length, allowed));
        }
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      throw new GemRefusedException("%s is cut short, or is no gzip".formatted(what), e);
    }
    return out.toByteArray();
  }

  static byte[] zipped(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip =
        new GZIPOutputStream(out) {
          {
            def.setLevel(Deflater.BEST_COMPRESSION);
          }
        }) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return out.toByteArray();
  }

  /// A tar of these files, in their order, with one time and one owner for all.
  static byte[] tar(Map<String, byte[]> files) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, BLOCK, "UTF-8")) {
      for (Map.Entry<String, byte[]> each : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(each.getKey());
        entry.setSize(each.getValue().length);
        entry.setMode(0644);
        entry.setModTime(FIXED_SECONDS * 1_000);
        entry.setIds(0, 0);
        entry.setNames("wheel", "wheel");
        tar.putArchiveEntry(entry);
        tar.write(each.getValue());
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return out.toByteArray();
  }

  static boolean isText(byte[] bytes) {
    return Arrays.equals(
            new String(bytes, java.nio.charset.StandardCharsets.UTF_8)
                .getBytes(java.nio.charset.StandardCharsets.UTF_8),
            bytes)
        && java.util.stream.IntStream.range(0, bytes.length).noneMatch(i -> bytes[i] == 0);
  }
}
