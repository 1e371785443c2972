package org.wormholes.runtime.control;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.expr.Fact;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;

/// What can be asked of a running engine.
public interface EngineControl extends EngineView {
  /// The ruleset that runs.
  Optional<Applied> applied();

  /// Makes `candidate` what runs: new flows see all of it or none; flows of unchanged tunnels are
  /// not touched; flows of removed or changed tunnels are drained, then cut. Completes when the new
  /// rules have passed their probes and are kept, or fails with an [ApplyRefusedException] and what
  /// ran before. Applies that are asked for at the same time are carried out one after the other.
  CompletionStage<ApplyOutcome> apply(Ruleset candidate, SourceMap sources, ApplyTerms terms);

  /// Likewise on the default terms. Completes with every open entry of every tunnel.
  default CompletionStage<List<ListenView>> apply(Ruleset candidate, SourceMap sources) {
    return apply(candidate, sources, ApplyTerms.DEFAULT).thenApply(ApplyOutcome::listening);
  }

  /// Takes a person's word for a live fact, whatever is observed; an empty one takes it back.
  ///
  /// @throws IllegalArgumentException for a fact that can only be measured
  void say(Fact fact, Optional<Boolean> value);

  /// An HTTP proxy on a loopback port whose every flow takes the named tunnel, open until the
  /// engine stops.
  ///
  /// @return `host:port`
  /// @throws IOException if there is no such tunnel, or no port can be opened
  default String proxy(String tunnel) throws IOException {
    throw new IOException("there is no tunnel " + tunnel);
  }

  /// Takes a stream in as an entry would: it goes where the routes lead it, or through what is
  /// named. Called on the loop of `flow`, which hears the answer.
  ///
  /// @param through a tunnel, group or gateway; absent for the routes, or the only tunnel
  default void open(Optional<String> through, EntrySpec.Target to, FlowAcceptor.PendingFlow flow) {
    flow.refuse(FlowAcceptor.Refusal.NOT_SUPPORTED);
  }

  /// Has new flows through Tor share nothing with those before.
  ///
  /// @param gateway a gateway of Tor; absent for all of them
  /// @return their names
  /// @throws IOException if there is none, or the one named is another network's
  default List<String> newIdentity(Optional<String> gateway) throws IOException {
    throw new IOException("the ruleset that runs has no gateway of Tor");
  }

  /// The networks it belongs to.
  default NetworkControl networks() {
    return NetworkControl.NONE;
  }

  /// The rings of its networks.
  default RingControl rings() {
    return RingControl.NONE;
  }

  /// The tables of its networks.
  default TableControl tables() {
    return TableControl.NONE;
  }

  /// Ends every flow, closes every port and completes when all is gone.
  CompletionStage<Void> stop();

  /// A ruleset with the places it was written at.
  record Applied(Ruleset ruleset, SourceMap sources, RulesetView view) {}
}
