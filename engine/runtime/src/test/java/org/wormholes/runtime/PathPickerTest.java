package org.wormholes.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.rules.Distinct;
import org.wormholes.rules.Exit;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.runtime.PathPicker.Outcome;
import org.wormholes.runtime.PathPicker.Wish;
import org.wormholes.runtime.control.Settling;

class PathPickerTest {
  private static final NodeId SELF = Nodes.relay(999).id();
  private static final Set<NodeRole> ALL = Set.of(NodeRole.RELAY, NodeRole.EXIT, NodeRole.GUARD);

  @Test
  void aPathHasTheNumberOfHopsTheRuleSaysAndNeverMeetsANodeTwice() {
    List<NodeDescriptor> view = exits(12);
    for (int count = 1; count <= 8; count++) {
      PathPicker picker = picker(Relays.any(count), List.of("tcp"));
      for (int seed = 0; seed < 50; seed++) {
        Path path = picked(picker.pick(view, Wish.NONE, new Random(seed)));
        assertThat(path.hops()).hasSize(count);
        assertThat(new HashSet<>(path.hops())).hasSize(count);
      }
    }
  }

  @Test
  void onlyAnExitIsTheLastHop() {
    List<NodeDescriptor> view = new ArrayList<>();
    for (int i = 1; i <= 6; i++) {
      view.add(Nodes.relay(i));
    }
    view.add(Nodes.exit(7));
    PathPicker picker = picker(Relays.any(3), List.of("tcp"));
    for (int seed = 0; seed < 50; seed++) {
      Path path = picked(picker.pick(view, Wish.NONE, new Random(seed)));
      assertThat(path.exit().id()).isEqualTo(Nodes.exit(7).id());
    }
  }

  @Test
  void thisNodeIsNeverAHopOfItsOwnPath() {
    List<NodeDescriptor> view = new ArrayList<>(exits(3));
    view.add(Nodes.exit(999));
    PathPicker picker = picker(Relays.any(3), List.of("tcp"));
    for (int seed = 0; seed < 50; seed++) {
      Path path = picked(picker.pick(view, Wish.NONE, new Random(seed)));
      assertThat(path.hops()).noneMatch(hop -> hop.id().equals(SELF));
    }
  }

  @Test
  void aNetworkThatIsTooSmallIsSaidToBe() {
    PathPicker picker = picker(Relays.any(3), List.of("tcp"));
    assertThat(blocked(picker.pick(exits(2), Wish.NONE, new Random(1))).why())
        .isEqualTo("the network has 2 relays, the path needs 3");
  }

  @Test
  void theClauseOnlyIsNamedWhereItLeavesTooFew() {
    Expr only = notEqual(Fact.COUNTRY, "DE");
    List<NodeDescriptor> view = new ArrayList<>();
    for (int i = 1; i <= 6; i++) {
      view.add(Nodes.node(i, "op" + i, i <= 4 ? "DE" : "FR", ALL));
    }
    Outcome.Blocked blocked =
        blocked(
            picker(relays(3, Optional.of(only), List.of()), List.of("tcp"))
                .pick(view, Wish.NONE, new Random(1)));
    assertThat(blocked.why()).isEqualTo("`only` leaves 2 of 6 relays, the path needs 3");
    assertThat(blocked.rulePath()).isEqualTo("tunnels/web/relays/only");
  }

  @Test
  void thePartOfOnlyThatExcludesANodeIsNamed() {
    Expr only = new Expr.And(List.of(notEqual(Fact.COUNTRY, "DE"), notEqual(Fact.OPERATOR, "op2")));
    PathPicker picker =
        picker(relays(3, Optional.of(only), List.of(Distinct.SUBNET)), List.of("quic"));
    NodeDescriptor german = Nodes.node(1, "op1", "DE", ALL);
    NodeDescriptor second = Nodes.node(2, "op2", "FR", ALL);

    assertThat(picker.settling(picker.exclusion(german, true).orElseThrow(), german))
        .contains(new Settling("country != \"DE\"", "country is \"DE\""));
    assertThat(picker.settling(picker.exclusion(second, true).orElseThrow(), second))
        .contains(new Settling("operator != \"op2\"", "operator is \"op2\""));
    assertThat(picker.settling(picker.entranceExclusion(german).orElseThrow(), german)).isEmpty();
  }

  @Test
  void theClauseDistinctIsNamedWhereNoRelaysDiffer() {
    List<NodeDescriptor> view = new ArrayList<>();
    for (int i = 1; i <= 8; i++) {
      view.add(Nodes.node(i, i % 2 == 0 ? "even" : "odd", "", ALL));
    }
    Relays relays = relays(3, Optional.empty(), List.of(Distinct.SUBNET, Distinct.OPERATOR));
    Outcome.Blocked blocked =
        blocked(picker(relays, List.of("tcp")).pick(view, Wish.NONE, new Random(1)));
    assertThat(blocked.why()).isEqualTo("no 3 of 8 relays differ in operator");
    assertThat(blocked.rulePath()).isEqualTo("tunnels/web/relays/distinct");
  }

