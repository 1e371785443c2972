package org.wormholes.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.Distinct;
import org.wormholes.rules.LiveFacts;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.expr.Predicate;
import org.wormholes.rules.expr.Predicates;
import org.wormholes.rules.expr.Score;
import org.wormholes.runtime.control.Settling;

/// Picks paths by a tunnel's rule: every relay meets `only`, no two share what must be `distinct`,
/// those that `prefer` scores higher are picked more often. Where no path exists it says which
/// clause is in the way. Safe for use from every loop.
final class PathPicker {
  /// Steps of the search for one path. More than enough where paths exist in any number.
  private static final int MAX_STEPS = 20_000;

  private static final double SMALLEST_WEIGHT = 1e-9;

  private final Tunnel rule;
  private final Bytes network;
  private final NodeId self;
  private final Function<NodeId, OptionalLong> roundTrips;
  private final LiveFacts live;
  private final Optional<Predicate> only;
  private final Optional<Score> prefer;

  /// @param network id of the network that the tunnel runs over
  /// @param self never a hop of its own paths
  /// @param roundTrips measured, in nanoseconds
  PathPicker(Tunnel rule, Bytes network, NodeId self, Function<NodeId, OptionalLong> roundTrips) {
    this(rule, network, self, roundTrips, LiveFacts.UNKNOWN);
  }

  /// @param live how the world is
  PathPicker(
      Tunnel rule,
      Bytes network,
      NodeId self,
      Function<NodeId, OptionalLong> roundTrips,
      LiveFacts live) {
    this.live = live;
    this.rule = rule;
    this.network = network;
    this.self = self;
    this.roundTrips = roundTrips;
    this.only = rule.relays().only().map(Predicates::compile);
    this.prefer = rule.relays().prefer().map(Predicates::compileScore);
  }

  /// What came of a search.
  sealed interface Outcome {
    record Picked(Path path) implements Outcome {}

    /// No complete path.
    ///
    /// @param rulePath the clause in the way, empty where the network itself is too small
    record Blocked(String why, String rulePath) implements Outcome {}
  }

  /// What a search must respect beyond the rule.
  ///
  /// @param exit the last hop, where it is given
  /// @param guards the first hop is one of these, where there are any
  /// @param avoided nodes that failed lately: used only if there is no other way
  /// @param inside whether nothing leaves the network, so that any relay may be the last hop
  record Wish(Optional<NodeId> exit, Set<NodeId> guards, Set<NodeId> avoided, boolean inside) {
    static final Wish NONE = new Wish(Optional.empty(), Set.of(), Set.of());

    Wish(Optional<NodeId> exit, Set<NodeId> guards, Set<NodeId> avoided) {
      this(exit, guards, avoided, false);
    }
  }

  /// Why a node cannot serve at a hop.
  ///
  /// @param by in a word or two
  /// @param rulePath the clause, empty when no clause of the ruleset did it
  record Exclusion(String by, String rulePath) {}

  Outcome pick(Collection<NodeDescriptor> view, Wish wish, RandomGenerator random) {
    List<NodeDescriptor> relays = new ArrayList<>();
    for (NodeDescriptor node : view) {
      if (exclusion(node, false).isEmpty()) {
        relays.add(node);
      }
    }
    List<NodeDescriptor> ordered = ordered(relays, wish.avoided(), random);
    Search search = new Search(ordered, wish, Set.copyOf(rule.relays().distinct()));
    if (search.run()) {
      return new Outcome.Picked(Path.complete(rule.relays().count(), search.hops()));
    }
    return blocked(view, ordered, wish);
  }

  /// Nodes that may be first hops, for choosing guards.
  List<NodeDescriptor> entrances(Collection<NodeDescriptor> view, RandomGenerator random) {
    List<NodeDescriptor> entrances = new ArrayList<>();
    for (NodeDescriptor node : view) {
      if (node.has(NodeRole.GUARD) && reachable(node) && exclusion(node, false).isEmpty()) {
        entrances.add(node);
      }
    }
    return ordered(entrances, Set.of(), random);
  }

