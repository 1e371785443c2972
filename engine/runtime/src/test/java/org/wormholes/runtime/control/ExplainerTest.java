package org.wormholes.runtime.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Group;
import org.wormholes.rules.Network;
import org.wormholes.rules.Route;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Exprs;

class ExplainerTest {
  private final FakeEngine engine = new FakeEngine();

  @Test
  void namesTheDecidingRouteAndItsLine() {
    Explanation told = offline("https://example.org");

    assertThat(told.verdict()).isEqualTo("tunnel");
    assertThat(told.tunnel()).isEqualTo("web");
    assertThat(told.rulePath()).isEqualTo("routes/2");
    assertThat(told.place()).map(Place::brief).contains("web.rb:9");
    assertThat(told.reason()).contains("first route whose condition holds");
  }

  @Test
  void saysWhyEveryOtherRouteDidNotDecide() {
    Explanation told = offline("plain.example:25");

    assertThat(told.verdict()).isEqualTo("refuse");
    assertThat(told.beaten())
        .extracting(it -> it.rulePath() + " " + it.verdict() + ": " + it.why())
        .containsExactly(
            "routes/1 direct: matches too, but comes later",
            "routes/2 tunnel web: matches too, but comes later");
  }

  @Test
  void saysWhereANameIsResolved() {
    assertThat(offline("example.org:443").resolution()).startsWith("resolved at the exit");
    assertThat(offline("93.184.216.34:443").resolution()).startsWith("nothing to resolve");
    assertThat(offline("plain.example:80").resolution()).startsWith("resolved on this machine");
    assertThat(offline("example.org:25").resolution()).startsWith("never resolved");
  }

  @Test
  void asksTheExitPolicyThatExitsObey() {
    assertThat(exit("example.org:443").verdict()).isEqualTo("after resolution");
    assertThat(exit("93.184.216.34:443").verdict()).isEqualTo("allow");
    assertThat(exit("10.0.0.1:443").cause()).contains("not public");
    Explanation.ExitOutcome refused = exit("example.org:6667");
    assertThat(refused.verdict()).isEqualTo("refuse");
    assertThat(refused.place()).map(Place::brief).contains("web.rb:6");
  }

  @Test
  void withoutRoutesTheOnlyTunnelTakesEverything() {
    Ruleset bare =
        new Ruleset(
            "web",
            "1.0",
            List.of(new Network("commons", true, List.of())),
            List.of(Samples.tunnel("web", 3)),
            List.of(),
            List.of());

    Explanation told = Explainer.offline(bare, Samples.SOURCES).explain(flow("example.org"));

    assertThat(told.tunnel()).isEqualTo("web");
    String service = "a".repeat(56) + ".wormhole";
    assertThat(Explainer.offline(bare, Samples.SOURCES).explain(flow(service)).resolution())
        .startsWith("nothing to resolve: the name is the service's key");
    assertThat(told.reason())
        .isEqualTo("there are no routes and one tunnel, which takes everything");
  }

  @Test
  void withoutRoutesTheEntryDecidesAmongTunnels() {
    Ruleset two =
        new Ruleset(
            "web",
            "1.0",
            List.of(new Network("commons", true, List.of())),
            List.of(Samples.tunnel("web", 3), Samples.tunnel("mail", 2)),
            List.of(),
            List.of());
    LocalDateTime noon = LocalDateTime.of(2026, 1, 4, 12, 0);
    Explainer explainer = Explainer.offline(two, Samples.SOURCES);

    Explanation byEntry = explainer.explain(FlowText.parse("example.org", "", "mail", noon));
    Explanation without = explainer.explain(FlowText.parse("example.org", "", "", noon));

    assertThat(byEntry.tunnel()).isEqualTo("mail");
    assertThat(byEntry.reason())
        .isEqualTo("there are no routes, and it came in by this tunnel's entry");
    assertThat(without.verdict()).isEqualTo("refuse");
    assertThat(without.reason()).contains("none was named");
  }

