package org.wormholes.dsl.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.dsl.Tier;

/// The same rules come out of the sandbox as without it. Where there is none, no Ruby runs.
class SandboxedCompilerTest {
  private static final String NEEDS_RUBY =
      """
      require "set"
      codes = Set.new(%w[fr de]).map(&:upcase).sort
      ports = [443, 80].sort_by { |port| -port }.each_slice(1).to_a.flatten
      ruleset "own", version: "2.1" do
        network "n" do
          open_to :anyone
        end
        tunnel "t", over: "n" do
          entry { socks port: 1080 }
          relay 3 do
            only { country.in?(codes) }
          end
          exit { allow { port.in? ports } }
        end
        routes do
          refuse { host.listed? "lists/bad.txt" }
          to("t") { otherwise }
        end
      end
      """;

  @TempDir Path home;
  private Path folder;
  private Path script;

  @BeforeEach
  void write() throws IOException {
    folder = Files.createDirectory(home.resolve("ruleset"));
    Files.createDirectory(folder.resolve("lists"));
    Files.writeString(folder.resolve("lists/bad.txt"), "ads.example\ntracker.example\n");
    script = folder.resolve("own.rb");
    Files.writeString(script, NEEDS_RUBY);
  }

  @Test
  void givesWhatRubyGivesWithoutIt() throws IOException {
    Compilation compilation = SandboxedCompiler.compile(script, Options.of(Tier.FULL));

    if (SandboxedCompiler.missing().isPresent()) {
      assertThat(compilation.succeeded()).isFalse();
      return;
    }
    assertThat(compilation).isEqualTo(Compiler.compile(script, Options.of(Tier.FULL)));
    assertThat(compilation.render()).isEmpty();
    assertThat(compilation.succeeded()).isTrue();
  }

  @Test
  void tellsProblemsWithTheirPlaces() throws IOException {
    Files.writeString(script, "x = [1].map(&:succ)\nnetwork \"n\"\nruleset \"a\" do\nend\n");

    Compilation compilation = SandboxedCompiler.compile(script, Options.of(Tier.FULL));

    if (SandboxedCompiler.missing().isEmpty()) {
      assertThat(compilation.problems())
          .isNotEmpty()
          .isEqualTo(Compiler.compile(script, Options.of(Tier.FULL)).problems());
    }
  }

  @Test
  void startsNoChildForTheStaticTier() throws IOException {
    Compilation compilation = SandboxedCompiler.compile(script, Options.defaults());

    assertThat(compilation.needsFullRuby()).isTrue();
    assertThat(compilation).isEqualTo(Compiler.compile(script, Options.defaults()));
  }

  /// A child that ends before it is locked in.
  static final class Stillborn {
    private Stillborn() {}

    public static void main(String[] arguments) {
      System.err.println("no lock fits");
      Runtime.getRuntime().halt(SandboxedMain.NOT_LOCKED);
    }
  }

  @Test
  void runsNoRubyWhereTheSandboxFails() throws IOException {
    Compilation compilation = compiledBy(Stillborn.class, NEEDS_RUBY);

    assertThat(compilation.succeeded()).isFalse();
    assertThat(compilation.needsFullRuby()).isTrue();
    assertThat(compilation.problems().getFirst().message())
        .startsWith("full Ruby is run in the sandbox only, and there is none: ");
    if (SandboxedCompiler.missing().isEmpty()) {
      assertThat(compilation.problems().getFirst().message()).endsWith("no lock fits");
    }
  }

  @Test
  void readsWithoutRubyWhatNeedsNoneWhereTheSandboxFails() throws IOException {
    String plain =
        """
        ruleset "plain" do
          network "n" do
            open_to :anyone
          end
          tunnel "t", over: "n" do
            entry { socks }
            relay 3
          end
        end
        """;

    assertThat(compiledBy(Stillborn.class, plain).succeeded()).isTrue();
  }

  private Compilation compiledBy(Class<?> main, String text) throws IOException {
    return SandboxedCompiler.compile(
        "own.rb",
        text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
        folder,
        Options.of(Tier.FULL),
        main);
  }

  @Test
  void readsNothingOfAHomeButItsLists() throws IOException {
    Files.writeString(folder.resolve("bad.txt"), "ads.example\n");
    Files.writeString(folder.resolve("key"), "secret");
    Files.writeString(
        script,
        """
        require "java"
        begin
          java.nio.file.Files.readString(java.nio.file.Path.of("%s"))
          raise "read"
        rescue java.nio.file.AccessDeniedException
        end
        %s
        """
            .formatted(
                folder.toRealPath().resolve("key"),
                NEEDS_RUBY.replace("lists/bad.txt", "bad.txt")));
    String home = System.setProperty("user.home", folder.toString());
    try {
      Compilation compilation = SandboxedCompiler.compile(script, Options.of(Tier.FULL));

      if (SandboxedCompiler.missing().isEmpty()) {
        assertThat(compilation.succeeded()).as(compilation.render()).isTrue();
      }
    } finally {
      System.setProperty("user.home", home);
    }
  }

  @Test
  void leavesTheParentFree() throws IOException {
    SandboxedCompiler.compile(script, Options.of(Tier.FULL));

    List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
    assertThat(status).contains("NoNewPrivs:\t0", "Seccomp:\t0");
    Files.writeString(home.resolve("free"), "free");
    try (var threads = Files.list(Path.of("/proc/self/task"))) {
      assertThat(threads)
          .allSatisfy(thread ->
              assertThat(Files.readAllLines(thread.resolve("status"))).contains("NoNewPrivs:\t0"));
    }
  }
}
