package org.wormholes.cli;

import java.util.List;
import org.wormholes.rules.Network;
import org.wormholes.rules.Ruleset;
import picocli.CommandLine.Option;

/// First contacts that a ruleset does not name itself, such as those of a local network.
final class ContactOption {
  @Option(
      names = "--bootstrap",
      paramLabel = "URL",
      description =
          "First contact (wormhole://ADDRESS@[CARRIER+]HOST:PORT) for networks of the ruleset that"
              + " name none.")
  private List<String> contacts = List.of();

  ScriptOption.Rules fill(ScriptOption.Rules rules) {
    if (contacts.isEmpty()) {
      return rules;
    }
    Ruleset ruleset = rules.ruleset();
    for (Network each : ruleset.networks()) {
      if (each.bootstraps().isEmpty()) {
        ruleset = FittedRules.with(ruleset, filled(each));
      }
    }
    return new ScriptOption.Rules(ruleset, rules.sources());
  }

  private Network filled(Network network) {
    try {
      return network.withBootstraps(contacts);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }
}
