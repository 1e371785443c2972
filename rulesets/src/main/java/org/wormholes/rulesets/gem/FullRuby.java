package org.wormholes.rulesets.gem;

import java.util.Map;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Options;

/// Runs the script of a gem that needs all of Ruby, where it can do no harm.
@FunctionalInterface
public interface FullRuby {
  /// No gem's Ruby is ever run.
  FullRuby NEVER =
      (name, entry, files, options) -> {
        throw new GemRefusedException("%s needs full Ruby, which is not run here".formatted(name));
      };

  /// Compiles a script; lists are taken from the files beside it.
  ///
  /// @param name what messages call the script
  /// @param entry its path among `files`
  /// @throws GemRefusedException if this machine can't run it safely
  Compilation compile(String name, String entry, Map<String, byte[]> files, Options options)
      throws GemRefusedException;
}
