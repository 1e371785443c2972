package org.wormholes.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.rules.Distinct;
import org.wormholes.rules.Exit;
import org.wormholes.rules.Group;
import org.wormholes.rules.Guard;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Position;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.runtime.control.NodeView;
import org.wormholes.runtime.control.Simulation;
import org.wormholes.runtime.control.Simulation.Observer;
import org.wormholes.runtime.control.Simulation.SplitOutcome;
import org.wormholes.runtime.control.Simulation.TunnelOutcome;
import org.wormholes.runtime.json.Json;

class SimulatorTest {
  private static final Set<NodeRole> ALL = Set.of(NodeRole.RELAY, NodeRole.EXIT, NodeRole.GUARD);
  private static final SourceMap SOURCES =
      new SourceMap(Map.of("tunnels/web/relays/only", new Position("web.rb", 7, 3, 4, "only")));

  @Test
  void sixteenAlikeRelaysAreFourBitsAtEachHop() {
    TunnelOutcome web = run(Relays.any(2), nodes(16), 20_000);

    assertThat(web.found()).isEqualTo(20_000);
    assertThat(web.hops()).hasSize(2);
    assertThat(web.hops().getFirst().spread().bits()).isCloseTo(4, within(0.01));
    assertThat(web.hops().getFirst().spread().effectiveSet()).isCloseTo(16, within(0.2));
    assertThat(web.hops().getFirst().spread().degree()).isCloseTo(1, within(0.01));
    // 16 first hops, then 15 others: log2(240).
    assertThat(web.path().orElseThrow().bits()).isCloseTo(7.907, within(0.01));
    assertThat(web.path().orElseThrow().distinct()).isEqualTo(240);
    assertThat(web.pathIsFloor()).isFalse();
  }

  @Test
  void aPreferenceCostsBits() {
    List<NodeView> map = new ArrayList<>(nodes(16));
    map.set(3, changed(map.get(3), "op3", "SE", 1_000_000_000));
    Relays fast =
        new Relays(
            2,
            Optional.empty(),
            List.of(),
            Optional.of(new Expr.FactRef(Fact.BANDWIDTH)),
            Optional.empty());

    TunnelOutcome web = run(fast, map, 5_000);

    assertThat(web.hops().getLast().spread().bits()).isLessThan(1);
    assertThat(web.hops().getLast().busiest().node()).isEqualTo(map.get(3).node());
    assertThat(web.hops().getLast().busiest().share()).isGreaterThan(0.9);
    assertThat(web.worst())
        .filteredOn(it -> it.kind().equals("relay"))
        .extracting(Observer::name)
        .containsExactly(map.get(3).node());
  }

  @Test
  void whoRunsHalfOfTheRelaysSeesBothEndsOfAQuarterOfThePaths() {
    List<NodeView> map = new ArrayList<>();
    for (NodeView each : nodes(40)) {
      boolean big = map.size() < 20;
      map.add(changed(each, big ? "big" : "op" + map.size(), "", 1));
    }

    Observer worst = run(Relays.any(3), map, 20_000).worst().getFirst();

    assertThat(worst.kind()).isEqualTo("operator");
    assertThat(worst.name()).isEqualTo("big");
    assertThat(worst.entry()).isCloseTo(0.5, within(0.02));
    assertThat(worst.exit()).isCloseTo(0.5, within(0.02));
    assertThat(worst.both()).isCloseTo(0.5 * 19 / 39, within(0.02));
  }

  @Test
  void whatIsDistinctIsNeverAtBothEnds() {
    List<NodeView> map = new ArrayList<>();
    for (NodeView each : nodes(30)) {
      map.add(changed(each, "op" + map.size() % 5, "", 1));
    }
    Relays distinct =
        new Relays(
            3, Optional.empty(), List.of(Distinct.OPERATOR), Optional.empty(), Optional.empty());

    assertThat(run(distinct, map, 5_000).worst()).allMatch(it -> it.both() == 0);
    assertThat(run(Relays.any(3), map, 5_000).worst()).anyMatch(it -> it.both() > 0.02);
  }

