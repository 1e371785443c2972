package org.wormholes.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.RulesetDiff.Action;
import org.wormholes.rules.RulesetDiff.FieldChange;
import org.wormholes.rules.RulesetDiff.Kind;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;

class RulesetTest {
  @Test
  void refusesNamesThatPointNowhere() {
    List<Tunnel> tunnels = List.of(Samples.tunnel("a"));
    assertThatThrownBy(
            () -> Samples.ruleset(tunnels, List.of(new Route(new Verdict.To("b"), Exprs.YES))))
        .hasMessage("there is no tunnel `b` to go to");
    assertThatThrownBy(() -> new Ruleset("r", "1", List.of(), tunnels, List.of(), List.of()))
        .hasMessage("tunnel `a` goes over network `commons`, which there is not");
    assertThatThrownBy(
            () -> Samples.ruleset(List.of(tunnels.getFirst(), tunnels.getFirst()), List.of()))
        .hasMessage("there are two tunnels `a`");
    assertThatThrownBy(() -> new Route(Verdict.REFUSE, new Expr.FactRef(Fact.LATENCY)))
        .hasMessage("a flow has no `latency`");
    assertThatThrownBy(() -> new Network("Big", true, List.of())).hasMessageContaining("was `Big`");
    assertThatThrownBy(() -> new Network("n", true, List.of("wormhole://abc@h:1")))
        .hasMessageContaining("56 characters");
    assertThatThrownBy(() -> Relays.any(9)).hasMessage("the number of relays must be 1..8, was 9");
    assertThatThrownBy(() -> new Entry.Listen("127.1", 80)).hasMessageContaining("was `127.1`");
    assertThatThrownBy(() -> new Resolve.ByServers(List.of("dns.example:53")))
        .hasMessage(
            "a resolver must be ADDRESS:PORT, tls://ADDRESS:PORT or https://ADDRESS:PORT/PATH, was"
                + " `dns.example:53`");
  }

  @Test
  void aNetworkIsNamedByItsRulesAndNotByItsFirstContacts() {
    Network bare = new Network("n", true, List.of());
    Network known =
        new Network("n", true, List.of("wormhole://" + "a".repeat(56) + "@h.example:1"));
    assertThat(known.id()).isEqualTo(bare.id()).matches("wn1-[0-9a-f]{64}");
    assertThat(new Network("n", false, List.of()).id()).isNotEqualTo(bare.id());
    assertThat(bare.idBytes()).hasSize(32);
  }

  @Test
  void firstContactsNameTheirCarrier() {
    String key = "wormhole://" + "a".repeat(56) + "@";
    for (String place :
        List.of("h:1", "tcp+h:1", "tls+192.0.2.1:443,name=h.example", "i2p+abc.b32.i2p")) {
      assertThat(Network.isBootstrap(key + place)).as(place).isTrue();
    }
    for (String place :
        List.of("h", "tcp+h", "tcp+h:70000", "+h:1", "TLS+h:1", "tls+", "tls+a b", "tls+a@b")) {
      assertThat(Network.isBootstrap(key + place)).as(place).isFalse();
    }
    assertThat(Network.carrierOf(key + "h:1")).isEqualTo("tcp");
    assertThat(Network.carrierOf(key + "tcp+h:1")).isEqualTo("tcp");
    assertThat(Network.carrierOf(key + "tls+h:1")).isEqualTo("tls");
  }

  @Test
  void aRuleWithoutAPositionStandsWhereItsSurroundingsDo() {
    Position tunnel = new Position("a.rb", 3, 1, 6, "tunnel");
    SourceMap sources = new SourceMap(Map.of("tunnels/web", tunnel));
    assertThat(sources.position("tunnels/web/exit/0")).contains(tunnel);
    assertThat(sources.position("tunnels/mail")).isEmpty();
    assertThat(tunnel).hasToString("a.rb:3:1");
  }

  @Test
  void aDiffNamesTheFieldsThatChanged() {
    Ruleset before = Samples.quietWeb();
    Tunnel web = before.tunnel("web").orElseThrow();
    Tunnel slower =
        new Tunnel(
            "web",
            "commons",
            web.entries(),
            Relays.any(2),
            web.exit(),
            List.of("tcp"),
            Optional.empty(),
            web.isolation(),
            web.earlyData(),
            web.shape());
    List<Route> routes = new ArrayList<>(before.routes());
    routes.add(1, new Route(Verdict.REFUSE, Exprs.NO));
    routes.set(0, new Route(Verdict.REFUSE, before.routes().getFirst().condition()));
    Ruleset after =
        new Ruleset(
            "quiet-web",
            "1.1",
            before.networks(),
            List.of(slower, Samples.tunnel("tor"), Samples.tunnel("x")),
            routes,
            List.of());
    RulesetDiff diff = RulesetDiff.between(before, after);
    assertThat(diff.changes(Kind.TUNNEL, Action.CHANGED).getFirst().fields())
        .extracting(FieldChange::field)
        .containsExactly(
            "relay",
            "relay.only",
            "relay.distinct",
            "relay.prefer",
            "relay.guard",
            "carry",
            "rotate");
    assertThat(diff.changes(Kind.TUNNEL, Action.CHANGED).getFirst().fields())
        .contains(
            new FieldChange("carry", "quic, tls, tcp", "tcp"),
            new FieldChange("relay", "3", "2"),
            new FieldChange("relay.guard", "1 for 90.days", ""),
            new FieldChange("rotate", "10.minutes", ""));
    assertThat(diff.changes(Kind.TUNNEL, Action.KEPT))
        .extracting(RulesetDiff.Change::name)
        .containsExactly("tor");
    assertThat(diff.changes(Kind.TUNNEL, Action.ADDED))
        .extracting(RulesetDiff.Change::name)
        .containsExactly("x");
    assertThat(diff.changes(Kind.ROUTE, Action.CHANGED).getFirst().fields())
        .containsExactly(new FieldChange("verdict", "to tor", "refuse"));
    assertThat(diff.changes(Kind.ROUTE, Action.ADDED))
        .extracting(RulesetDiff.Change::rulePath)
        .containsExactly("routes/1");
    assertThat(diff.routesKept()).isEqualTo(4);
    RulesetDiff back = RulesetDiff.between(after, before);
    assertThat(back.changes(Kind.TUNNEL, Action.REMOVED))
        .extracting(RulesetDiff.Change::rulePath)
        .containsExactly("tunnels/x");
    assertThat(back.changes(Kind.ROUTE, Action.REMOVED)).hasSize(1);
    assertThat(RulesetDiff.between(before, Samples.quietWeb()).isEmpty()).isTrue();
    assertThat(RulesetDiff.initial(before).changes()).hasSize(1 + 2 + 5);
  }

  @Test
  void limitsHowMuchThereIs() {
    List<Expectation> many =
        Collections.nCopies(
            Ruleset.MAX_EXPECTATIONS + 1,
            new Expectation(FlowSample.of("a.b", 1, Protocol.TCP), Verdict.REFUSE));
    assertThatThrownBy(() -> new Ruleset("r", "1", List.of(), List.of(), List.of(), many))
        .hasMessage("there must be at most 10000 expectations, were 10001");
  }
}
