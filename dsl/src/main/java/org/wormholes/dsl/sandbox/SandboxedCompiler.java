package org.wormholes.dsl.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.ListFiles;
import org.wormholes.dsl.Options;
import org.wormholes.dsl.Problem;
import org.wormholes.dsl.Tier;
import org.wormholes.rules.Position;
import org.wormholes.rules.SourceMap;

/// Compiles files of strangers: in the static tier here, and in the full tier in a child process
/// that can reach nothing but the file's own folder.
///
/// Where the sandbox can't be had, no Ruby runs: what the static tier can read is compiled by it,
/// and the rest is told as a problem.
public final class SandboxedCompiler {
  /// The longest script that is handed over, and a byte more so that a longer one is noticed.
  private static final int MAX_SCRIPT = 256 * 1024 + 1;

  private static final Duration LONGEST_BOOT = Duration.ofMinutes(1);

  /// What a child may take to notice by itself that its time is up.
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static final int CPU_LIMIT_SIGNAL = 24;
  private static final int KILL_SIGNAL = 9;

  private SandboxedCompiler() {}

  /// Why strangers' Ruby can't be run on this machine; empty where it can.
  public static Optional<String> missing() {
    return SandboxLauncher.missing();
  }

  /// Compiles a file; lists are taken from its folder, whatever `options` says of them.
  ///
  /// @throws IOException if the file can't be read
  public static Compilation compile(Path path, Options options) throws IOException {
    if (options.tier() == Tier.STATIC) {
      return Compiler.compile(path, options);
    }
    byte[] script;
    try (InputStream in = Files.newInputStream(path)) {
      script = in.readNBytes(MAX_SCRIPT);
    }
    return compile(
        path.toString(), script, path.toAbsolutePath().resolve("..").normalize(), options);
  }

  /// Compiles bytes that were read, and perhaps checked, before; lists are taken from `folder`.
  ///
  /// @throws IOException if the folder can't be read
  public static Compilation compile(String name, byte[] script, Path folder, Options options)
      throws IOException {
    return compile(name, script, folder, options, SandboxedMain.class);
  }

  static Compilation compile(
      String name, byte[] script, Path folder, Options options, Class<?> main) throws IOException {
    ListFiles lists = ListFiles.beside(folder);
    if (options.tier() == Tier.STATIC) {
      return Compiler.compile(name, script, options.with(lists));
    }
    Path real = folder.toRealPath();
    Request request =
        new Request(
            name,
            ByteBuffer.wrap(script),
            real,
            lists.names(),
            Request.Used.in(script, options.uses()),
            options.limit());
    try {
      SandboxedProcess child = SandboxLauncher.start(real, main);
      return heard(
          child.converse(request.encode(), LONGEST_BOOT, options.limit().plus(GRACE)), request);
    } catch (SandboxUnavailableException e) {
      Options withoutRuby =
          Options.defaults().with(lists).using(options.uses()).within(options.limit());
      return onlyStatic(
          Compiler.compile(name, script, withoutRuby), name, String.valueOf(e.getMessage()));
    }
  }

  private static Compilation heard(SandboxedProcess.Outcome outcome, Request request)
      throws SandboxUnavailableException {
    Optional<String> stopped = stopped(outcome, request);
    if (stopped.isPresent()) {
      return failed(request.name(), stopped.get());
    }
    try {
      return Reply.decode(outcome.output());
    } catch (MalformedReplyException e) {
      return failed(request.name(), "the sandbox answered nonsense: " + e.getMessage());
    }
  }

  /// Why there is no reply to be read; empty where there may be one.
  private static Optional<String> stopped(SandboxedProcess.Outcome outcome, Request request)
      throws SandboxUnavailableException {
    if (outcome.end() == SandboxedProcess.End.FLOODED) {
      return Optional.of("the ruleset said more than " + Reply.MAX_BYTES + " bytes");
    }
    if (outcome.end() == SandboxedProcess.End.SPOKEN && outcome.exitCode() == 0) {
      return Optional.empty();
    }
    if (outcome.end() == SandboxedProcess.End.MUTE && outcome.locked()) {
      return Optional.of("the ruleset closed the sandbox's output");
    }
    if (!outcome.locked()) {
      String why = outcome.errors().lines().findFirst().orElse("it gave no reason");
      throw new SandboxUnavailableException("the sandbox could not be closed: " + why);
    }
    if (outcome.end() == SandboxedProcess.End.LATE) {
      return Optional.of("the ruleset ran longer than " + request.limit().toMillis() + " ms");
    }
    if (outcome.exitCode() == SandboxedMain.OUT_OF_MEMORY) {
      return Optional.of("the ruleset took more memory than the sandbox has");
    }
    if (outcome.signal() == KILL_SIGNAL || outcome.signal() == CPU_LIMIT_SIGNAL) {
      return Optional.of(
          "the ruleset took more than %d s of processor time".formatted(Limits.CPU_SECONDS));
    }
    return Optional.of(
        "the ruleset ended the sandbox without an answer ("
            + (outcome.signal() == 0
                ? "exit code " + outcome.exitCode()
                : "signal " + outcome.signal())
            + ")");
  }

  private static Compilation failed(String name, String message) {
    return new Compilation(
        Optional.empty(), SourceMap.EMPTY, List.of(error(name, message, "")), false);
  }

  private static Compilation onlyStatic(Compilation compilation, String name, String missing) {
    if (compilation.succeeded()) {
      return compilation;
    }
    List<Problem> problems = new ArrayList<>(compilation.problems());
    if (compilation.needsFullRuby()) {
      problems.addFirst(
          error(
              name,
              "full Ruby is run in the sandbox only, and there is none: " + missing,
              "say it without full Ruby, or compile it on a machine that has the sandbox"));
    }
    return new Compilation(
        Optional.empty(), SourceMap.EMPTY, problems, compilation.needsFullRuby());
  }

  private static Problem error(String name, String message, String hint) {
    return new Problem(Problem.Severity.ERROR, new Position(name, 1, 1, 0, ""), message, "", hint);
  }
}
