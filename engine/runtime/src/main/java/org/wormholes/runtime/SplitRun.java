package org.wormholes.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.rules.Group;
import org.wormholes.rules.Tunnel;
import org.wormholes.runtime.SplitPaths.Choice;
import org.wormholes.runtime.control.Simulation.Cause;
import org.wormholes.runtime.control.Simulation.PartObserver;
import org.wormholes.runtime.control.Simulation.SplitOutcome;

/// Chooses the circuits of many flows of a split group, with the [SplitPaths] of running engines,
/// and counts who would see how much of them.
final class SplitRun {
  private static final int TELL_EVERY = 1_000;

  private static final Comparator<PartObserver> DANGER =
      Comparator.comparingDouble(PartObserver::both)
          .thenComparingDouble(PartObserver::several)
          .thenComparingDouble(PartObserver::one);

  private final Group group;
  private final List<Tunnel> members;
  private final List<NodeDescriptor> nodes;
  private final RandomGenerator random;
  private final Map<Tunnel, PathPicker> pickers = new HashMap<>();
  private final Tally<NodeId> exits = new Tally<>();
  private final Tally<Choice.None> blocked = new Tally<>();
  private final Map<String, Sight> sights = new LinkedHashMap<>();
  private int apart;

  SplitRun(
      Group group,
      List<Tunnel> members,
      Function<Tunnel, PathPicker> pickers,
      List<NodeDescriptor> nodes,
      RandomGenerator random) {
    this.group = group;
    this.members = members;
    this.nodes = nodes;
    this.random = random;
    members.forEach(tunnel -> this.pickers.put(tunnel, pickers.apply(tunnel)));
    Simulator.observers().forEach((kind, who) -> sights.put(kind, new Sight(who)));
  }

  /// @param causes turns a reason and the path of its clause into one with its place
  SplitOutcome run(int flows, CauseOf causes, IntConsumer progress) {
    for (int i = 1; i <= flows; i++) {
      switch (SplitPaths.choose(lanes(), nodes, Set.of(), random)) {
        case Choice.Chosen(List<Path> paths) -> count(paths);
        case Choice.None none -> blocked.count(none);
      }
      if (i % TELL_EVERY == 0) {
        progress.accept(i);
      }
    }
    int found = exits.total();
    List<PartObserver> worst = new ArrayList<>();
    sights.forEach((kind, sight) -> sight.worst(kind, found).ifPresent(worst::add));
    worst.sort(DANGER.reversed());
    return new SplitOutcome(
        group.name(),
        members.size() * group.circuits(),
        flows,
        found,
        causes(causes),
        found == 0 ? 0 : (double) apart / found,
        found == 0 ? Optional.empty() : Optional.of(exits.spread()),
        worst);
  }

  /// Names the place of what blocked.
  interface CauseOf {
    Cause of(String why, String rulePath, int times);
  }

  private List<Cause> causes(CauseOf causes) {
    return blocked.counts().entrySet().stream()
        .sorted(
            Map.Entry.<Choice.None, Integer>comparingByValue()
                .reversed()
                .thenComparing(each -> each.getKey().why()))
        .map(each -> causes.of(each.getKey().why(), each.getKey().rulePath(), each.getValue()))
        .toList();
  }

  /// One for each part, of a client of its own.
  private List<SplitPaths.Lane> lanes() {
    List<SplitPaths.Lane> once = new ArrayList<>();
    for (Tunnel tunnel : members) {
      PathPicker picker = java.util.Objects.requireNonNull(pickers.get(tunnel));
      once.add(
          new SplitPaths.Lane(tunnel, picker, Simulator.guards(tunnel, picker, nodes, random)));
    }
    List<SplitPaths.Lane> lanes = new ArrayList<>();
    for (int i = 0; i < group.circuits(); i++) {
      lanes.addAll(once);
    }
    return lanes;
  }

  private void count(List<Path> paths) {
    exits.count(paths.getFirst().exit().id());
    Set<NodeId> met = new HashSet<>();
    boolean shared = false;
    for (Path path : paths) {
      for (NodeDescriptor hop : SplitLane.relaysBeforeExit(path)) {
        shared |= !met.add(hop.id());
      }
    }
    apart += shared ? 0 : 1;
    sights.values().forEach(sight -> sight.see(paths));
  }

  /// What observers of one kind see.
  private static final class Sight {
    private final Function<NodeDescriptor, String> who;
    private final Tally<String> one = new Tally<>();
    private final Tally<String> several = new Tally<>();
    private final Tally<String> both = new Tally<>();
    private final Set<String> names = new java.util.TreeSet<>();

    Sight(Function<NodeDescriptor, String> who) {
      this.who = who;
    }

    void see(List<Path> paths) {
      Map<String, Integer> entries = new HashMap<>();
      paths.forEach(path -> entries.merge(who.apply(path.first()), 1, Integer::sum));
      String exit = who.apply(paths.getFirst().exit());
      entries.forEach((name, parts) -> {
        one.count(name);
        if (parts > 1) {
          several.count(name);
        }
        if (name.equals(exit)) {
          both.count(name);
        }
      });
      names.addAll(entries.keySet());
    }

    Optional<PartObserver> worst(String kind, int flows) {
      return names.stream()
          .filter(name -> !name.isEmpty())
          .map(name ->
              new PartObserver(
                  kind,
                  name,
                  (double) one.of(name) / flows,
                  (double) several.of(name) / flows,
                  (double) both.of(name) / flows))
          .max(DANGER);
    }
  }
}
