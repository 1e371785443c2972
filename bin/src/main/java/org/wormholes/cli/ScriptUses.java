package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.dsl.Uses;
import org.wormholes.rulesets.gem.GemRefusedException;
import org.wormholes.rulesets.gem.GemStore;
import org.wormholes.rulesets.gem.Project;
import org.wormholes.rulesets.gem.ProjectCheck;
import org.wormholes.rulesets.gem.SandboxedRuby;

/// Answers `use` in a file: in a project by its `ruleset.yaml`, elsewhere by what is installed.
/// Nothing is looked at before a script says `use`.
final class ScriptUses implements Uses {
  private final Path file;
  private @Nullable Uses found;

  ScriptUses(Path file) {
    this.file = file;
  }

  @Override
  public Answer find(String name) {
    try {
      return uses().find(name);
    } catch (GemRefusedException e) {
      return new Answer.Missing(e.reason(), "");
    } catch (IOException e) {
      return new Answer.Missing("it can't be read: " + e.getMessage(), "");
    }
  }

  @Override
  public List<String> names() {
    return found == null ? List.of() : found.names();
  }

  private Uses uses() throws IOException, GemRefusedException {
    Uses known = found;
    if (known == null) {
      GemStore store = GemOption.storeIn(Locations.rulesets());
      Optional<Path> folder = Optional.ofNullable(file.toAbsolutePath().getParent());
      known =
          folder.filter(Project::isIn).isPresent()
              ? new ProjectCheck(store, new SandboxedRuby()).uses(Project.read(folder.get()))
              : store.uses();
      found = known;
    }
    return known;
  }
}
