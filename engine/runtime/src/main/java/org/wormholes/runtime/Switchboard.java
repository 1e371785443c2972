package org.wormholes.runtime;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.rules.ExitFacts;
import org.wormholes.rules.FlowFacts;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Host;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;

/// One applied ruleset as flows meet it: immutable, exchanged as a whole, so that a flow sees all
/// of the new rules or none.
final class Switchboard {
  private final Clock clock;
  private final RouteDecider decider;
  private final Map<String, RunningTunnel> tunnels;

  Switchboard(Clock clock, Ruleset ruleset, Map<String, RunningTunnel> tunnels) {
    this.clock = clock;
    this.decider = RouteDecider.of(ruleset);
    this.tunnels = Map.copyOf(tunnels);
  }

  Optional<RunningTunnel> tunnel(String name) {
    return Optional.ofNullable(tunnels.get(name));
  }

  Map<String, RunningTunnel> tunnels() {
    return tunnels;
  }

  /// What the rules say of a flow. A forwarded port leads through its own tunnel: its destination
  /// is part of that tunnel's rule. A host that is neither a name nor an address is refused.
  Verdict.Final decide(FlowRequest request, EntrySpec.Target to, Protocol protocol) {
    if (request.entry().kind() == EntrySpec.Kind.FORWARD) {
      return new Verdict.To(request.entry().tunnel());
    }
    Optional<Host> host = Host.parse(to.host());
    if (host.isEmpty()) {
      return Verdict.REFUSE;
    }
    ZonedDateTime now = ZonedDateTime.now(clock);
    FlowFacts facts =
        new FlowFacts(
            host.get(),
            to.port(),
            protocol,
            request.credentials().map(FlowRequest.Credentials::user).orElse(""),
            request.entry().tunnel(),
            now.toLocalTime().toSecondOfDay(),
            now.getDayOfWeek());
    return decider.decide(facts).verdict();
  }

  /// Whether the tunnel's own exit clauses have nothing against a destination as far as it is known
  /// here. The exit decides again, by its own rules, with the address.
  static boolean exitAllows(RunningTunnel tunnel, EntrySpec.Target to, Protocol protocol) {
    return Host.parse(to.host())
        .map(
            host -> !tunnel.exitPolicy.decide(ExitFacts.asked(host, to.port(), protocol)).refuses())
        .orElse(false);
  }

  /// The destination as circuits say it; empty for a host no circuit can carry.
  static Optional<Target> target(EntrySpec.Target to) {
    if (to.port() == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(Target.of(to.host(), to.port()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  void open(Shard shard, FlowRequest request, FlowAcceptor.PendingFlow pending) {
    EntrySpec.Target to = request.target();
    Optional<Target> target = target(to);
    if (target.isEmpty()) {
      refuse(shard, pending);
      return;
    }
    switch (decide(request, to, Protocol.TCP)) {
      case Verdict.Refuse() -> refuse(shard, pending);
      case Verdict.Direct() -> Direct.open(shard, target.get(), pending);
      case Verdict.To(String name) -> {
        RunningTunnel tunnel = tunnels.get(name);
        if (tunnel == null || !exitAllows(tunnel, to, Protocol.TCP)) {
          refuse(shard, pending);
          return;
        }
        IsolationKey key = IsolationKey.of(tunnel.rule.isolation(), request, to);
        tunnel.flows.increment();
        tunnel
            .on(shard)
            .open(new ClientFlow(shard, key, target.get(), pending, tunnel.flows::decrement));
      }
    }
  }

  private static void refuse(Shard shard, FlowAcceptor.PendingFlow pending) {
    shard.node.flowRefused();
    pending.refuse(FlowAcceptor.Refusal.NOT_ALLOWED);
  }
}
