package org.wormholes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.dsl.sandbox.SandboxedCompiler;
import picocli.CommandLine;

/// `--sandbox` at the command line: what comes of a stranger's Ruby where there is a sandbox, and
/// where there is none.
class SandboxOptionTest {
  private static final String RULESET =
      """
      %s
      ruleset "others", version: "1.0" do
        network "n" do
          open_to :anyone
        end
        tunnel "t", over: "n" do
          entry { socks port: 1080 }
          relay 3
          exit { allow { port == 443 } }
        end
      end
      """;

  private final StringWriter out = new StringWriter();
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void choose() {
    file = folder.resolve("others.rb");
  }

  @Test
  void compilesInAChild() throws IOException {
    Files.writeString(file, RULESET.formatted("Ports = Struct.new(:web)"));

    assertThat(run("check", file.toString())).isEqualTo(ExitCode.PROBLEMS);
    if (SandboxedCompiler.missing().isEmpty()) {
      assertThat(run("check", "--sandbox", file.toString()))
          .as(out.toString())
          .isEqualTo(ExitCode.OK);
      assertThat(out.toString()).contains("others 1.0");
    } else {
      assertThat(run("check", "--sandbox", file.toString())).isEqualTo(ExitCode.PROBLEMS);
      assertThat(out.toString()).contains("full Ruby is run in the sandbox only");
    }
  }

  @Test
  void letsNothingOut() throws IOException {
    Path stolen = folder.resolve("stolen");
    Files.writeString(
        file,
        RULESET.formatted(
            "require \"java\"\njava.nio.file.Files.writeString(java.nio.file.Path.of(\"%s\"), \"x\")"
                .formatted(stolen)));

    assertThat(run("check", "--sandbox", file.toString())).isEqualTo(ExitCode.PROBLEMS);
    assertThat(stolen).doesNotExist();
    if (SandboxedCompiler.missing().isEmpty()) {
      assertThat(out.toString()).contains("FileSystemException", "stolen");
    }
  }

  private int run(String... arguments) {
    CommandLine line = Main.commandLine(arguments);
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(out));
    return line.execute(arguments);
  }
}
