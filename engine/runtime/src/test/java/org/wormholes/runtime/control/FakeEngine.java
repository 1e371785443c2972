package org.wormholes.runtime.control;

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

/// An engine that moves no bytes: it remembers what it was told and shows what tests put into it.
final class FakeEngine implements EngineControl {
  List<HopCandidates> candidates = List.of();
  List<TunnelView> tunnels = List.of();
  Optional<Applied> applied = Optional.empty();
  @Nullable Exception refusal;
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
  public Subscription events(Consumer<EngineEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public Optional<Applied> applied() {
    return applied;
  }

  @Override
  public CompletionStage<List<ListenView>> apply(Ruleset candidate, SourceMap sources) {
    if (refusal != null) {
      return CompletableFuture.failedStage(refusal);
    }
    applied =
        Optional.of(new Applied(candidate, sources, Samples.view(RuleCodec.digest(candidate))));
    return CompletableFuture.completedStage(List.of(Samples.port()));
  }

  @Override
  public CompletionStage<Void> stop() {
    stopped = true;
    return CompletableFuture.completedStage(null);
  }
}
