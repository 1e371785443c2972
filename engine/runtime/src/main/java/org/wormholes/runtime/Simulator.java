package org.wormholes.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.protocol.onion.OnionKeyPair;
import org.wormholes.protocol.onion.OnionPublicKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.Group;
import org.wormholes.rules.Network;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.runtime.PathPicker.Outcome;
import org.wormholes.runtime.PathPicker.Wish;
import org.wormholes.runtime.control.NodeView;
import org.wormholes.runtime.control.Places;
import org.wormholes.runtime.control.Simulation;
import org.wormholes.runtime.control.Simulation.Cause;
import org.wormholes.runtime.control.Simulation.SplitOutcome;
import org.wormholes.runtime.control.Simulation.TunnelOutcome;

/// Picks many paths for each tunnel of a ruleset on a map of nodes, with the [PathPicker] of
/// running engines, and counts what came of it. Opens nothing.
public final class Simulator {
  public static final int MAX_PATHS = 1_000_000;

  /// Most nodes of a map.
  public static final int MAX_NODES = 20_000;

  /// Any will do: set-up packets are never made.
  private static final OnionPublicKey SOME_KEY = OnionKeyPair.create(1, bytes -> {}).publicKey();

  private static final Instant SOME_TIME = Instant.EPOCH;
  private static final String RANDOM = "L64X128MixRandom";

  private final Ruleset ruleset;
  private final SourceMap sources;
  private final List<NodeDescriptor> nodes = new ArrayList<>();
  private final Map<NodeId, Long> roundTrips = new HashMap<>();
  private final NodeId self;

  /// @param map of nodes; one that names no networks is in all of the ruleset
  /// @throws IllegalArgumentException if a node of the map cannot be; the message is for the person
  ///   whose map it is
  public Simulator(Ruleset ruleset, SourceMap sources, List<NodeView> map) {
    if (map.size() > MAX_NODES) {
      throw new IllegalArgumentException(
          "a map must have at most %d nodes, had %d".formatted(MAX_NODES, map.size()));
    }
    this.ruleset = ruleset;
    this.sources = sources;
    Optional<NodeId> me = Optional.empty();
    for (NodeView view : map) {
      NodeDescriptor node = node(view);
      nodes.add(node);
      view.roundTrip().ifPresent(it -> roundTrips.put(node.id(), it.toNanos()));
      me = view.self() ? Optional.of(node.id()) : me;
    }
    if (nodes.stream().map(NodeDescriptor::id).distinct().count() < nodes.size()) {
      throw new IllegalArgumentException("a map must not name a node twice");
    }
    self = me.orElseGet(() -> org.wormholes.protocol.crypto.NodeKey.create(bytes -> {}).id());
  }

