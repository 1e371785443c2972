package org.wormholes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

final class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void saysItsVersionAndTheJavaItRunsOn() {
    assertThat(run("--version")).isEqualTo(ExitCode.OK);

    assertThat(out.toString()).startsWith("wormholes ").contains("Java 25");
  }

  @Test
  void listsEveryExitCodeInHelp() {
    assertThat(run("--help")).isEqualTo(ExitCode.OK);

    assertThat(out.toString().lines().map(String::strip))
        .anyMatch(line -> line.startsWith("0 "))
        .anyMatch(line -> line.startsWith("1 "))
        .anyMatch(line -> line.startsWith("2 "))
        .anyMatch(line -> line.startsWith("3 "))
        .anyMatch(line -> line.startsWith("4 "))
        .anyMatch(line -> line.startsWith("5 "))
        .anyMatch(line -> line.startsWith("6 "))
        .anyMatch(line -> line.startsWith("69 "));
  }

  @Test
  void callsAnUnknownCommandAUsageError() {
    assertThat(run("frobnicate")).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains("frobnicate");
  }

  @Test
  void saysHowACommandIsUsedInAFewLines() {
    CommandLine line = Main.commandLine("history");

    assertThat(run(line, "history", "much", "more")).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString().lines())
        .hasSizeLessThan(6)
        .startsWith("wormholes: Unmatched arguments from index 1: 'much', 'more'")
        .anyMatch(each -> each.startsWith("usage: wormholes history ["))
        .endsWith("'wormholes history --help' explains it");
  }

  @Test
  void suggestsWhatAMistypedCommandMayHaveMeant() {
    CommandLine line = Main.commandLine("rolback");

    assertThat(run(line, "rolback")).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains("rolback").contains("Did you mean").contains("rollback");
  }

  @Test
  void asksForACommandWhenThereIsNone() {
    assertThat(run()).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains("which command?");
  }

  @Test
  void reportsAFailureInOneLineWithItsCode() {
    CommandLine line = Main.commandLine("fail").addSubcommand(new Failing());

    assertThat(run(line, "fail")).isEqualTo(ExitCode.UNAVAILABLE);

    assertThat(err.toString().lines()).containsExactly("wormholes: no engine answers");
  }

  @Test
  void callsAnythingElseAMistakeOfOurs() {
    CommandLine line = Main.commandLine("break").addSubcommand(new Breaking());

    assertThat(run(line, "break")).isEqualTo(ExitCode.BUG);

    assertThat(err.toString()).contains("mistake in the program").contains("out of cheese");
  }

  @Test
  void createsOnlyTheCommandThatWasAskedFor() {
    assertThat(Main.commandLine("warm-up").getSubcommands()).containsOnlyKeys("warm-up");
  }

  @Test
  void givesEveryCommandTheNameItIsRegisteredUnder() {
    for (Commands.Registration each : Commands.all()) {
      assertThat(new CommandLine(each.command().get()).getCommandName()).isEqualTo(each.name());
    }
  }

  @Test
  void warmsUpWithoutAWord() {
    assertThat(run("warm-up")).isEqualTo(ExitCode.OK);

    assertThat(out.toString() + err).isEmpty();
  }

  private int run(String... args) {
    return run(Main.commandLine(args), args);
  }

  private int run(CommandLine line, String... args) {
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(args);
  }

  @Command(name = "fail")
  private static final class Failing implements Runnable {
    @Override
    public void run() {
      throw new CommandFailure(ExitCode.UNAVAILABLE, "no engine answers");
    }
  }

  @Command(name = "break")
  private static final class Breaking implements Runnable {
    @Override
    public void run() {
      throw new IllegalStateException("out of cheese");
    }
  }
}
