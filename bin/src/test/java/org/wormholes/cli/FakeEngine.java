package org.wormholes.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.expr.Fact;
import org.wormholes.runtime.control.ApplyOutcome;
import org.wormholes.runtime.control.ApplyRefusedException;
import org.wormholes.runtime.control.ApplyRolledBackException;
import org.wormholes.runtime.control.ApplyTerms;
import org.wormholes.runtime.control.Candidate;
import org.wormholes.runtime.control.CarrierRefusal;
import org.wormholes.runtime.control.CarrierView;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.EngineControl;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.control.EngineStatus;
import org.wormholes.runtime.control.FactView;
import org.wormholes.runtime.control.HopCandidates;
import org.wormholes.runtime.control.HopView;
import org.wormholes.runtime.control.ListenView;
import org.wormholes.runtime.control.NodeView;
import org.wormholes.runtime.control.ProbeResult;
import org.wormholes.runtime.control.RingControl;
import org.wormholes.runtime.control.RulesetView;
import org.wormholes.runtime.control.Settling;
import org.wormholes.runtime.control.TunnelView;

/// An engine that moves no bytes and always looks the same, for what the commands print.
final class FakeEngine implements EngineControl {
  /// Later than any test, so that what was applied then was applied just now.
  private static final Instant FAR = Instant.parse("2999-01-01T00:00:00Z");

  private static final ListenView SOCKS =
      new ListenView("web", "socks", "127.0.0.1:1080", "SOCKS5, SOCKS4a and HTTP");

  boolean asksForFacts = true;
  private final FakeRings rings = new FakeRings();
  private String metered = "no";
  private String source = "observed";
  private static final Duration SWAP = Duration.ofMillis(3);

  private Optional<Applied> applied = Optional.empty();
  @Nullable ApplyRefusedException refusal;
  @Nullable String probeFailure;
  ApplyTerms terms = ApplyTerms.DEFAULT;
  int flows;

  @Override
  public RingControl rings() {
    return rings;
  }

  @Override
  public EngineStatus status() {
    return new EngineStatus(
        "0.1.0",
        "z".repeat(56),
        "commons",
        List.of("relay"),
        ProcessHandle.current().pid(),
        Duration.ofSeconds(200),
        applied.map(Applied::view),
        applied.isPresent() ? List.of(SOCKS) : List.of(),
        tunnels(),
        List.of(),
        List.of(),
        12,
        3,
        applied.isPresent() ? 2 : 0,
        4,
        flows,
        1_234_000,
        40_000,
        256_000_000,
        List.of(
            new CarrierView("tcp", true, 2, 0, Optional.empty()),
            new CarrierView(
                "tls",
                false,
                0,
                3,
                Optional.of(
                    new CarrierRefusal(
                        Instant.parse("2026-01-01T00:00:00Z"), "b".repeat(56), "timed out")))));
  }

  @Override
  public List<NodeView> nodes() {
    return List.of(
        node("a", List.of("guard", "relay"), "SE", true, Optional.of(Duration.ofMillis(12))),
        node("b", List.of("exit", "relay"), "", false, Optional.empty()));
  }

  private static NodeView node(
      String letter, List<String> roles, String country, boolean linked, Optional<Duration> time) {
    return new NodeView(
        letter.repeat(56),
        letter.repeat(8),
        false,
        roles,
        Map.of("tcp", "192.0.2.1:4040"),
        "ann\u001b[31m", // what a node says of itself must not colour our terminal
        country,
        1_000_000,
        "0.1.0",
        linked,
        time,
        FAR,
        Optional.empty(),
        List.of());
  }

  @Override
  public List<TunnelView> tunnels() {
    if (applied.isEmpty()) {
      return List.of();
    }
    return List.of(
        new TunnelView(
            "web",
            "commons",
            TunnelView.State.READY,
            Optional.empty(),
            List.of(SOCKS),
            3,
            2,
            flows,
            12_300,
            4_560_000),
        new TunnelView(
            "mail",
            "commons",
            TunnelView.State.BLOCKED,
            Optional.of("`only` leaves 0 of 12 relays, the path needs 3"),
            List.of(),
            3,
            0,
            0,
            0,
            0));
  }

