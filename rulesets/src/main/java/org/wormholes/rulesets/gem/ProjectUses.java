package org.wormholes.rulesets.gem;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Uses;

/// Answers `use` in a project: what `ruleset.yaml` lists, from the path it gives there or from what
/// is installed.
final class ProjectUses implements Uses {
  /// How many rulesets may stand on each other.
  private static final int MAX_DEPTH = 16;

  private final Project project;
  private final GemStore store;
  private final FullRuby fullRuby;
  private final Deque<Path> around;

  ProjectUses(Project project, GemStore store, FullRuby fullRuby) {
    this(project, store, fullRuby, new ArrayDeque<>());
  }

  private ProjectUses(Project project, GemStore store, FullRuby fullRuby, Deque<Path> around) {
    this.project = project;
    this.store = store;
    this.fullRuby = fullRuby;
    this.around = around;
  }

  @Override
  public Answer find(String name) {
    if (!GemName.isValid(name)) {
      return new Answer.Missing("", "");
    }
    GemName wanted = new GemName(name);
    VersionRange range = project.metadata().uses().get(wanted);
    if (range == null) {
      return new Answer.Missing(
          Project.FILE + " does not list it",
          "add it there: `uses:` and below it `  %s: \"~> 1.0\"`".formatted(name));
    }
    try {
      Path path = project.paths().get(wanted);
      return path == null ? store.find(wanted, range) : local(wanted, range, path);
    } catch (GemRefusedException e) {
      return new Answer.Missing(e.reason(), "");
    } catch (IOException e) {
      return new Answer.Missing("it can't be read: " + e.getMessage(), "");
    }
  }

  @Override
  public List<String> names() {
    return project.metadata().uses().keySet().stream().map(GemName::text).toList();
  }

  private Answer local(GemName name, VersionRange range, Path path)
      throws IOException, GemRefusedException {
    Path here = path.toRealPath();
    if (here.equals(project.folder().toRealPath()) || around.contains(here)) {
      return new Answer.Missing("it uses this ruleset itself, in a circle", "");
    }
    if (around.size() >= MAX_DEPTH) {
      return new Answer.Missing("too many rulesets stand on each other", "");
    }
    Project other = Project.read(path);
    GemMetadata metadata = other.metadata();
    if (!metadata.name().equals(name) || !range.takes(metadata.version())) {
      return new Answer.Missing(
          "%s holds %s %s".formatted(path, metadata.name(), metadata.version()),
          "wanted is %s %s".formatted(name, range));
    }
    around.push(project.folder().toRealPath());
    try {
      Compilation compilation =
          GemCompiler.compile(
              path.toString(),
              metadata.entry(),
              other.files(),
              metadata.tier(),
              new ProjectUses(other, store, fullRuby, around),
              fullRuby);
      return compilation
          .ruleset()
          .<Answer>map(it -> new Answer.Found(it, compilation.sourceMap()))
          .orElseGet(() -> new Answer.Missing("it has problems itself: " + first(compilation), ""));
    } finally {
      around.pop();
    }
  }

  static String first(Compilation compilation) {
    return compilation.problems().stream()
        .findFirst()
        .map(problem -> problem.position() + ": " + problem.message())
        .orElse("it does not compile");
  }
}