  /// Nodes that may be exits, in an order by which `prefer` has its weight.
  List<NodeDescriptor> exits(
      Collection<NodeDescriptor> view, Set<NodeId> avoided, RandomGenerator random) {
    List<NodeDescriptor> exits = new ArrayList<>();
    for (NodeDescriptor node : view) {
      if (exclusion(node, true).isEmpty()) {
        exits.add(node);
      }
    }
    return ordered(exits, avoided, random);
  }

  /// Why a node is not a candidate for a hop, judged alone.
  Optional<Exclusion> exclusion(NodeDescriptor node, boolean asExit) {
    if (node.id().equals(self)) {
      return Optional.of(new Exclusion("self", ""));
    }
    if (!node.networks().contains(network)) {
      return Optional.of(new Exclusion("other network", RulePath.tunnel(rule.name())));
    }
    if (!node.has(NodeRole.RELAY)) {
      return Optional.of(new Exclusion("no relay", ""));
    }
    if (asExit && !node.has(NodeRole.EXIT)) {
      return Optional.of(new Exclusion("no exit", ""));
    }
    if (only.isPresent() && !only.get().test(facts(node))) {
      return Optional.of(new Exclusion("only", RulePath.only(rule.name())));
    }
    return Optional.empty();
  }

  /// Why a node that may be a relay cannot be the first one.
  Optional<Exclusion> entranceExclusion(NodeDescriptor node) {
    return reachable(node)
        ? Optional.empty()
        : Optional.of(new Exclusion("carry", RulePath.carry(rule.name())));
  }

  /// The part of a clause that alone made it exclude a node; empty where the clause is no
  /// condition.
  Optional<Settling> settling(Exclusion exclusion, NodeDescriptor node) {
    return exclusion.rulePath().equals(RulePath.only(rule.name()))
        ? rule.relays().only().map(only -> Settling.of(only, facts(node)))
        : Optional.empty();
  }

  /// What `prefer` gives a node; empty without a `prefer`.
  Optional<Double> score(NodeDescriptor node) {
    return prefer.map(score -> score.of(facts(node)));
  }

  /// Whether a carrier that the rule allows leads to it.
  private boolean reachable(NodeDescriptor node) {
    return rule.carry().stream().anyMatch(carrier -> node.address(carrier).isPresent());
  }

  private RelayFacts facts(NodeDescriptor node) {
    return new RelayFacts(node, rule.network(), roundTrips.apply(node.id()), live);
  }

  /// A weighted shuffle (Efraimidis and Spirakis, 2006), nodes to avoid last but shuffled too.
  private List<NodeDescriptor> ordered(
      List<NodeDescriptor> nodes, Set<NodeId> avoided, RandomGenerator random) {
    Map<NodeId, Double> keys = new HashMap<>();
    for (NodeDescriptor node : nodes) {
      double weight = Math.max(SMALLEST_WEIGHT, score(node).orElse(1.0));
      keys.put(node.id(), -Math.log(1 - random.nextDouble()) / weight);
    }
    List<NodeDescriptor> ordered = new ArrayList<>(nodes);
    ordered.sort(
        Comparator.comparing((NodeDescriptor node) -> avoided.contains(node.id()))
            .thenComparingDouble(node -> keys.getOrDefault(node.id(), 0.0)));
    return ordered;
  }

