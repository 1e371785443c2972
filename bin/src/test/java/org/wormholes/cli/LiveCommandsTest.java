package org.wormholes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// Commands that go on while an engine lives, against a real one.
@Timeout(90)
final class LiveCommandsTest {
  private static final String RULESET =
      """
      ruleset "web", version: "1" do
        network("nowhere") { open_to :anyone }
        tunnel "web", over: "nowhere" do
          entry { socks port: 0 }
          relay 2
        end
        routes do
          refuse { host.listed? "ads.txt" }
          to("web") { otherwise }
        end
      end
      """;

  @TempDir Path temp;

  /// What a command has printed so far, and a wait for more.
  private static final class Heard extends StringWriter {
    @Override
    public void flush() {
      synchronized (this) {
        notifyAll();
      }
    }

    Heard other = this;

    void await(String wanted) throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      synchronized (this) {
        while (!toString().contains(wanted)) {
          long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
          if (left <= 0) {
            throw new AssertionError(
                "never heard " + wanted + ", only: " + this + System.lineSeparator() + other);
          }
          wait(left);
        }
      }
    }
  }

  /// A command on a thread of its own.
  private static final class Going {
    final Heard out = new Heard();
    final Heard err = new Heard();
    final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private final Thread thread;

    Going(String... args) {
      CommandLine command = Main.commandLine(args);
      out.other = err;
      err.other = out;
      command.setOut(new PrintWriter(out, true));
      command.setErr(new PrintWriter(err, true));
      thread = Thread.ofPlatform().daemon().start(() -> ended.complete(command.execute(args)));
    }

    int end() throws Exception {
      thread.interrupt();
      return ended.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void eventsShowWhatHappensAsItHappens() throws Exception {
    Path script = script(RULESET);
    try (EngineHost _ =
        EngineHost.start(TestSettings.of(temp.resolve("state"), Path.of(socket())))) {
      Going text = new Going("events", "--control", socket());
      Going json = new Going("events", "--json", "--control", socket());
      text.err.await("Ctrl-C");
      json.err.await("Ctrl-C");

      assertThat(run("apply", "--yes", "--control", socket(), script.toString()))
          .isEqualTo(ExitCode.OK);

      text.out.await("ruleset web is applied");
      json.out.await("\"kind\":\"applied\"");
      assertThat(List.of(text.end(), json.end())).containsOnly(ExitCode.NO_ENGINE);
      assertThat(json.out.toString().lines()).allMatch(line -> line.startsWith("{"));
    }
  }

  @Test
  void watchAppliesWhatIsSavedAndKeepsTheOldRulesOverMistakes() throws Exception {
    Path script = script(RULESET);
    try (EngineHost _ =
        EngineHost.start(TestSettings.of(temp.resolve("state"), Path.of(socket())))) {
      Going watch = new Going("watch", "--yes", "--control", socket(), script.toString());
      watch.out.await("applied as number 1");

      save(script, "ruleset \"web\" do\n  tunel \"a\"\nend\n");
      watch.err.await("web.rb:2:3");
      watch.err.await("what ran before still runs");
      save(script, RULESET.replace("relay 2", "relay 3"));
      watch.out.await("relay  2");
      watch.out.await("applied as number 2");
      Files.writeString(temp.resolve("ads.txt"), "ads.example\n");
      watch.out.await("applied as number 3");
      Files.writeString(script, RULESET.replace("relay 2", "relay 4"));
      watch.out.await("applied as number 4");

      assertThat(watch.end()).isEqualTo(ExitCode.OK);
    }
  }

  @Test
  void watchNeedsAnEngine() throws IOException {
    assertThat(run("watch", "--yes", "--control", socket(), script(RULESET).toString()))
        .isEqualTo(ExitCode.NO_ENGINE);
  }

  /// As many editors do: a new file beside it takes its name.
  private void save(Path file, String text) throws IOException {
    Path beside = temp.resolve(".web.rb.swp");
    Files.writeString(beside, text);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private Path script(String text) throws IOException {
    Files.writeString(temp.resolve("ads.txt"), "ads.test\n");
    return Files.writeString(temp.resolve("web.rb"), text);
  }

  private String socket() {
    return temp.resolve("run").resolve("control.sock").toString();
  }

  private static int run(String... args) {
    CommandLine command = Main.commandLine(args);
    command.setOut(new PrintWriter(new StringWriter()));
    command.setErr(new PrintWriter(new StringWriter()));
    return command.execute(new ArrayList<>(List.of(args)).toArray(String[]::new));
  }
}
