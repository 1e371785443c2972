package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.wormholes.dsl.Problem;
import org.wormholes.rulesets.gem.Permissions;
import org.wormholes.rulesets.gem.Project;
import org.wormholes.rulesets.gem.ProjectCheck;
import org.wormholes.rulesets.gem.ProjectFile;
import org.wormholes.rulesets.gem.ProjectReport;
import org.wormholes.rulesets.gem.SandboxedRuby;
import org.wormholes.runtime.control.CheckReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes ruleset test`.
@Command(
    name = "test",
    mixinStandardHelpOptions = true,
    description = {
      "Check a project: its script, its tests, its golden text and its permissions.",
      "Tests are files in test/ that say `tests \"NAME\" do flow(…).uses \"…\" end`."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:all is well", "2:a file cannot be read", "3:there are faults"})
final class RulesetTestCommand implements Callable<Integer> {
  /// What is reported.
  record Tested(
      String name,
      String version,
      boolean passed,
      Optional<String> digest,
      int expectations,
      String golden,
      Permissions effects,
      Map<String, List<String>> undeclared,
      Map<String, List<String>> unneeded,
      List<CheckReport.Finding> problems) {
    static Tested of(ProjectReport report) {
      return new Tested(
          report.metadata().name().text(),
          report.metadata().version().text(),
          report.passed(),
          report.digest(),
          report.expectations(),
          report.golden().name().toLowerCase(Locale.ROOT),
          report.effects(),
          report.undeclared(),
          report.unneeded(),
          report.problems().stream().map(ScriptCheck::finding).toList());
    }
  }

  @Mixin private Reporting reporting;
  @Mixin private GemOption gems;

  @Parameters(arity = "0..1", paramLabel = "FOLDER", description = "The project (default: here).")
  private Path folder = Path.of("");

  @Option(
      names = "--write",
      description = "Write the golden text and the permissions anew first; read the difference.")
  private boolean write;

  @Override
  public Integer call() throws IOException {
    ProjectReport report = GemOption.refusing(this::checked);
    Paint paint = reporting.paint();
    reporting.print(Tested.of(report), it -> lines(report, paint));
    return report.passed() ? ExitCode.OK : ExitCode.PROBLEMS;
  }

  private ProjectReport checked() throws Exception {
    ProjectCheck check = new ProjectCheck(gems.store(), new SandboxedRuby());
    Project project = Project.read(folder);
    ProjectReport report = check.check(project);
    if (write && report.rules().isPresent()) {
      ProjectFile.write(project, report.rules().get());
      return check.check(Project.read(folder));
    }
    return report;
  }

  static List<String> lines(ProjectReport report, Paint paint) {
    List<String> lines = new ArrayList<>();
    for (Problem each : report.problems()) {
      lines.addAll(ProblemText.of(each, paint));
      lines.add("");
    }
    if (report.rules().isPresent()) {
      lines.addAll(differences(report));
    }
    lines.add(
        "%s  %s %s: %s"
            .formatted(
                report.passed() ? paint.green("ok") : paint.red("not ok"),
                report.metadata().name(),
                report.metadata().version(),
                Units.count(report.expectations(), "expectation")));
    return lines;
  }

  private static List<String> differences(ProjectReport report) {
    List<String> lines = new ArrayList<>();
    if (!report.undeclared().isEmpty()) {
      lines.add("it does what ruleset.yaml does not declare:");
      lines.addAll(GemText.kinds(report.undeclared(), "  ", ""));
    }
    if (!report.unneeded().isEmpty()) {
      lines.add("it declares what it does not do:");
      lines.addAll(GemText.kinds(report.unneeded(), "  ", ""));
    }
    switch (report.golden()) {
      case MISSING -> lines.add("there is no golden text yet; --write makes it");
      case DIFFERS ->
          lines.add("it compiles to something else than its golden text; --write makes that anew");
      case SAME, UNKNOWN -> {}
    }
    return lines;
  }
}