  /// Names the clause without which there would be a path.
  private Outcome.Blocked blocked(
      Collection<NodeDescriptor> view, List<NodeDescriptor> relays, Wish wish) {
    int count = rule.relays().count();
    long inNetwork =
        view.stream()
            .filter(node -> node.networks().contains(network) && !node.id().equals(self))
            .filter(node -> node.has(NodeRole.RELAY))
            .count();
    if (inNetwork < count) {
      return new Outcome.Blocked(
          "the network has %d relays, the path needs %d".formatted(inNetwork, count), "");
    }
    if (wish.exit().isPresent()
        && relays.stream().noneMatch(n -> n.id().equals(wish.exit().get()))) {
      return new Outcome.Blocked("the exit is no longer known", "");
    }
    if (relays.size() < count) {
      return new Outcome.Blocked(
          "`only` leaves %d of %d relays, the path needs %d"
              .formatted(relays.size(), inNetwork, count),
          RulePath.only(rule.name()));
    }
    if (!wish.inside() && relays.stream().noneMatch(node -> node.has(NodeRole.EXIT))) {
      return new Outcome.Blocked(
          "none of %d relays is an exit".formatted(relays.size()), RulePath.only(rule.name()));
    }
    if (relays.stream().noneMatch(this::reachable)) {
      return new Outcome.Blocked(
          "no relay is reached by %s".formatted(String.join(", ", rule.carry())),
          RulePath.carry(rule.name()));
    }
    for (Distinct each : rule.relays().distinct()) {
      if (new Search(relays, wish, Set.of(each)).fails()) {
        return new Outcome.Blocked(
            "no %d of %d relays differ in %s".formatted(count, relays.size(), each.word()),
            RulePath.distinct(rule.name()));
      }
    }
    return new Outcome.Blocked(
        "no %d of %d relays fit together".formatted(count, relays.size()),
        RulePath.distinct(rule.name()));
  }

  /// A search in depth: exit first, then the first hop, then those between.
  private final class Search {
    private final List<NodeDescriptor> relays;
    private final Wish wish;
    private final Set<Distinct> distinct;
    private final NodeDescriptor[] hops = new NodeDescriptor[rule.relays().count()];
    private final int[] order;
    private int steps;

    Search(List<NodeDescriptor> relays, Wish wish, Set<Distinct> distinct) {
      this.relays = relays;
      this.wish = wish;
      this.distinct = distinct;
      int count = hops.length;
      order = new int[count];
      for (int i = 0; i < count; i++) {
        order[i] = i == 0 ? count - 1 : i - 1;
      }
    }

    boolean run() {
      return place(0);
    }

    boolean fails() {
      return !run();
    }

    List<NodeDescriptor> hops() {
      return List.of(hops);
    }

    private boolean place(int turn) {
      if (turn == order.length) {
        return true;
      }
      int hop = order[turn];
      for (NodeDescriptor node : relays) {
        if (++steps > MAX_STEPS) {
          return false;
        }
        if (fits(node, hop, turn)) {
          hops[hop] = node;
          if (place(turn + 1)) {
            return true;
          }
        }
      }
      return false;
    }

    private boolean fits(NodeDescriptor node, int hop, int turn) {
      boolean exit = hop == hops.length - 1;
      boolean first = hop == 0;
      if (exit && !wish.inside() && !node.has(NodeRole.EXIT)) {
        return false;
      }
      if (exit && wish.exit().isPresent() && !wish.exit().get().equals(node.id())) {
        return false;
      }
      if (first && !reachable(node)) {
        return false;
      }
      if (first && !wish.guards().isEmpty() && !wish.guards().contains(node.id())) {
        return false;
      }
      for (int i = 0; i < turn; i++) {
        NodeDescriptor placed = hops[order[i]];
        if (placed.id().equals(node.id()) || sharesAny(placed, node)) {
          return false;
        }
      }
      return true;
    }

    private boolean sharesAny(NodeDescriptor a, NodeDescriptor b) {
      return distinct.stream().anyMatch(each -> shares(each, a, b));
    }
  }

  /// Whether two nodes say the same; who says nothing differs from everyone.
  private static boolean shares(Distinct what, NodeDescriptor a, NodeDescriptor b) {
    return switch (what) {
      case OPERATOR -> same(a.operator(), b.operator());
      case FAMILY -> same(a.family(), b.family());
      case COUNTRY -> same(a.country(), b.country());
      case SUBNET -> same(NodeAddress.subnet(a), NodeAddress.subnet(b));
      // All hops of a path are of the tunnel's one network: its other networks are what may differ.
      case NETWORK -> a.networks().equals(b.networks()) && a.networks().size() > 1;
    };
  }

  private static boolean same(String a, String b) {
    return !a.isEmpty() && a.equals(b);
  }
}
