package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.Simulator;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.control.NodeView;
import org.wormholes.runtime.control.Simulation;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes simulate`.
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    description = {
      "Pick many paths for each tunnel of a ruleset and show what observers would see.",
      "On the map of the running engine, or on a given one; opens nothing, changes nothing."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every tunnel had paths",
      "2:a file cannot be read, or is no map",
      "3:the ruleset has problems",
      "4:no engine answers (say --map to do without)",
      "6:a tunnel had no path at all, or a split group no flow"
    })
final class SimulateCommand implements Callable<Integer> {
  /// Longest map that is read.
  private static final long MAX_MAP_BYTES = 64L << 20;

  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;
  @Mixin private ScriptOption script;

  @Parameters(paramLabel = "RULESET", description = "A script, or a compiled .wh file.")
  private Path file;

  @Option(
      names = "--map",
      paramLabel = "FILE",
      description = "Nodes as `wormholes nodes --json` prints them, instead of an engine's.")
  private @Nullable Path map;

  @Option(
      names = {"-n", "--paths"},
      paramLabel = "N",
      defaultValue = "10000",
      description = "How many paths for each tunnel (default: ${DEFAULT-VALUE}).")
  private int paths;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "The same seed gives the same paths (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() {
    if (paths < 1 || paths > Simulator.MAX_PATHS) {
      throw new CommandFailure(
          ExitCode.USAGE, "--paths must be 1..%d, was %d".formatted(Simulator.MAX_PATHS, paths));
    }
    ScriptOption.Rules rules = script.readOrFail(file, reporting);
    List<NodeView> nodes = map == null ? engine.session().nodes() : read(map);
    Simulation result = simulate(rules, nodes);
    Paint paint = reporting.paint();
    reporting.print(result, it -> SimulationText.of(it, paint));
    boolean some =
        result.tunnels().stream().allMatch(it -> it.found() > 0)
            && result.splits().stream().allMatch(it -> it.found() > 0);
    return some ? ExitCode.OK : ExitCode.REFUSED;
  }

  private Simulation simulate(ScriptOption.Rules rules, List<NodeView> nodes) {
    Progress progress = Progress.of(reporting, "paths", Simulator.rounds(rules.ruleset(), paths));
    try {
      return new Simulator(rules.ruleset(), rules.sources(), nodes)
          .run(paths, seed, progress::reached);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, Clean.line(String.valueOf(e.getMessage()), 300));
    } finally {
      progress.close();
    }
  }

  private static List<NodeView> read(Path map) {
    try {
      if (Files.size(map) > MAX_MAP_BYTES) {
        throw new CommandFailure(ExitCode.USAGE, map + " is too long for a map");
      }
      return Json.read(ControlApi.NodeList.class, Files.readString(map)).nodes();
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.USAGE, "cannot read %s: %s".formatted(map, e.getMessage()));
    } catch (JsonException e) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "%s is no map, as `wormholes nodes --json` prints one: %s"
              .formatted(map, Clean.line(String.valueOf(e.getMessage()), 200)));
    }
  }
}
