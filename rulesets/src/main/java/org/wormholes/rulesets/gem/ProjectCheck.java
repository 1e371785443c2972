package org.wormholes.rulesets.gem;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Describe;
import org.wormholes.dsl.Options;
import org.wormholes.dsl.Problem;
import org.wormholes.dsl.Uses;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.codec.RuleCodec;

/// Compiles a project, compares the outcome with its golden text and its declared permissions, and
/// runs its tests: files in `test/` that say `tests "NAME" do … end`.
public final class ProjectCheck {
  private final GemStore store;
  private final FullRuby fullRuby;

  public ProjectCheck(GemStore store, FullRuby fullRuby) {
    this.store = store;
    this.fullRuby = fullRuby;
  }

  public ProjectReport check(Project project) throws GemRefusedException {
    GemMetadata metadata = project.metadata();
    if (!metadata.language().takes(GemMetadata.LANGUAGE)) {
      throw new GemRefusedException(
          "the ruleset is written in language %s; this is %s"
              .formatted(metadata.language(), GemMetadata.LANGUAGE));
    }
    Compilation compilation = compile(project);
    List<Problem> problems = new ArrayList<>(compilation.problems());
    if (compilation.ruleset().isEmpty()) {
      return new ProjectReport(
          metadata,
          Optional.empty(),
          Optional.empty(),
          problems,
          Permissions.NONE,
          Map.of(),
          Map.of(),
          ProjectReport.Golden.UNKNOWN,
          0);
    }
    Ruleset rules = compilation.ruleset().get();
    int expectations = rules.expectations().size() + tested(project, compilation, problems);
    Permissions effects = Permissions.of(rules);
    return new ProjectReport(
        metadata,
        Optional.of(rules),
        Optional.of(RuleCodec.digest(rules)),
        problems,
        effects,
        effects.lacking(metadata.permissions()),
        metadata.permissions().lacking(effects),
        golden(project, rules),
        expectations);
  }

  /// Answers `use` in the project's files.
  public Uses uses(Project project) {
    return new ProjectUses(project, store, fullRuby);
  }

  /// The script alone.
  public Compilation compile(Project project) throws GemRefusedException {
    return GemCompiler.compile(
        project.folder().toString(),
        project.metadata().entry(),
        project.files(),
        project.metadata().tier(),
        uses(project),
        fullRuby);
  }

  /// Runs the tests, and counts what they expect.
  private static int tested(Project project, Compilation compiled, List<Problem> problems) {
    String name = project.metadata().name().text();
    Uses tested =
        wanted ->
            wanted.equals(name)
                ? new Uses.Answer.Found(compiled.ruleset().orElseThrow(), compiled.sourceMap())
                : new Uses.Answer.Missing("", "tests of this gem say `tests \"" + name + "\"`");
    int expectations = 0;
    for (String path : project.tests()) {
      byte[] script = Optional.ofNullable(project.files().get(path)).orElseThrow();
      Compilation test =
          Compiler.compile(
              project.folder().resolve(path).toString(), script, Options.defaults().using(tested));
      test.problems().stream()
          .filter(each -> each.severity() == Problem.Severity.ERROR)
          .forEach(problems::add);
      expectations += test.ruleset().map(it -> it.expectations().size()).orElse(0);
    }
    return expectations;
  }

  /// What the rules are, in words; the text that a golden file holds.
  public static String golden(Ruleset rules) {
    return RuleCodec.digest(rules) + "\n" + Describe.ruleset(rules);
  }

  private static ProjectReport.Golden golden(Project project, Ruleset rules) {
    byte[] golden = project.files().get(project.golden());
    if (golden == null) {
      return ProjectReport.Golden.MISSING;
    }
    byte[] text = golden(rules).getBytes(StandardCharsets.UTF_8);
    return Arrays.equals(golden, text) ? ProjectReport.Golden.SAME : ProjectReport.Golden.DIFFERS;
  }
}