  @Test
  void aClauseThatBlocksIsNamedWithItsPlace() {
    Expr only =
        new Expr.Compare(
            Expr.Comparison.EQUAL, new Expr.FactRef(Fact.COUNTRY), new Expr.Text("FR"));
    Relays french = new Relays(3, Optional.of(only), List.of(), Optional.empty(), Optional.empty());

    TunnelOutcome web = run(french, nodes(9), 100);

    assertThat(web.found()).isZero();
    assertThat(web.path()).isEmpty();
    assertThat(web.blocked())
        .singleElement()
        .satisfies(cause -> {
          assertThat(cause.paths()).isEqualTo(100);
          assertThat(cause.why()).isEqualTo("`only` leaves 0 of 9 relays, the path needs 3");
          assertThat(cause.place().orElseThrow().brief()).isEqualTo("web.rb:7");
        });
  }

  @Test
  void guardsAreFirstHopsAndNobodyElseIs() {
    List<NodeView> map = new ArrayList<>();
    for (int i = 1; i <= 12; i++) {
      Set<NodeRole> roles = i <= 3 ? ALL : Set.of(NodeRole.RELAY, NodeRole.EXIT);
      map.add(view(Nodes.node(i, "op" + i, "", roles), Optional.empty()));
    }
    Relays guarded =
        new Relays(
            2,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.of(new Guard(Duration.ofDays(90), 1)));

    TunnelOutcome web = run(guarded, map, 3_000);

    assertThat(web.hops().getFirst().spread().distinct()).isEqualTo(3);
    assertThat(run(guarded, map.subList(3, 12), 10).blocked())
        .extracting(Simulation.Cause::why)
        .containsExactly("no guard answers or may be chosen");
  }

  @Test
  void roundTripsAddUpLikePlacesInIndependentDirections() {
    List<NodeView> map = new ArrayList<>();
    for (int i = 1; i <= 6; i++) {
      map.add(view(Nodes.node(i, "op" + i, "", ALL), Optional.of(Duration.ofMillis(30))));
    }

    Simulation.RoundTrip time = run(Relays.any(3), map, 200).roundTrip().orElseThrow();

    // 30 to the first, then twice sqrt(30² + 30²).
    assertThat(time.median().toNanos() / 1e6).isCloseTo(114.85, within(0.01));
    assertThat(time.p95()).isEqualTo(time.median());
    assertThat(time.known()).isEqualTo(200);
  }

  @Test
  void aSplitGroupIsChosenAsAWhole() {
    Group three = split(3);

    SplitOutcome many = splits(Relays.any(3), three, nodes(30)).getFirst();
    assertThat(many.parts()).isEqualTo(3);
    assertThat(many.found()).isEqualTo(2_000);
    assertThat(many.apart()).as("seven relays are enough").isEqualTo(1);
    assertThat(many.exit().orElseThrow().bits()).isGreaterThan(4.8);
    assertThat(many.worst().getFirst().both()).isZero();

    SplitOutcome few = splits(Relays.any(3), three, nodes(4)).getFirst();
    assertThat(few.found()).isEqualTo(2_000);
    assertThat(few.apart()).isZero();

    SplitOutcome none = splits(Relays.any(3), three, nodes(2)).getFirst();
    assertThat(none.found()).isZero();
    assertThat(none.exit()).isEmpty();
    assertThat(none.blocked())
        .extracting(Simulation.Cause::why)
        .singleElement(STRING)
        .startsWith("no exit is reached by all 3 parts: in tunnel web ");
  }

  @Test
  void aSplitFlowOfAClientWithOneGuardHasItOnAllParts() {
    Relays guarded =
        new Relays(
            3,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.of(new Guard(Duration.ofDays(90), 1)));

    SplitOutcome web = splits(guarded, split(3), nodes(30)).getFirst();

    assertThat(web.found()).isEqualTo(2_000);
    assertThat(web.apart()).isZero();
    assertThat(web.worst())
        .filteredOn(it -> it.kind().equals("relay"))
        .allMatch(it -> it.one() == it.several() && it.one() < 0.1);
  }

