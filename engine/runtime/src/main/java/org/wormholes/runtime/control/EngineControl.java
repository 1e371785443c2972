package org.wormholes.runtime.control;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;

/// What can be asked of a running engine.
public interface EngineControl extends EngineView {
  /// How long flows of removed or changed tunnels may go on before they are cut.
  Duration DRAIN_DEADLINE = Duration.ofSeconds(60);

  /// The ruleset that runs.
  Optional<Applied> applied();

  /// Makes `candidate` what runs: new flows see all of it or none; flows of unchanged tunnels are
  /// not touched; flows of removed or changed tunnels are drained. Completes with every open entry
  /// of every tunnel, or fails with an [ApplyRefusedException] and everything as it was.
  CompletionStage<List<ListenView>> apply(Ruleset candidate, SourceMap sources);

  /// Ends every flow, closes every port and completes when all is gone.
  CompletionStage<Void> stop();

  /// A ruleset with the places it was written at.
  record Applied(Ruleset ruleset, SourceMap sources, RulesetView view) {}
}