  private NodeDescriptor node(NodeView view) {
    try {
      List<Bytes> networks =
          view.networks().isEmpty()
              ? ruleset.networks().stream().limit(8).map(Simulator::idOf).distinct().toList()
              : view.networks().stream().map(Simulator::network).toList();
      Set<NodeRole> roles = EnumSet.noneOf(NodeRole.class);
      view.roles().forEach(role -> roles.add(NodeRole.valueOf(role.toUpperCase(Locale.ROOT))));
      return new NodeDescriptor(
          NodeId.parse(view.node()),
          networks,
          SOME_KEY,
          SOME_TIME.plus(Duration.ofDays(1)),
          view.addresses(),
          roles,
          view.operator(),
          view.family().orElse(""),
          view.country(),
          view.bandwidth(),
          view.version(),
          SOME_TIME,
          SOME_TIME.plus(Duration.ofDays(1)));
    } catch (WireException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "node %s: %s".formatted(shortened(view.node()), e.getMessage()), e);
    }
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }

  private static Bytes idOf(Network network) {
    return Bytes.of(network.idBytes());
  }

  /// `wn1-` and 64 hexadecimal digits.
  private static Bytes network(String id) {
    if (!id.matches("wn1-[0-9a-f]{64}")) {
      throw new IllegalArgumentException("a network must be wn1- and 64 hexadecimal digits");
    }
    return Bytes.of(java.util.HexFormat.of().parseHex(id.substring(4)));
  }

  /// Picks `paths` for each tunnel, and the circuits of as many flows for each split group.
  ///
  /// @param progress told now and then of the rounds so far, of [#rounds]
  public Simulation run(int paths, long seed, IntConsumer progress) {
    if (paths < 1 || paths > MAX_PATHS) {
      throw new IllegalArgumentException(
          "the number of paths must be 1..%d, was %d".formatted(MAX_PATHS, paths));
    }
    List<TunnelOutcome> outcomes = new ArrayList<>();
    for (Tunnel tunnel : ruleset.tunnels()) {
      RandomGenerator random =
          RandomGeneratorFactory.of(RANDOM).create(seed * 31 + tunnel.name().hashCode());
      int before = outcomes.size() * paths;
      outcomes.add(new Run(tunnel, random).run(paths, done -> progress.accept(before + done)));
    }
    int before = outcomes.size() * paths;
    List<SplitOutcome> splits = new ArrayList<>();
    for (Group group : ruleset.groups()) {
      if (group.kind() == Group.Kind.SPLIT) {
        int done = before + splits.size() * paths;
        splits.add(split(group, seed).run(paths, this::cause, it -> progress.accept(done + it)));
      }
    }
    return new Simulation(ruleset.name(), nodes.size(), seed, outcomes, splits);
  }

  /// How often paths are picked when so many are asked for, of all tunnels and split groups.
  public static int rounds(Ruleset ruleset, int paths) {
    long splits =
        ruleset.groups().stream().filter(group -> group.kind() == Group.Kind.SPLIT).count();
    return paths * (ruleset.tunnels().size() + (int) splits);
  }

  private SplitRun split(Group group, long seed) {
    RandomGenerator random =
        RandomGeneratorFactory.of(RANDOM).create(seed * 31 + group.name().hashCode());
    return new SplitRun(group, ruleset.tunnelsOf(group.name()), this::picker, nodes, random);
  }

  private PathPicker picker(Tunnel rule) {
    Network network = ruleset.network(rule.network()).orElseThrow();
    return new PathPicker(rule, idOf(network), self, this::roundTrip);
  }

  private OptionalLong roundTrip(NodeId id) {
    Long nanos = roundTrips.get(id);
    return nanos == null ? OptionalLong.empty() : OptionalLong.of(nanos);
  }

  private Cause cause(String why, String rulePath, int times) {
    return new Cause(why, rulePath, Places.of(sources, rulePath), times);
  }

  /// Guards of a new client; absent where the rule asks for none.
  static Optional<Set<NodeId>> guards(
      Tunnel rule, PathPicker picker, List<NodeDescriptor> nodes, RandomGenerator random) {
    return rule.relays()
        .guard()
        .map(guard ->
            picker.entrances(nodes, random).stream()
                .limit(guard.count())
                .map(NodeDescriptor::id)
                .collect(Collectors.toSet()));
  }

  /// Kinds of observers, and who of each kind sees what a relay sees.
  static Map<String, Function<NodeDescriptor, String>> observers() {
    Map<String, Function<NodeDescriptor, String>> kinds = new LinkedHashMap<>();
    kinds.put("relay", node -> node.id().address());
    kinds.put("operator", NodeDescriptor::operator);
    kinds.put("subnet", NodeAddress::subnet);
    kinds.put("country", NodeDescriptor::country);
    return kinds;
  }

  /// One tunnel's paths.
  private final class Run {
    private static final int TELL_EVERY = 1_000;

    private final Tunnel rule;
    private final RandomGenerator random;
    private final PathPicker picker;
    private final List<Tally<NodeId>> hops = new ArrayList<>();
    private final Tally<List<NodeId>> whole = new Tally<>();
    private final Tally<Outcome.Blocked> blocked = new Tally<>();
    private final List<Long> roundTripNanos = new ArrayList<>();
    private final Map<String, Sight> sights = new LinkedHashMap<>();

    Run(Tunnel rule, RandomGenerator random) {
      this.rule = rule;
      this.random = random;
      this.picker = picker(rule);
      for (int i = 0; i < rule.relays().count(); i++) {
        hops.add(new Tally<>());
      }
      Simulator.observers().forEach((kind, who) -> sights.put(kind, new Sight(who)));
    }

    TunnelOutcome run(int paths, IntConsumer progress) {
      for (int i = 1; i <= paths; i++) {
        switch (pick()) {
          case Outcome.Picked(Path path) -> count(path.hops());
          case Outcome.Blocked none -> blocked.count(none);
        }
        if (i % TELL_EVERY == 0) {
          progress.accept(i);
        }
      }
      return outcome(paths);
    }

    private Outcome pick() {
      Optional<Set<NodeId>> guards = guards(rule, picker, nodes, random);
      if (guards.isPresent() && guards.get().isEmpty()) {
        return RunningTunnel.noGuard(rule);
      }
      Wish wish = new Wish(Optional.empty(), guards.orElse(Set.of()), Set.of());
      return picker.pick(nodes, wish, random);
    }

    private void count(List<NodeDescriptor> path) {
      for (int i = 0; i < path.size(); i++) {
        hops.get(i).count(path.get(i).id());
      }
      whole.count(path.stream().map(NodeDescriptor::id).toList());
      sights.values().forEach(each -> each.see(path.getFirst(), path.getLast()));
      roundTripOf(path).ifPresent(roundTripNanos::add);
    }

    private OptionalLong roundTripOf(List<NodeDescriptor> path) {
      double nanos = 0;
      double before = 0;
      for (NodeDescriptor hop : path) {
        OptionalLong here = roundTrip(hop.id());
        if (here.isEmpty()) {
          return OptionalLong.empty();
        }
        double away = (double) here.getAsLong();
        nanos += Math.hypot(before, away);
        before = away;
      }
      return OptionalLong.of(Math.round(nanos));
    }

    private TunnelOutcome outcome(int paths) {
      int found = whole.total();
      List<Simulation.HopSpread> spreads = new ArrayList<>();
      for (int i = 0; i < hops.size() && found > 0; i++) {
        spreads.add(hop(i));
      }
      boolean floor = whole.distinct() * 10 > found;
      return new TunnelOutcome(
          rule.name(),
          paths,
          found,
          causes(),
          roundTrips(),
          spreads,
          found == 0 ? Optional.empty() : Optional.of(whole.spread()),
          found > 0 && floor,
          found == 0 ? List.of() : observers());
    }

    private Simulation.HopSpread hop(int index) {
      Tally<NodeId> tally = hops.get(index);
      Map.Entry<NodeId, Integer> most =
          tally.counts().entrySet().stream()
              .max(
                  Map.Entry.<NodeId, Integer>comparingByValue()
                      .thenComparing(Map.Entry.comparingByKey()))
              .orElseThrow();
      return new Simulation.HopSpread(
          index + 1,
          index == hops.size() - 1 ? "exit" : "relay",
          tally.spread(),
          new Simulation.Busiest(
              most.getKey().address(),
              NodeAddress.nickname(most.getKey()),
              (double) most.getValue() / tally.total()));
    }

    private List<Cause> causes() {
      return blocked.counts().entrySet().stream()
          .sorted(
              Map.Entry.<Outcome.Blocked, Integer>comparingByValue()
                  .reversed()
                  .thenComparing(it -> it.getKey().why()))
          .map(it -> cause(it.getKey().why(), it.getKey().rulePath(), it.getValue()))
          .toList();
    }

    private Optional<Simulation.RoundTrip> roundTrips() {
      if (roundTripNanos.isEmpty()) {
        return Optional.empty();
      }
      List<Long> sorted = roundTripNanos.stream().sorted().toList();
      return Optional.of(
          new Simulation.RoundTrip(sorted.size(), quantile(sorted, 0.5), quantile(sorted, 0.95)));
    }

    private static Duration quantile(List<Long> sorted, double share) {
      int index = (int) Math.ceil(share * sorted.size()) - 1;
      return Duration.ofNanos(sorted.get(Math.clamp(index, 0, sorted.size() - 1)));
    }

    private List<Simulation.Observer> observers() {
      List<Simulation.Observer> worst = new ArrayList<>();
      sights.forEach((kind, sight) -> sight.worst(kind, whole.total()).ifPresent(worst::add));
      worst.sort(DANGER.reversed());
      return worst;
    }
  }

  private static final Comparator<Simulation.Observer> DANGER =
      Comparator.comparingDouble(Simulation.Observer::both)
          .thenComparingDouble(it -> it.entry() + it.exit());

  /// What observers of one kind see.
  private static final class Sight {
    private final Function<NodeDescriptor, String> who;
    private final Tally<String> entries = new Tally<>();
    private final Tally<String> exits = new Tally<>();
    private final Tally<String> both = new Tally<>();

    Sight(Function<NodeDescriptor, String> who) {
      this.who = who;
    }

    void see(NodeDescriptor first, NodeDescriptor last) {
      String at = who.apply(first);
      String end = who.apply(last);
      entries.count(at);
      exits.count(end);
      if (at.equals(end)) {
        both.count(at);
      }
    }

    Optional<Simulation.Observer> worst(String kind, int paths) {
      Set<String> names = new java.util.TreeSet<>(entries.counts().keySet());
      names.addAll(exits.counts().keySet());
      names.remove("");
      return names.stream()
          .map(name ->
              new Simulation.Observer(
                  kind,
                  name,
                  (double) entries.of(name) / paths,
                  (double) exits.of(name) / paths,
                  (double) both.of(name) / paths))
          .max(DANGER);
    }
  }
}
