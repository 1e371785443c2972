package org.wormholes.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `wormholes ruleset`: rulesets as gems.
@Command(
    name = "ruleset",
    mixinStandardHelpOptions = true,
    description = {
      "Make, share and install rulesets as gems.",
      "Nothing goes online, and installing runs none of the author's code."
    },
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "2:the command line was wrong, or a file is not there",
      "3:a project has problems, or a gem is refused",
      "5:nobody said yes"
    },
    subcommands = {
      RulesetNewCommand.class,
      RulesetTestCommand.class,
      RulesetPackCommand.class,
      RulesetInstallCommand.class,
      RulesetListCommand.class,
      RulesetShowCommand.class,
      RulesetVerifyCommand.class,
      RulesetUpgradeCommand.class,
      RulesetRemoveCommand.class
    })
final class RulesetCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "what about rulesets?");
  }
}
