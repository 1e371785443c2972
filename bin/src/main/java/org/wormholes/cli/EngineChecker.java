package org.wormholes.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.ListFiles;
import org.wormholes.dsl.Options;
import org.wormholes.dsl.Tier;
import org.wormholes.runtime.control.ScriptChecker;

/// Checks scripts inside the engine's process, where the compiler is warm: only in the static tier,
/// in which no Ruby runs.
final class EngineChecker implements ScriptChecker {
  private static final int MAX_BYTES = 1 << 20;

  @Override
  public Checked check(CheckRequest request) throws IOException {
    Path file = file(request);
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES);
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(request.file(), null, "there is no such file");
    }
    Path folder = Optional.ofNullable(file.getParent()).orElse(file);
    Options options =
        Options.of(Tier.STATIC).with(ListFiles.beside(folder)).using(new ScriptUses(file));
    Compilation compilation = Compiler.compile(request.file(), bytes, options);
    if (compilation.needsFullRuby()) {
      throw new IOException("%s needs full Ruby".formatted(request.file()));
    }
    ScriptCheck check =
        ScriptCheck.of(ScriptOption.told(compilation), request.file(), request.strict());
    return new Checked(check.report(), check.text(new Paint(request.colours(), false)));
  }

  private static Path file(CheckRequest request) throws IOException {
    try {
      Path folder = Path.of(request.folder());
      if (folder.isAbsolute()) {
        return folder.resolve(request.file());
      }
      throw new IOException("the folder must be an absolute path");
    } catch (InvalidPathException e) {
      throw new IOException("not a path: " + e.getMessage(), e);
    }
  }
}
