package org.wormholes.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.control.Plan;
import org.wormholes.runtime.control.Planner;
import picocli.CommandLine.Option;

/// Which engine a command talks to.
final class EngineOption {
  @Option(
      names = "--control",
      paramLabel = "SOCKET",
      description = "The engine's control socket (default: where wormholesd puts it).")
  private @Nullable Path socket;

  Path socket() {
    return socket == null ? Locations.controlSocket() : socket;
  }

  /// Whether no engine was named.
  boolean isDefault() {
    return socket == null;
  }

  /// Whether an engine listens on the socket.
  boolean answers() {
    return SocketCaller.isOpen(socket());
  }

  /// The plan of the engine; against nothing when no engine runs and none was named.
  Plan planOrOffline(ScriptOption.Rules rules, Duration drain, Reporting reporting) {
    return planOrOffline(rules, drain, List.of(), reporting);
  }

  /// @param with facts that are taken to have certain values, as in `metered=true`
  Plan planOrOffline(
      ScriptOption.Rules rules, Duration drain, List<String> with, Reporting reporting) {
    if (!isDefault() || answers()) {
      return session().plan(rules.envelope(), drain, with);
    }
    reporting.say("no engine runs: planned against nothing");
    try {
      return Planner.plan(
          Optional.empty(), rules.ruleset(), rules.sources(), List.of(), drain, with, List.of());
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, Clean.line(String.valueOf(e.getMessage()), 300));
    }
  }

  ControlSession session() {
    return new ControlSession(new SocketCaller(socket()));
  }
}
