package org.wormholes.cli;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;

/// The sub-commands, in the order in which help shows them.
///
/// A command is a class with picocli's `@Command(name = …)`; one line here makes it known. Only the
/// command that was asked for is created, so that the number of commands does not slow the start.
final class Commands {
  /// A sub-command that exists but was not created yet.
  record Registration(String name, Supplier<Object> command) {}

  private static final List<Registration> ALL =
      List.of(
          new Registration("demo", DemoCommand::new),
          new Registration("check", CheckCommand::new),
          new Registration("plan", PlanCommand::new),
          new Registration("apply", ApplyCommand::new),
          new Registration("watch", WatchCommand::new),
          new Registration("rollback", RollbackCommand::new),
          new Registration("history", HistoryCommand::new),
          new Registration("diff", DiffCommand::new),
          new Registration("explain", ExplainCommand::new),
          new Registration("simulate", SimulateCommand::new),
          new Registration("status", StatusCommand::new),
          new Registration("nodes", NodesCommand::new),
          new Registration("circuits", CircuitsCommand::new),
          new Registration("open", OpenCommand::new),
          new Registration("fetch", FetchCommand::new),
          new Registration("network", NetworkCommand::new),
          new Registration("invite", InviteCommand::new),
          new Registration("join", JoinCommand::new),
          new Registration("members", MembersCommand::new),
          new Registration("peers", PeersCommand::new),
          new Registration("why", WhyCommand::new),
          new Registration("revoke", RevokeCommand::new),
          new Registration("friend", FriendCommand::new),
          new Registration("ring", RingCommand::new),
          new Registration("table", TableCommand::new),
          new Registration("facts", FactsCommand::new),
          new Registration("events", EventsCommand::new),
          new Registration("new-identity", NewIdentityCommand::new),
          new Registration("stop", StopCommand::new),
          new Registration("words", WordsCommand::new),
          new Registration("ruleset", RulesetCommand::new),
          new Registration("keys", KeysCommand::new),
          new Registration("country-data", CountryDataCommand::new),
          new Registration("devnet", DevnetCommand::new),
          new Registration("daemon", DaemonCommand::new),
          new Registration("warm-up", WarmUp::new));

  private Commands() {}

  static List<Registration> all() {
    return ALL;
  }

  /// Adds the command that `args` begin with, or all when they begin with something else; none for
  /// the version alone, which is told sooner without.
  static void addTo(CommandLine root, String... args) {
    if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
      return;
    }
    List<Registration> wanted = named(args).map(List::of).orElse(ALL);
    for (Registration each : wanted) {
      root.addSubcommand(each.name(), each.command().get());
    }
  }

  private static Optional<Registration> named(String... args) {
    if (args.length == 0) {
      return Optional.empty();
    }
    return ALL.stream().filter(each -> each.name().equals(args[0])).findFirst();
  }
}
