package org.wormholes.runtime.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Expectation;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Group;
import org.wormholes.rules.Network;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Route;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.runtime.control.EngineControl.Applied;
import org.wormholes.runtime.control.Plan.Change;
import org.wormholes.runtime.control.Plan.Step;

class PlannerTest {
  @Test
  void everythingIsNewWhereNothingRuns() {
    Plan plan = plan(Optional.empty(), Samples.ruleset(3));

    assertThat(plan.running()).isEmpty();
    assertThat(plan.candidate()).startsWith("wr1-");
    assertThat(plan.steps())
        .extracting(it -> it.change() + " " + it.part() + " " + it.name())
        .containsExactly("ADDED network commons", "ADDED tunnel web", "ADDED routes ");
    assertThat(step(plan, "tunnel").place()).map(Place::brief).contains("web.rb:3");
  }

  @Test
  void theSameRulesetChangesNothing() {
    Plan plan = plan(running(Samples.ruleset(3)), Samples.ruleset(3));

    assertThat(plan.changes()).isFalse();
    assertThat(plan.count(Change.KEPT)).isEqualTo(3);
    assertThat(step(plan, "tunnel").effect()).isEqualTo("4 live flows: not touched");
  }

  @Test
  void aChangedTunnelNamesTheFieldTheLineAndWhatBecomesOfItsFlows() {
    Plan plan = plan(running(Samples.ruleset(3)), Samples.ruleset(4));

    Step step = step(plan, "tunnel");
    assertThat(step.change()).isEqualTo(Change.CHANGED);
    assertThat(step.flows()).isEqualTo(4);
    assertThat(step.effect())
        .isEqualTo("4 live flows: may go on for 60 s, then cut; new flows take the new rules");
    assertThat(step.fields()).hasSize(1);
    Plan.FieldChange field = step.fields().getFirst();
    assertThat(field.field() + ": " + field.before() + " to " + field.after())
        .isEqualTo("relay: 3 to 4");
    assertThat(field.place()).map(Place::brief).contains("web.rb:4");
  }

  @Test
  void aChangedEntryTouchesNoFlow() {
    Tunnel old = Samples.tunnel("web", 3);
    Tunnel moved =
        new Tunnel(
            old.name(),
            old.network(),
            List.of(new Entry.Socks(new Entry.Listen("0.0.0.0", 1081), true)),
            old.relays(),
            old.exit(),
            old.carry(),
            old.rotateEvery(),
            old.isolation(),
            old.earlyData(),
            old.shape());
    Plan plan = plan(running(only(old)), only(moved));

    Step step = step(plan, "tunnel");
    assertThat(step.effect()).isEqualTo("4 live flows: not touched, only the entries change");
    assertThat(step.fields())
        .extracting(it -> it.field() + ": " + it.before() + " to " + it.after())
        .containsExactly("entry: socks 127.0.0.1:1080 to socks 0.0.0.0:1081 with udp");
    assertThat(plan.warnings())
        .containsExactly(
            "tunnel web listens on 0.0.0.0:1081, where whoever reaches this machine can use it");
  }

  @Test
  void aRemovedTunnelIsShownWhereItWasWritten() {
    Plan plan = plan(running(Samples.ruleset(3)), only(Samples.tunnel("other", 3)));

    assertThat(plan.steps())
        .filteredOn(it -> it.part().equals("tunnel"))
        .extracting(it -> it.change() + " " + it.name())
        .containsExactly("ADDED other", "REMOVED web");
    assertThat(plan.steps().stream().filter(it -> it.name().equals("web")).findFirst())
        .hasValueSatisfying(it -> {
          assertThat(it.place()).map(Place::brief).contains("web.rb:3");
          assertThat(it.effect()).isEqualTo("4 live flows: may go on for 60 s, then cut");
        });
  }

  @Test
  void groupsAreStepsOfTheirOwnFieldByField() {
    Group before = Group.of("any", Group.Kind.FALLBACK, "web", "spare");
    Group.Probe probe =
        new Group.Probe("example.org", 443, Duration.ofSeconds(30), Duration.ofSeconds(5));
    Group after =
        new Group(
            "any",
            Group.Kind.FASTEST,
            List.of("spare", "web"),
            1,
            Optional.of(probe),
            Duration.ofMillis(50),
            Group.DEFAULT_SETTLE);

    Plan changed = plan(running(grouped(before)), grouped(after));
    assertThat(step(changed, "group").change()).isEqualTo(Change.CHANGED);
    assertThat(step(changed, "group").fields())
        .extracting(it -> it.field() + ": " + it.before() + " to " + it.after())
        .containsExactly(
            "kind: fallback to fastest",
            "of: web, spare to spare, web",
            "probe:  to example.org:443",
            "probe.every:  to 30.s",
            "probe.timeout:  to 5.s",
            "tolerance: 30.ms to 50.ms");
    assertThat(plan(running(grouped(before)), grouped(before)).steps())
        .filteredOn(it -> it.change() != Change.KEPT)
        .isEmpty();
    assertThat(step(plan(running(grouped()), grouped(before)), "group").change())
        .isEqualTo(Change.ADDED);
    Step removed = step(plan(running(grouped(before)), grouped()), "group");
    assertThat(removed.change() + " " + removed.name()).isEqualTo("REMOVED any");
  }

