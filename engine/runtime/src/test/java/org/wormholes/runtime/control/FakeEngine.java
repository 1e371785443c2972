package org.wormholes.runtime.control;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.expr.Fact;

/// An engine that moves no bytes: it remembers what it was told and shows what tests put into it.
final class FakeEngine implements EngineControl {
  private String metered = "no";
  private String source = "observed";
  static final Duration SWAP = Duration.ofMillis(3);

  List<HopCandidates> candidates = List.of();
  List<TunnelView> tunnels = List.of();
  final FakeNetworks networks = new FakeNetworks();
  final FakeRings rings = new FakeRings();
  Optional<Applied> applied = Optional.empty();
  @Nullable Exception refusal;
  ApplyTerms terms = ApplyTerms.DEFAULT;
  boolean stopped;
  final List<Consumer<EngineEvent>> listeners = new ArrayList<>();

  private final FakeTables tables = new FakeTables();

  @Override
  public EngineStatus status() {
    return Samples.status(applied.map(Applied::view), tunnels);
  }

  @Override
  public List<NodeView> nodes() {
    return List.of(Samples.node());
  }

  @Override
  public List<TunnelView> tunnels() {
    return tunnels;
  }

  @Override
  public List<CircuitView> circuits() {
    return List.of(Samples.circuit());
  }

  @Override
  public List<HopCandidates> candidates(String tunnel, FlowSample flow) {
    return candidates;
  }

  @Override
  public List<FactView> facts() {
    return List.of(
        new FactView(
            "metered?", "yes/no", metered, Instant.parse("2026-01-01T00:00:00Z"), source, false));
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
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public Optional<Applied> applied() {
    return applied;
  }

  @Override
  public CompletionStage<ApplyOutcome> apply(
      Ruleset candidate, SourceMap sources, ApplyTerms terms) {
    try {
      return CompletableFuture.completedStage(exchange(candidate, sources, terms));
    } catch (Exception e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /// What an engine promises of an apply, without anything that runs.
  private ApplyOutcome exchange(Ruleset candidate, SourceMap sources, ApplyTerms terms)
      throws Exception {
    this.terms = terms;
    terms.keeper().prepare();
    if (refusal != null) {
      if (refusal instanceof ApplyRefusedException refused) {
        terms.keeper().ended(Duration.ZERO, Optional.of(refused));
      }
      throw refusal;
    }
    try {
      terms.keeper().keep();
    } catch (IOException e) {
      var back = new ApplyRolledBackException("not-kept", "not kept: " + e.getMessage(), List.of());
      terms.keeper().ended(SWAP, Optional.of(back));
      throw back;
    }
    RulesetView view = Samples.view(RuleCodec.digest(candidate));
    applied = Optional.of(new Applied(candidate, sources, view));
    terms.keeper().ended(SWAP, Optional.empty());
    return new ApplyOutcome(view, List.of(Samples.port()), SWAP, List.of());
  }

  @Override
  public String proxy(String tunnel) {
    return "127.0.0.1:3128";
  }

  @Override
  public CompletionStage<Void> stop() {
    stopped = true;
    return CompletableFuture.completedStage(null);
  }

  @Override
  public TableControl tables() {
    return tables;
  }

  @Override
  public RingControl rings() {
    return rings;
  }

  @Override
  public NetworkControl networks() {
    return networks;
  }

  @Override
  public List<String> newIdentity(Optional<String> gateway) {
    return List.of(gateway.orElse("onions"));
  }
}
