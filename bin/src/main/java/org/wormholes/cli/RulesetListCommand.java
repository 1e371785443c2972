package org.wormholes.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.wormholes.rulesets.gem.LockedGem;
import org.wormholes.rulesets.gem.Signer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `wormholes ruleset list`.
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "List the installed rulesets.")
final class RulesetListCommand implements Callable<Integer> {
  /// What is reported.
  record Installed(String store, List<Row> rulesets) {}

  record Row(
      String name,
      String version,
      String digest,
      Optional<String> signer,
      Optional<String> fingerprint,
      String tier,
      boolean consent,
      List<String> uses) {
    static Row of(LockedGem gem) {
      return new Row(
          gem.name().text(),
          gem.version().text(),
          "sha256-" + gem.digest(),
          gem.signer().map(Signer::key),
          gem.signer().map(Signer::fingerprint),
          gem.tier().word(),
          gem.consent(),
          gem.uses().stream().map(it -> it.name() + " " + it.version()).toList());
    }
  }

  @Mixin private Reporting reporting;
  @Mixin private GemOption gems;

  @Override
  public Integer call() throws IOException {
    List<LockedGem> installed = GemOption.refusing(() -> gems.store().lock().gems());
    Installed list =
        new Installed(gems.store().path().toString(), installed.stream().map(Row::of).toList());
    reporting.print(list, RulesetListCommand::lines);
    return ExitCode.OK;
  }

  private static List<String> lines(Installed installed) {
    if (installed.rulesets().isEmpty()) {
      return List.of("no ruleset is installed");
    }
    Columns columns = new Columns("");
    for (Row row : installed.rulesets()) {
      columns.row(
          row.name(),
          row.version(),
          row.digest().substring(0, 19),
          "by " + row.fingerprint().orElse("nobody"),
          row.tier());
    }
    return columns.lines();
  }
}
