package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.wormholes.rulesets.gem.GemStore;
import org.wormholes.rulesets.gem.Lock;
import org.wormholes.rulesets.gem.LockedGem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `wormholes ruleset verify`.
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Check installed rulesets against the lock file: digests, signatures, permissions,",
      "and that each still compiles to the rules that were agreed to.",
      "Of a gem's file: what it is, who signed it and what it may do."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all is as it was, or the file may be installed",
      "2:it is not installed, or there is no such file",
      "3:something was changed, or the file is refused"
    })
final class RulesetVerifyCommand implements Callable<Integer> {
  /// What is reported.
  record Verified(boolean sound, List<Row> rulesets, List<String> strays) {}

  record Row(String name, String version, boolean sound, Optional<String> fault) {}

  @Mixin private Reporting reporting;
  @Mixin private GemOption gems;

  @Parameters(
      arity = "0..*",
      paramLabel = "NAME[@VERSION]|FILE",
      description = "Which (default: all installed ones), or one .gem file.")
  private List<String> names = List.of();

  @Override
  public Integer call() throws IOException {
    GemStore store = gems.store();
    if (names.size() == 1 && names.getFirst().endsWith(".gem")) {
      return GemInstallation.look(Path.of(names.getFirst()), store, reporting);
    }
    Lock lock = GemOption.refusing(store::lock);
    List<LockedGem> wanted =
        names.isEmpty()
            ? lock.gems()
            : names.stream().map(each -> GemOption.named(lock, each)).toList();
    List<Row> rows = new ArrayList<>();
    for (LockedGem gem : wanted) {
      Optional<String> fault = store.fault(gem);
      rows.add(new Row(gem.name().text(), gem.version().text(), fault.isEmpty(), fault));
    }
    List<String> strays = GemOption.refusing(store::strays);
    boolean sound = rows.stream().allMatch(Row::sound);
    Paint paint = reporting.paint();
    reporting.print(new Verified(sound, rows, strays), it -> lines(it, paint));
    return sound ? ExitCode.OK : ExitCode.PROBLEMS;
  }

  private static List<String> lines(Verified verified, Paint paint) {
    List<String> lines = new ArrayList<>();
    for (Row row : verified.rulesets()) {
      String mark = row.sound() ? paint.green("ok") : paint.red("not ok");
      lines.add(
          "%s  %s %s%s"
              .formatted(
                  mark,
                  row.name(),
                  row.version(),
                  row.fault().map(it -> ": " + GemText.line(it)).orElse("")));
    }
    verified.strays().forEach(it -> lines.add("not in the lock: " + Clean.line(it, 100)));
    if (lines.isEmpty()) {
      lines.add("no ruleset is installed");
    }
    return lines;
  }
}
