package org.wormholes.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command `wormholes`: finds the sub-command and turns its outcome into an exit code.
@Command(
    name = "wormholes",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    description = "Tunnels written as scripts.",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:a mistake in Wormholes",
      "2:the command line was wrong",
      "3:the ruleset has problems",
      "4:no engine answers",
      "5:there are changes that were not carried out",
      "6:the engine answered, and refused",
      "7:the engine has moved since the plan was made",
      "8:it was applied and taken back, because a probe failed",
      "69:no JDK of 25 or newer was found"
    },
    footerHeading = "%n",
    footer = "'wormholes COMMAND --help' explains a command.")
public final class Main implements Runnable {
  /// Set in the environment to see the stack trace of a mistake.
  private static final String DEBUG = "WORMHOLES_DEBUG";

  @Spec private CommandSpec spec;

  public static void main(String... args) {
    System.exit(commandLine(args).execute(args));
  }

  /// The command line ready to run `args`.
  static CommandLine commandLine(String... args) {
    CommandLine root = new CommandLine(new Main());
    Commands.addTo(root, args);
    root.setCaseInsensitiveEnumValuesAllowed(true);
    return root.setParameterExceptionHandler((wrong, arguments) -> explain(wrong))
        .setExecutionExceptionHandler((failure, at, parsed) -> report(failure, at));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  private static int explain(ParameterException wrong) {
    CommandLine at = wrong.getCommandLine();
    PrintWriter err = at.getErr();
    err.println("wormholes: " + wrong.getMessage());
    if (UnmatchedArgumentException.printSuggestions(wrong, err)) {
      return ExitCode.USAGE;
    }
    if (at.getParent() == null) {
      at.usage(err);
    } else {
      err.print("usage: " + at.getHelp().synopsis("usage: ".length()));
      err.println("'" + at.getCommandSpec().qualifiedName() + " --help' explains it");
    }
    return ExitCode.USAGE;
  }

  private static int report(Exception failure, CommandLine at) {
    PrintWriter err = at.getErr();
    if (failure instanceof CommandFailure known) {
      err.println("wormholes: " + known.getMessage());
      return known.exitCode();
    }
    err.println("wormholes: mistake in the program: " + failure);
    if (System.getenv(DEBUG) == null) {
      err.println("set " + DEBUG + "=1 to see where");
    } else {
      failure.printStackTrace(err);
    }
    return ExitCode.BUG;
  }
}
