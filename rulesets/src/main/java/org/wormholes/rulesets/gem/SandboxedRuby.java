package org.wormholes.rulesets.gem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Options;
import org.wormholes.dsl.sandbox.SandboxedCompiler;

/// Runs the Ruby of gems in a process that is locked in before it starts, with nothing to see but
/// the files of the gem, laid out in a folder of their own for as long as it takes.
public final class SandboxedRuby implements FullRuby {
  @Override
  public Compilation compile(String name, String entry, Map<String, byte[]> files, Options options)
      throws GemRefusedException {
    byte[] script = files.getOrDefault(entry, new byte[0]);
    try {
      Path folder = Files.createTempDirectory("wormholes-gem-");
      try {
        for (Map.Entry<String, byte[]> each : files.entrySet()) {
          Path file = folder.resolve(GemPath.checked(each.getKey()));
          Files.createDirectories(file.resolve("..").normalize());
          Files.write(file, each.getValue());
        }
        Path beside = folder.resolve(entry).resolve("..").normalize();
        return SandboxedCompiler.compile(name, script, beside, options);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new GemRefusedException(
          "the files of %s can't be laid out: %s".formatted(name, e.getMessage()), e);
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.delete(each);
    }
  }
}
