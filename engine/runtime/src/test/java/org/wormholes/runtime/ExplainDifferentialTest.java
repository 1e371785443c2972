package org.wormholes.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.rules.FactsAsked;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Given;
import org.wormholes.rules.Group;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Host;
import org.wormholes.rules.expr.Scope;
import org.wormholes.runtime.control.EngineControl;
import org.wormholes.runtime.control.Explainer;
import org.wormholes.runtime.control.Explanation;
import org.wormholes.runtime.local.LocalClient;
import org.wormholes.runtime.sniff.Names;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Loop;

/// Explanations say what the engine does: 10,000 generated flows through 400 generated rulesets,
/// each asked of an explainer without an engine, of one with it, and then sent into a port of the
/// engine.
class ExplainDifferentialTest {
  private static final int RULESETS = 400;
  private static final int FLOWS = 25;

  /// What became of a flow, and by which tunnel.
  private record Done(String outcome, String tunnel) {}

  private final Watch clock = new Watch();
  private final InlineTransport transport = new InlineTransport();
  private final Map<String, Integer> seen = new TreeMap<>();

  @Test
  void offlineAndLiveExplanationsAgreeWithTheEngine() throws Exception {
    try (Engine engine =
        Engine.start(
            NodeSettings.client(NodeKey.create(bytes -> {}), List.of()),
            transport,
            clock,
            GuardStore.NONE)) {
      int flows = 0;
      for (long seed = 0; seed < RULESETS; seed++) {
        RuleWorld world = new RuleWorld(seed);
        Ruleset ruleset = world.ruleset();
        engine.apply(ruleset, SourceMap.EMPTY).toCompletableFuture().join();
        EngineControl.Applied applied = engine.applied().orElseThrow();
        Explainer offline = Explainer.offline(ruleset, SourceMap.EMPTY);
        Explainer live = Explainer.live(applied.ruleset(), applied.sources(), engine);
        for (int i = 0; i < FLOWS; i++) {
          boolean metered = world.coin();
          engine.say(Fact.METERED, Optional.of(metered));
          FlowSample flow = world.flow(ruleset, metered);
          String at = "seed %d, flow %d: %s".formatted(seed, i, flow);
          clock.set(flow.weekday(), flow.secondOfDay());
          compare(at, engine, ruleset, flow, offline.explain(flow), live.explain(flow));
          flows++;
        }
        forwards(engine, ruleset, "seed " + seed);
      }
      assertThat(flows).isEqualTo(10_000);
    }
    assertThat(seen.keySet())
        .as("what was met: %s", seen)
        .contains(
            "direct",
            "refuse",
            "tunnel",
            "tunnel of a group",
            "marked",
            "depends",
            "udp",
            "refused by the exit",
            "decided with clues",
            "no route",
            "forward");
  }

  private void compare(
      String at,
      Engine engine,
      Ruleset ruleset,
      FlowSample flow,
      Explanation offline,
      Explanation live) {
    Done done = send(engine, ruleset, flow);

    same(at, offline, live);
    assertThat(live.outcome()).as(at).isEqualTo(done.outcome());
    if (done.outcome().equals("tunnel")) {
      assertThat(taken(ruleset, live)).as(at).contains(done.tunnel());
    }
    count(live, flow);
  }

  private static void same(String at, Explanation offline, Explanation live) {
    assertThat(live.verdict()).as(at).isEqualTo(offline.verdict());
    assertThat(live.outcome()).as(at).isEqualTo(offline.outcome());
    assertThat(live.depends()).as(at).isEqualTo(offline.depends());
    assertThat(live.rulePath()).as(at).isEqualTo(offline.rulePath());
    assertThat(live.because()).as(at).isEqualTo(offline.because());
    assertThat(live.marks()).as(at).isEqualTo(offline.marks());
    assertThat(live.beaten()).as(at).isEqualTo(offline.beaten());
    assertThat(live.resolvedAt()).as(at).isEqualTo(offline.resolvedAt());
    assertThat(live.tunnel().isEmpty()).as(at).isEqualTo(offline.tunnel().isEmpty());
    if (live.group().isEmpty()) {
      assertThat(live.tunnel()).as(at).isEqualTo(offline.tunnel());
      assertThat(live.path().map(Explanation.PathExplanation::exit))
          .as(at)
          .isEqualTo(offline.path().map(Explanation.PathExplanation::exit));
    }
  }