  @Test
  void aCarrierNobodyListensOnIsNamed() {
    Outcome.Blocked blocked =
        blocked(picker(Relays.any(3), List.of("quic")).pick(exits(5), Wish.NONE, new Random(1)));
    assertThat(blocked.why()).isEqualTo("no relay is reached by quic");
    assertThat(blocked.rulePath()).isEqualTo("tunnels/web/carry");
  }

  @Test
  void aGivenExitIsTheExitOrThereIsNoPath() {
    List<NodeDescriptor> view = exits(6);
    NodeId wanted = view.get(3).id();
    PathPicker picker = picker(Relays.any(3), List.of("tcp"));
    Wish wish = new Wish(Optional.of(wanted), Set.of(), Set.of());
    assertThat(picked(picker.pick(view, wish, new Random(5))).exit().id()).isEqualTo(wanted);
    Wish gone = new Wish(Optional.of(Nodes.exit(77).id()), Set.of(), Set.of());
    assertThat(blocked(picker.pick(view, gone, new Random(5))).why())
        .isEqualTo("the exit is no longer known");
  }

  @Test
  void aPathThatStaysInTheNetworkNeedsNoExit() {
    List<NodeDescriptor> view =
        List.of(Nodes.relay(1), Nodes.relay(2), Nodes.relay(3), Nodes.relay(4));
    PathPicker picker = picker(Relays.any(3), List.of("tcp"));
    Wish inside = new Wish(Optional.empty(), Set.of(), Set.of(), true);
    assertThat(picked(picker.pick(view, inside, new Random(5))).hops()).hasSize(3);
    assertThat(blocked(picker.pick(view, Wish.NONE, new Random(5))).why())
        .isEqualTo("none of 4 relays is an exit");
  }

  @Test
  void aGuardIsTheFirstHopWhereGuardsAreGiven() {
    List<NodeDescriptor> view = exits(6);
    NodeId guard = view.get(2).id();
    PathPicker picker = picker(Relays.any(3), List.of("tcp"));
    for (int seed = 0; seed < 30; seed++) {
      Wish wish = new Wish(Optional.empty(), Set.of(guard), Set.of());
      assertThat(picked(picker.pick(view, wish, new Random(seed))).first().id()).isEqualTo(guard);
    }
  }

  @Test
  void avoidedNodesAreUsedOnlyWhereThereIsNoOtherWay() {
    List<NodeDescriptor> view = exits(4);
    NodeId avoided = view.getFirst().id();
    PathPicker picker = picker(Relays.any(3), List.of("tcp"));
    for (int seed = 0; seed < 30; seed++) {
      Wish wish = new Wish(Optional.empty(), Set.of(), Set.of(avoided));
      assertThat(picked(picker.pick(view, wish, new Random(seed))).hops())
          .noneMatch(hop -> hop.id().equals(avoided));
      assertThat(picked(picker.pick(view.subList(0, 3), wish, new Random(seed))).hops()).hasSize(3);
    }
  }

  @Test
  void withoutAPreferenceEveryRelayIsPickedAboutAsOften() {
    List<NodeDescriptor> view = exits(6);
    PathPicker picker = picker(Relays.any(1), List.of("tcp"));
    Map<NodeId, Integer> counts = new HashMap<>();
    Random random = new Random(42);
    for (int i = 0; i < 6_000; i++) {
      counts.merge(picked(picker.pick(view, Wish.NONE, random)).exit().id(), 1, Integer::sum);
    }
    assertThat(counts.values()).allMatch(count -> count > 850 && count < 1_150);
  }

  private static List<NodeDescriptor> exits(int count) {
    List<NodeDescriptor> view = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      view.add(Nodes.exit(i));
    }
    return view;
  }

  private static Expr notEqual(Fact fact, String text) {
    return new Expr.Compare(Expr.Comparison.NOT_EQUAL, new Expr.FactRef(fact), new Expr.Text(text));
  }

  private static Relays relays(int count, Optional<Expr> only, List<Distinct> distinct) {
    return new Relays(count, only, distinct, Optional.empty(), Optional.empty());
  }

  private static PathPicker picker(Relays relays, List<String> carry) {
    Tunnel rule =
        new Tunnel(
            "web",
            "test",
            List.of(),
            relays,
            Exit.DEFAULT,
            carry,
            Optional.empty(),
            Isolation.DEFAULT,
            false,
            Optional.empty());
    return new PathPicker(rule, Nodes.NETWORK_ID, SELF, id -> OptionalLong.empty());
  }

  private static Path picked(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Picked.class);
    return ((Outcome.Picked) outcome).path();
  }

  private static Outcome.Blocked blocked(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Blocked.class);
    return (Outcome.Blocked) outcome;
  }
}
