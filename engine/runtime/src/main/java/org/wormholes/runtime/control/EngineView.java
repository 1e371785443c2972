package org.wormholes.runtime.control;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.wormholes.rules.FlowFacts;
import org.wormholes.rules.FlowSample;

/// What can be seen of a running engine. Every method may be called from any thread but an event
/// loop's, answers with a picture of one moment, and changes nothing.
public interface EngineView {
  EngineStatus status();

  /// Every node in this node's view of the network, itself included, by address.
  List<NodeView> nodes();

  /// Tunnels of the applied ruleset in its order, then those that are draining.
  List<TunnelView> tunnels();

  /// Circuits of this node's own tunnels, oldest first.
  List<CircuitView> circuits();

  /// Live facts that the rules ask for, and those that always are, by name.
  List<FactView> facts();

  /// Who may serve at each hop of the named tunnel for a flow like this one, judged by the code
  /// that picks real paths. Empty for an unknown tunnel.
  List<HopCandidates> candidates(String tunnel, FlowSample flow);

  /// What routes see of a flow like this one if it came in now: what is not given of it is taken
  /// from what the engine observes.
  default FlowFacts flowFacts(FlowSample flow) {
    return flow.facts();
  }

  /// Groups of the applied ruleset, in its order.
  default List<GroupView> groups() {
    return status().groups();
  }

  /// Why no first link can be had over the carrier now; empty where one may.
  default Optional<String> carrierProblem(String carrier) {
    return Optional.empty();
  }

  /// How a carrier of this machine does; empty where there is none of that name.
  default Optional<CarrierView> carrierView(String name) {
    return Optional.empty();
  }

  /// Tells `listener` of everything that happens from now on, in order, on a thread of the engine's
  /// choice; the listener must not block.
  Subscription events(Consumer<EngineEvent> listener);

  /// A wish to hear events.
  interface Subscription extends AutoCloseable {
    /// No event is delivered after this returns on the delivering thread; closing twice is
    /// harmless.
    @Override
    void close();
  }
}