  /// The tunnels the explanation lets the flow take: one, but for a group that spreads.
  private static List<String> taken(Ruleset ruleset, Explanation told) {
    boolean spread =
        told.group()
            .flatMap(it -> ruleset.group(it.group()))
            .map(Group::kind)
            .filter(Group.Kind::isSpread)
            .isPresent();
    return spread
        ? told.group().orElseThrow().members().stream()
            .filter(Explanation.GroupMember::usable)
            .map(Explanation.GroupMember::tunnel)
            .toList()
        : List.of(told.tunnel());
  }

  private void count(Explanation told, FlowSample flow) {
    note(told.outcome());
    note(told.group().isPresent() && told.outcome().equals("tunnel"), "tunnel of a group");
    note(!told.marks().isEmpty(), "marked");
    note(told.depends(), "depends");
    note(flow.protocol() == Protocol.UDP, "udp");
    note(told.verdict().equals("tunnel") && told.outcome().equals("refuse"), "refused by the exit");
    note(told.rulePath().equals("routes"), "no route");
  }

  private void note(boolean met, String what) {
    if (met) {
      note(what);
    }
  }

  private void note(String what) {
    seen.merge(what, 1, Integer::sum);
  }

  /// Sends the flow into the port of its entry.
  private Done send(Engine engine, Ruleset ruleset, FlowSample flow) {
    EntryDoor door = door(engine, flow.entry(), EntrySpec.Kind.SOCKS);
    EntrySpec.Target target = new EntrySpec.Target(flow.host(), flow.port());
    Optional<FlowRequest.Credentials> who =
        flow.user().isEmpty()
            ? Optional.empty()
            : Optional.of(new FlowRequest.Credentials(flow.user(), ""));
    FlowRequest request =
        new FlowRequest(
            Objects.requireNonNull(engine.running().entries().get(door)),
            target,
            who,
            "192.0.2.1:4000");
    boolean seenLater =
        FactsAsked.in(Scope.FLOW, ruleset).has(Fact.SNI)
            || FactsAsked.in(Scope.FLOW, ruleset).has(Fact.HTTP_HOST)
            || FactsAsked.in(Scope.FLOW, ruleset).has(Fact.PROCESS)
            || FactsAsked.in(Scope.FLOW, ruleset).has(Fact.LOCAL_USER);
    if (seenLater || flow.protocol() == Protocol.UDP) {
      note("decided with clues");
      return decided(door, request, flow);
    }
    return opened(engine, door, request);
  }

  private static EntryDoor door(Engine engine, String tunnel, EntrySpec.Kind kind) {
    return engine.running().entries().entrySet().stream()
        .filter(it -> it.getValue().tunnel().equals(tunnel) && it.getValue().kind() == kind)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  private Done opened(Engine engine, EntryDoor door, FlowRequest request) {
    Map<String, Long> before = flows(engine);
    long left = transport.left.get();
    Pending pending = new Pending(transport.loops().getFirst());
    inLoop(() -> door.open(request, pending));
    Optional<String> through =
        flows(engine).entrySet().stream()
            .filter(it -> it.getValue() > before.getOrDefault(it.getKey(), 0L))
            .map(Map.Entry::getKey)
            .findFirst();
    Done done;
    if (pending.refusal.isPresent()) {
      assertThat(pending.refusal).contains(FlowAcceptor.Refusal.NOT_ALLOWED);
      assertThat(through).isEmpty();
      done = new Done("refuse", "");
    } else if (transport.left.get() > left) {
      assertThat(through).isEmpty();
      done = new Done("direct", "");
    } else {
      done = new Done("tunnel", through.orElseThrow());
    }
    inLoop(pending.gone);
    return done;
  }

  /// Runs a task and what follows from it. Facts are observed by other threads, and one of these
  /// may be at work on the loop: then it is that thread that runs the task.
  private void inLoop(Runnable task) {
    for (Runnable each : List.<Runnable>of(task, () -> {}, () -> {})) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      transport
          .loops()
          .getFirst()
          .execute(() -> {
            try {
              each.run();
            } finally {
              done.complete(null);
            }
          });
      done.join();
    }
  }

  private static Map<String, Long> flows(Engine engine) {
    Map<String, Long> flows = new TreeMap<>();
    engine.running().tunnels().forEach((name, tunnel) -> flows.put(name, tunnel.flows.sum()));
    return flows;
  }