  @Test
  void listsTheRoutesThatCameAndWent() {
    Ruleset old = Samples.ruleset(3);
    Ruleset now =
        new Ruleset(
            old.name(),
            old.version(),
            old.networks(),
            old.tunnels(),
            List.of(old.routes().get(0), old.routes().get(2)),
            List.of());

    assertThat(step(plan(running(old), now), "routes").fields())
        .extracting(it -> it.field() + ": " + it.before() + " to " + it.after())
        .containsExactly("route 2: direct { host == \"plain.example\" } to ");
    Ruleset turned =
        new Ruleset(
            old.name(),
            old.version(),
            old.networks(),
            old.tunnels(),
            List.of(old.routes().get(1), old.routes().get(0), old.routes().get(2)),
            List.of());
    assertThat(step(plan(running(old), turned), "routes").fields())
        .extracting(it -> it.field() + ": " + it.before() + " to " + it.after())
        .containsExactly(
            "route 1: refuse { port == 25 } to direct { host == \"plain.example\" }",
            "route 2: direct { host == \"plain.example\" } to refuse { port == 25 }");
  }

  @Test
  void warnsOfAnExpectationThatIsNotMet() {
    Ruleset old = Samples.ruleset(3);
    Ruleset now =
        new Ruleset(
            old.name(),
            old.version(),
            old.networks(),
            old.tunnels(),
            old.routes(),
            List.of(
                new Expectation(
                    FlowSample.of("example.org", 25, Protocol.TCP), new Verdict.To("web"))));

    assertThat(plan(running(old), now).warnings())
        .containsExactly(
            "expectation 1 is not met: for example.org:25/tcp, tunnel web is expected"
                + " and refuse decided (web.rb:7:3): an apply is refused");
  }

  @Test
  void warnsOfWhatLintsFind() {
    Ruleset good = Samples.ruleset(3);
    List<Route> twice = new ArrayList<>(good.routes());
    twice.add(1, good.routes().getFirst());
    Ruleset shadowed = new Ruleset("web", "1.0", good.networks(), good.tunnels(), twice, List.of());

    assertThat(plan(Optional.empty(), shadowed).warnings())
        .containsExactly(
            "web.rb:8:3: this route is never reached: the one on line 7 takes all that it would"
                + " take; move it up, or remove it");
  }

  @Test
  void warnsOfANetworkThatNobodyCanBeFoundIn() {
    Ruleset lonely =
        new Ruleset(
            "web",
            "1.0",
            List.of(new Network("commons", true, List.of())),
            List.of(Samples.tunnel("web", 3)),
            List.of(),
            List.of());

    assertThat(plan(Optional.empty(), lonely).warnings())
        .containsExactly(
            "network commons names no first contact: its relays are found only if the engine has"
                + " one");
  }

  private static Ruleset only(Tunnel tunnel) {
    return new Ruleset(
        "web", "1.0", List.of(Samples.COMMONS), List.of(tunnel), List.of(), List.of());
  }

  private static Ruleset grouped(Group... groups) {
    return new Ruleset(
        "web",
        "1.0",
        List.of(Samples.COMMONS),
        List.of(Samples.tunnel("web", 3), Samples.tunnel("spare", 3)),
        List.of(groups),
        List.of(),
        List.of());
  }

  private static Optional<Applied> running(Ruleset ruleset) {
    return Optional.of(new Applied(ruleset, Samples.SOURCES, Samples.view("wr1-old")));
  }

  private static Plan plan(Optional<Applied> running, Ruleset candidate) {
    SourceMap sources = Samples.SOURCES;
    return Planner.plan(running, candidate, sources, List.of(Samples.tunnelView("web", 4)));
  }

  private static Step step(Plan plan, String part) {
    return plan.steps().stream().filter(it -> it.part().equals(part)).findFirst().orElseThrow();
  }
}
