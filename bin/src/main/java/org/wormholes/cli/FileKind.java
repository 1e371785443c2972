package org.wormholes.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.runtime.control.PlanFile;

/// What a file holds. How it begins decides, or its name where it is damaged there.
enum FileKind {
  SCRIPT("", ""),
  COMPILED(".wh", RuleCodec.MAGIC),
  PLAN(".plan", PlanFile.MAGIC);

  private final String suffix;
  private final String magic;

  FileKind(String suffix, String magic) {
    this.suffix = suffix;
    this.magic = magic;
  }

  /// A file that cannot be read, or only once, is of the kind that its name says.
  static FileKind of(Path file) {
    String begins = beginning(file);
    String name = file.toString();
    for (FileKind kind : new FileKind[] {COMPILED, PLAN}) {
      if (begins.startsWith(kind.magic) || name.endsWith(kind.suffix)) {
        return kind;
      }
    }
    return SCRIPT;
  }

  private static String beginning(Path file) {
    if (!Files.isRegularFile(file)) {
      return "";
    }
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(PlanFile.MAGIC.length()), StandardCharsets.ISO_8859_1);
    } catch (IOException unreadable) {
      return "";
    }
  }
}