  @Override
  public List<CircuitView> circuits() {
    return List.of(
        new CircuitView(
            7,
            "web",
            CircuitView.State.READY,
            List.of(
                hop("a", "relay", Optional.of(Duration.ofNanos(412_000))),
                hop("b", "relay", Optional.of(Duration.ofNanos(305_000))),
                hop("c", "exit", Optional.empty())),
            1,
            Duration.ofSeconds(75),
            Optional.of(Duration.ofNanos(6_200_000)),
            Optional.of(Duration.ofNanos(1_300_000)),
            12_300,
            4_560_000));
  }

  private static HopView hop(String letter, String role, Optional<Duration> time) {
    return new HopView(letter.repeat(56), letter.repeat(8), "192.0.2.1:4040", role, time);
  }

  @Override
  public List<HopCandidates> candidates(String tunnel, FlowSample flow) {
    return List.of(
        new HopCandidates(1, "relay", List.of(fits("a", 2.5), fits("b", 1), excluded("c", "only"))),
        new HopCandidates(2, "exit", List.of(excluded("a", "no exit"), excluded("b", "no exit"))));
  }

  private static Candidate fits(String letter, double score) {
    return new Candidate(
        letter.repeat(56),
        letter.repeat(8),
        true,
        "",
        "",
        Optional.empty(),
        Optional.empty(),
        OptionalDouble.of(score));
  }

  private static Candidate excluded(String letter, String by) {
    return new Candidate(
        letter.repeat(56),
        letter.repeat(8),
        false,
        by,
        by.equals("only") ? "tunnels/web/relays/only" : "",
        by.equals("only")
            ? Optional.of(new Settling("country != \"XX\"", "country is \"XX\""))
            : Optional.empty(),
        Optional.empty(),
        OptionalDouble.empty());
  }

  @Override
  public List<FactView> facts() {
    if (!asksForFacts) {
      return List.of();
    }
    return List.of(new FactView("metered?", "yes/no", metered, Instant.now(), source, false));
  }

  @Override
  public void say(Fact fact, Optional<Boolean> value) {
    if (fact != Fact.METERED) {
      throw new IllegalArgumentException("`" + fact.word() + "` can only be measured");
    }
    source = value.isPresent() ? "said" : "observed";
    metered = value.orElse(false) ? "yes" : "no";
  }

  @Override
  public Subscription events(Consumer<EngineEvent> listener) {
    listener.accept(
        new EngineEvent(
            FAR, EngineEvent.Kind.TUNNEL_READY, "web", "tunnel web is ready", Map.of()));
    return () -> {};
  }

  @Override
  public Optional<Applied> applied() {
    return applied;
  }

  @Override
  public CompletionStage<ApplyOutcome> apply(
      Ruleset candidate, SourceMap sources, ApplyTerms terms) {
    this.terms = terms;
    try {
      terms.keeper().prepare();
      if (refusal != null) {
        terms.keeper().ended(Duration.ZERO, Optional.of(refusal));
        throw refusal;
      }
      if (probeFailure != null) {
        ApplyRolledBackException back = takenBack(terms, probeFailure);
        terms.keeper().ended(SWAP, Optional.of(back));
        throw back;
      }
      terms.keeper().keep();
    } catch (ApplyRefusedException | IOException e) {
      return CompletableFuture.failedStage(e);
    }
    RulesetView view =
        new RulesetView(candidate.name(), candidate.version(), RuleCodec.digest(candidate), FAR);
    applied = Optional.of(new Applied(candidate, sources, view));
    terms.keeper().ended(SWAP, Optional.empty());
    return CompletableFuture.completedStage(
        new ApplyOutcome(
            view,
            List.of(SOCKS),
            SWAP,
            terms.probes().stream()
                .map(it -> new ProbeResult(it.target(), true, "200", Duration.ofMillis(120)))
                .toList()));
  }

  private static ApplyRolledBackException takenBack(ApplyTerms terms, String why) {
    String target = terms.probes().getFirst().target();
    return new ApplyRolledBackException(
        "probe-failed",
        "the probe of %s failed after 15000 ms: %s; nothing runs, as before".formatted(target, why),
        List.of(new ProbeResult(target, false, why, Duration.ofSeconds(15))));
  }

  @Override
  public List<String> newIdentity(Optional<String> gateway) throws IOException {
    if (gateway.isPresent() && !gateway.get().equals("t")) {
      throw new IOException("there is no gateway " + gateway.get());
    }
    return List.of("t");
  }

  @Override
  public CompletionStage<Void> stop() {
    return CompletableFuture.completedStage(null);
  }
}
