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
  List<HopCandidates> candidates = List.of();
  List<TunnelView> tunnels = List.of();
  Optional<Applied> applied = Optional.empty();
  @Nullable Exception refusal;
  ApplyTerms terms = ApplyTerms.DEFAULT;
  boolean stopped;
  final List<Consumer<EngineEvent>> listeners = new ArrayList<>();

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
    if (refusal != null) {
      return CompletableFuture.failedStage(refusal);
    }
    this.terms = terms;
    try {
      terms.keeper().keep();
    } catch (IOException e) {
      return CompletableFuture.failedStage(
          new ApplyRolledBackException("not-kept", String.valueOf(e.getMessage()), List.of()));
    }
    RulesetView view = Samples.view(RuleCodec.digest(candidate));
    applied = Optional.of(new Applied(candidate, sources, view));
    return CompletableFuture.completedStage(
        new ApplyOutcome(view, List.of(Samples.port()), Duration.ofMillis(3), List.of()));
  }

  @Override
  public CompletionStage<Void> stop() {
    stopped = true;
    return CompletableFuture.completedStage(null);
  }
}