  private static Group split(int circuits) {
    return new Group(
        "parts",
        Group.Kind.SPLIT,
        List.of("web"),
        circuits,
        Optional.empty(),
        Group.DEFAULT_TOLERANCE,
        Group.DEFAULT_SETTLE);
  }

  private static List<SplitOutcome> splits(Relays relays, Group group, List<NodeView> map) {
    Simulation simulation = simulator(relays, map, List.of(group)).run(2_000, 1, _ -> {});
    assertThat(Json.compact(simulation)).contains("\"splits\":[{\"group\":\"parts\"");
    return simulation.splits();
  }

  @Test
  void theSameSeedGivesTheSameAndTheMapMayComeAsJson() throws Exception {
    Simulation first = simulator(Relays.any(3), nodes(20)).run(500, 7, _ -> {});
    List<NodeView> again =
        nodes(20).stream()
            .map(it -> {
              try {
                return Json.read(NodeView.class, Json.compact(it));
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            })
            .toList();

    assertThat(simulator(Relays.any(3), again).run(500, 7, _ -> {})).isEqualTo(first);
    assertThat(simulator(Relays.any(3), nodes(20)).run(500, 8, _ -> {})).isNotEqualTo(first);
    assertThat(Json.compact(first)).contains("\"effective_set\":", "\"path_is_floor\":true");
  }

  @Test
  void aMapThatCannotBeIsRefusedInWords() {
    NodeView good = nodes(1).getFirst();
    assertThatThrownBy(() -> simulator(Relays.any(1), List.of(good, good)))
        .hasMessage("a map must not name a node twice");
    assertThatThrownBy(() -> simulator(Relays.any(1), List.of(changed(good, "op", "xx", 1))))
        .hasMessageContaining("country must be two upper-case letters");
    assertThatThrownBy(() -> simulator(Relays.any(1), nodes(1)).run(0, 1, _ -> {}))
        .hasMessageContaining("the number of paths must be 1..1000000");
  }

  private static TunnelOutcome run(Relays relays, List<NodeView> map, int paths) {
    return simulator(relays, map).run(paths, 1, _ -> {}).tunnels().getFirst();
  }

  private static Simulator simulator(Relays relays, List<NodeView> map) {
    return simulator(relays, map, List.of());
  }

  private static Simulator simulator(Relays relays, List<NodeView> map, List<Group> groups) {
    Tunnel web =
        new Tunnel(
            "web",
            "test",
            List.of(),
            relays,
            Exit.DEFAULT,
            List.of(),
            Optional.empty(),
            Isolation.DEFAULT,
            false,
            Optional.empty());
    Network network = Nodes.NETWORK;
    return new Simulator(
        new Ruleset("r", "1", List.of(network), List.of(web), groups, List.of(), List.of()),
        SOURCES,
        map);
  }

  private static List<NodeView> nodes(int count) {
    List<NodeView> nodes = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      nodes.add(view(Nodes.node(i, "op" + i, "", ALL), Optional.empty()));
    }
    return nodes;
  }

  private static NodeView view(NodeDescriptor node, Optional<Duration> roundTrip) {
    return new NodeView(
        node.id().address(),
        "nick",
        false,
        node.roles().stream().map(role -> role.name().toLowerCase(java.util.Locale.ROOT)).toList(),
        node.carriers(),
        node.operator(),
        node.country(),
        node.bandwidth(),
        node.version(),
        false,
        roundTrip,
        node.expires(),
        Optional.empty(),
        List.of(Nodes.NETWORK.id()));
  }

  private static NodeView changed(NodeView it, String operator, String country, long bandwidth) {
    return new NodeView(
        it.node(),
        it.nickname(),
        it.self(),
        it.roles(),
        it.addresses(),
        operator,
        country,
        bandwidth,
        it.version(),
        it.linked(),
        it.roundTrip(),
        it.expires(),
        it.family(),
        it.networks());
  }
}
