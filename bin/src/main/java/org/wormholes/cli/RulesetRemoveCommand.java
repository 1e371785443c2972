package org.wormholes.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.wormholes.rulesets.gem.GemStore;
import org.wormholes.rulesets.gem.Lock;
import org.wormholes.rulesets.gem.LockedGem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes ruleset remove`.
@Command(
    name = "remove",
    mixinStandardHelpOptions = true,
    description = {
      "Remove installed rulesets: NAME all its versions, NAME@VERSION that one.",
      "An engine goes on running what was applied."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:removed", "2:it is not installed", "3:others build on it"})
final class RulesetRemoveCommand implements Callable<Integer> {
  /// What is reported.
  record Removed(List<String> removed) {}

  @Mixin private Reporting reporting;
  @Mixin private GemOption gems;

  @Parameters(arity = "1..*", paramLabel = "NAME[@VERSION]", description = "Which.")
  private List<String> names;

  @Option(
      names = "--forget",
      description = "Also forget who signed it, so that the next may be anybody's.")
  private boolean forget;

  @Override
  public Integer call() throws IOException {
    GemStore store = gems.store();
    Lock lock = GemOption.refusing(store::lock);
    List<LockedGem> gone = names.stream().flatMap(it -> meant(lock, it).stream()).toList();
    GemOption.refusing(() -> {
      store.remove(gone, forget);
      return gone;
    });
    reporting.print(
        new Removed(gone.stream().map(GemText::named).toList()),
        it -> it.removed().stream().map(each -> "removed  " + each).toList());
    return ExitCode.OK;
  }

  private static List<LockedGem> meant(Lock lock, String name) {
    LockedGem gem = GemOption.named(lock, name);
    return name.contains("@")
        ? List.of(gem)
        : lock.gems().stream().filter(each -> each.name().equals(gem.name())).toList();
  }
}