  /// What the switchboard says once everything it asks of the flow is found out.
  private Done decided(EntryDoor door, FlowRequest request, FlowSample flow) {
    EntryDoor.Ruled ruled = door.ruled(request).orElseThrow();
    Clues clues =
        new Clues(
            org.wormholes.runtime.facts.Countries.NONE, Host.parse(flow.host()).orElseThrow());
    clues.found(new Names(given(flow, Fact.SNI), given(flow, Fact.HTTP_HOST)));
    clues.found(new LocalClient(given(flow, Fact.PROCESS), "", given(flow, Fact.LOCAL_USER)));
    Switchboard rules = ruled.switchboard();
    Verdict.Final verdict = rules.decide(ruled.request(), request.target(), flow.protocol(), clues);
    assertThat(clues.wantsNames() || clues.wantsClient()).isFalse();
    return switch (verdict) {
      case Verdict.Refuse() -> new Done("refuse", "");
      case Verdict.Direct() ->
          new Done(Switchboard.mayLeave(request.target()) ? "direct" : "refuse", "");
      case Verdict.To(String name) -> through(rules, name, request.target(), flow.protocol());
    };
  }

  private static Done through(
      Switchboard rules, String name, EntrySpec.Target to, Protocol protocol) {
    Optional<RunningGroup> group = rules.group(name);
    if (group.isPresent()) {
      Optional<RunningGroup.Slot> slot = group.get().take(to, protocol, java.util.Set.of());
      slot.ifPresent(RunningGroup.Slot::left);
      return slot.map(it -> new Done("tunnel", it.way().name())).orElse(new Done("refuse", ""));
    }
    return Switchboard.exitAllows(rules.tunnel(name).orElseThrow(), to, protocol)
        ? new Done("tunnel", name)
        : new Done("refuse", "");
  }

  private static String given(FlowSample flow, Fact fact) {
    return flow.given().stream()
        .filter(it -> it.fact() == fact && it.value() instanceof Expr.Text)
        .map(Given::value)
        .map(it -> ((Expr.Text) it).value())
        .findFirst()
        .orElse("");
  }

  /// Forwarded ports lead through their own tunnel, or to its exit's refusal.
  private void forwards(Engine engine, Ruleset ruleset, String at) throws IOException {
    for (Map.Entry<EntryDoor, EntrySpec> each : engine.running().entries().entrySet()) {
      EntrySpec spec = each.getValue();
      if (spec.kind() != EntrySpec.Kind.FORWARD) {
        continue;
      }
      FlowRequest request =
          new FlowRequest(spec, spec.forward().orElseThrow(), Optional.empty(), "192.0.2.1:4000");
      Done done = opened(engine, each.getKey(), request);
      String asked = ":" + spec.port();
      Explanation offline =
          Explainer.offline(ruleset, SourceMap.EMPTY).explain(asked, "", "", clock.now());
      Explanation live =
          Explainer.live(ruleset, SourceMap.EMPTY, engine).explain(asked, "", "", clock.now());
      same(at, offline, live);
      assertThat(live.outcome()).as(at).isEqualTo(done.outcome());
      assertThat(live.tunnel()).as(at).isEqualTo(spec.tunnel());
      note("forward");
    }
  }

  /// An application's flow that remembers what it was told.
  private static final class Pending implements FlowAcceptor.PendingFlow {
    private final Loop loop;
    private Optional<FlowAcceptor.Refusal> refusal = Optional.empty();
    private Runnable gone = () -> {};

    Pending(Loop loop) {
      this.loop = loop;
    }

    @Override
    public Loop loop() {
      return loop;
    }

    @Override
    public Connection accept(ConnectionHandler handler) {
      throw new AssertionError("nothing is ever connected here");
    }

    @Override
    public void refuse(FlowAcceptor.Refusal why) {
      refusal = Optional.of(why);
    }

    @Override
    public void onGone(Runnable ended) {
      gone = ended;
    }
  }

  /// A clock that stands where it is put.
  private static final class Watch extends Clock {
    private volatile Instant now = Instant.parse("2030-01-07T12:00:00Z");

    void set(DayOfWeek day, int second) {
      now =
          LocalDate.of(2030, 1, 7)
              .with(TemporalAdjusters.nextOrSame(day))
              .atTime(LocalTime.ofSecondOfDay(second))
              .toInstant(ZoneOffset.UTC);
    }

    java.time.LocalDateTime now() {
      return java.time.LocalDateTime.ofInstant(now, ZoneOffset.UTC);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("it has one zone");
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