  @Test
  void aSplitGroupTakesAllOfItsMembersOrNothing() {
    Group parts =
        new Group(
            "parts",
            Group.Kind.SPLIT,
            List.of("web", "mail"),
            2,
            Optional.empty(),
            Group.DEFAULT_TOLERANCE,
            Group.DEFAULT_SETTLE);
    Ruleset split =
        new Ruleset(
            "web",
            "1.0",
            List.of(new Network("commons", true, List.of())),
            List.of(Samples.tunnel("web", 3), Samples.tunnel("mail", 2)),
            List.of(parts),
            List.of(new Route(new Verdict.To("parts"), Exprs.YES)),
            List.of());
    Explainer explainer = Explainer.offline(split, Samples.SOURCES);

    Explanation tcp = explainer.explain(flow("example.org"));
    Explanation udp = explainer.explain(flow("udp://example.org:443"));

    assertThat(tcp.outcome()).isEqualTo("tunnel");
    assertThat(tcp.group().orElseThrow().why())
        .isEqualTo("it goes over 4 circuits at once, of web and mail each, to one exit");
    assertThat(udp.outcome()).isEqualTo("refuse");
    assertThat(udp.group().orElseThrow().members())
        .extracting(Explanation.GroupMember::why)
        .containsOnly("datagrams are not split");
  }

  @Test
  void whatMatchesNoRouteIsRefused() {
    Ruleset none =
        new Ruleset(
            "web",
            "1.0",
            List.of(new Network("commons", true, List.of())),
            List.of(Samples.tunnel("web", 3)),
            Samples.ruleset(3).routes().subList(0, 2),
            List.of());

    Explanation told = Explainer.offline(none, Samples.SOURCES).explain(flow("example.org"));

    assertThat(told.verdict()).isEqualTo("refuse");
    assertThat(told.reason()).isEqualTo("no route matches, so it is refused");
    assertThat(told.beaten())
        .extracting(Explanation.BeatenRule::why)
        .containsExactly(
            "does not match: port == 25 (port is 443)",
            "does not match: host == \"plain.example\" (host is \"example.org\")");
  }

  @Test
  void aRunningEngineAddsWhoMayServeAndTheLineThatExcludes() {
    engine.candidates =
        List.of(
            new HopCandidates(
                1,
                "relay",
                List.of(
                    Samples.candidate("b", false, "distinct subnet", "tunnels/web/relays/distinct"),
                    Samples.candidate("a", true, "", ""))));

    Explanation told = live("example.org");

    HopCandidates hop = told.path().orElseThrow().hops().getFirst();
    assertThat(hop.candidates()).extracting(Candidate::nickname).containsExactly("a", "b");
    assertThat(hop.candidates().get(1).place()).map(Place::brief).contains("web.rb:5");
    assertThat(told.path().orElseThrow().problem()).isEmpty();
  }

  @Test
  void namesTheClauseThatLeavesAHopEmpty() {
    engine.candidates =
        List.of(
            new HopCandidates(
                2,
                "relay",
                List.of(
                    Samples.candidate("a", false, "no relay", ""),
                    Samples.candidate("b", false, "only", "tunnels/web/relays"),
                    Samples.candidate("c", false, "only", "tunnels/web/relays"))));

    assertThat(live("example.org").path().orElseThrow().problem())
        .contains(
            "hop 2: no node is left; 2 of 3 are excluded by only { latency < 80.ms } (web.rb:4)");
  }

  @Test
  void saysTheSameWithAndWithoutAnEngineButForTheNodes() {
    for (String text : List.of("example.org", "10.0.0.1:22", "plain.example", "x.example:25")) {
      Explanation offline = offline(text);
      Explanation live = live(text);

      assertThat(live.live()).isTrue();
      assertThat(live.verdict()).isEqualTo(offline.verdict());
      assertThat(live.rulePath()).isEqualTo(offline.rulePath());
      assertThat(live.beaten()).isEqualTo(offline.beaten());
      assertThat(live.outcome()).isEqualTo(offline.outcome());
      assertThat(live.depends()).isEqualTo(offline.depends());
      assertThat(live.path().map(Explanation.PathExplanation::exit))
          .isEqualTo(offline.path().map(Explanation.PathExplanation::exit));
      assertThat(live.resolution()).isEqualTo(offline.resolution());
    }
  }

  private Explanation.ExitOutcome exit(String text) {
    return offline(text).path().orElseThrow().exit();
  }

  private static Explanation offline(String text) {
    return Explainer.offline(Samples.ruleset(3), Samples.SOURCES).explain(flow(text));
  }

  private Explanation live(String text) {
    return Explainer.live(Samples.ruleset(3), Samples.SOURCES, engine).explain(flow(text));
  }

  private static FlowSample flow(String text) {
    return FlowText.parse(text, "", "", LocalDateTime.of(2026, 1, 4, 12, 0));
  }
}
