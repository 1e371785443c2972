package org.wormholes.rulesets.gem;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.ListFiles;
import org.wormholes.dsl.Options;
import org.wormholes.dsl.Tier;
import org.wormholes.dsl.Uses;

/// Compiles the script of a gem or of a project from its files in memory.
final class GemCompiler {
  private GemCompiler() {}

  /// @param label what messages call the folder
  static Compilation compile(
      String label,
      String entry,
      Map<String, byte[]> files,
      GemMetadata.Tier tier,
      Uses uses,
      FullRuby fullRuby)
      throws GemRefusedException {
    byte[] script = files.get(entry);
    if (script == null) {
      throw new GemRefusedException("there is no script `%s`".formatted(Quote.brief(entry)));
    }
    String name = label.isEmpty() ? entry : label + "/" + entry;
    ListFiles lists = lists(entry, files);
    return switch (tier) {
      case STATIC ->
          Compiler.compile(name, script, Options.of(Tier.STATIC).with(lists).using(uses));
      case FULL ->
          fullRuby.compile(name, entry, files, Options.of(Tier.FULL).with(lists).using(uses));
    };
  }

  /// The files of the script's folder.
  private static ListFiles lists(String entry, Map<String, byte[]> files) {
    String folder = entry.substring(0, entry.lastIndexOf('/') + 1);
    return new ListFiles() {
      @Override
      public Optional<byte[]> read(String name) {
        return Optional.ofNullable(files.get(folder + name));
      }

      @Override
      public List<String> names() {
        return files.keySet().stream()
            .filter(path -> path.startsWith(folder) && path.endsWith(".txt"))
            .map(path -> path.substring(folder.length()))
            .toList();
      }
    };
  }
}
