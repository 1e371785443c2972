package org.wormholes.dsl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.ruby_lang.prism.Nodes;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;

/// From a script to a [Compilation]. Whatever the file holds, the outcome is rules or problems.
public final class Compiler {
  /// Stack of the thread that reads a script: enough for the deepest tree that the parser accepts.
  private static final long STACK_BYTES = 64L << 20;

  private Compiler() {}

  /// Compiles a file; list files are taken from its folder unless the options say from where.
  ///
  /// @throws IOException if the file can't be read
  public static Compilation compile(Path path, Options options) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(SyntaxTree.MAX_SOURCE_BYTES + 1);
    }
    Path folder = path.toAbsolutePath().getParent();
    ListFiles files = folder == null ? ListFiles.NONE : ListFiles.beside(folder);
    boolean told = !options.files().equals(ListFiles.NONE);
    return compile(path.toString(), bytes, told ? options : options.with(files));
  }

  /// Compiles a text under a name that messages will show.
  public static Compilation compile(String name, String text, Options options) {
    return compile(name, text.getBytes(StandardCharsets.UTF_8), options);
  }

  /// Compiles bytes under a name that messages will show.
  public static Compilation compile(String name, byte[] bytes, Options options) {
    return compile(name, bytes, options, () -> {});
  }

  /// The same, with something to do in the full tier on the thread that runs Ruby, once Ruby has
  /// started and before the script's first line; if that throws, the script is not run.
  public static Compilation compile(
      String name, byte[] bytes, Options options, Runnable beforeScript) {
    AtomicReference<@Nullable Compilation> result = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Source source = Source.of(name, bytes);
    Thread reader =
        new Thread(
            null,
            () -> result.set(read(source, options, beforeScript)),
            "ruleset",
            STACK_BYTES,
            false);
    reader.setDaemon(true);
    reader.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
    reader.start();
    Vocabulary.prepare();
    join(reader, longest(options));
    Compilation compilation = result.get();
    if (compilation == null) {
      throw new IllegalStateException("the compiler failed on " + name, failure.get());
    }
    return compilation;
  }

  private static Compilation read(Source source, Options options, Runnable beforeScript) {
    Problems problems = new Problems();
    try {
      return read(source, options, beforeScript, problems);
    } catch (Exhausted told) {
      return new Compilation(
          java.util.Optional.empty(), SourceMap.EMPTY, problems.inOrder(), false);
    } catch (StackOverflowError e) {
      problems.add(
          Problem.error(source.position(0, 0), "the ruleset is nested too deeply to be read")
              .hinting("split it into helpers and constants"));
      return new Compilation(
          java.util.Optional.empty(), SourceMap.EMPTY, problems.inOrder(), false);
    }
  }

  private static Compilation read(
      Source source, Options options, Runnable beforeScript, Problems problems) {
    List<Problem> syntax = new java.util.ArrayList<>();
    Nodes.ProgramNode program = SyntaxTree.parse(source, syntax);
    problems.addAll(syntax);
    if (program == null) {
      return new Compilation(
          java.util.Optional.empty(), SourceMap.EMPTY, problems.inOrder(), false);
    }
    Builder builder = new Builder(problems, source.position(0, 0));
    Reader reader =
        new Reader(source, problems, builder, new Conditions(new Lists(options.files(), problems)));
    builder.placer(reader::placeOf);
    builder.uses(options.uses());
    reader.collectHelpers(program.statements);
    boolean ended =
        switch (options.tier()) {
          case STATIC -> {
            reader.statements(program.statements, Locals.inRoom(null, builder.root()));
            yield true;
          }
          case FULL ->
              FullTier.run(
                  source,
                  CallSites.of(source, program),
                  reader,
                  builder,
                  problems,
                  options.limit(),
                  beforeScript);
        };
    if (!ended) {
      return new Compilation(
          java.util.Optional.empty(), SourceMap.EMPTY, problems.inOrder(), false);
    }
    Assembly assembly = new Assembly(builder.file(), problems);
    Ruleset ruleset = assembly.assemble(builder.unjudged());
    return new Compilation(
        java.util.Optional.ofNullable(ruleset),
        ruleset == null ? SourceMap.EMPTY : assembly.sourceMap(),
        problems.inOrder(),
        reader.needsRuby());
  }

  /// The limit, and in the full tier what Ruby may take to start and its runaway to be noticed.
  private static Duration longest(Options options) {
    return switch (options.tier()) {
      case STATIC -> options.limit();
      case FULL -> options.limit().multipliedBy(2).plus(FullTier.LONGEST_BOOT);
    };
  }

  /// Waits for the reader; past the limit it is interrupted, which ends the parser and Ruby, and
  /// all else it does is bounded.
  private static void join(Thread reader, Duration limit) {
    boolean interrupted = false;
    boolean late = false;
    while (reader.isAlive()) {
      try {
        if (late) {
          reader.join();
        } else if (!reader.join(limit)) {
          late = true;
          reader.interrupt();
        }
      } catch (InterruptedException e) {
        interrupted = true;
        late = true;
        reader.interrupt();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
