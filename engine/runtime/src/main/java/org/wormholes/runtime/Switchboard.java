package org.wormholes.runtime;

import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.rules.Entry;
import org.wormholes.rules.ExitFacts;
import org.wormholes.rules.FlowFacts;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressRange;
import org.wormholes.rules.expr.Host;
import org.wormholes.rules.expr.SpecialNames;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;

/// One applied ruleset as flows meet it: immutable, exchanged as a whole, so that a flow sees all
/// of the new rules or none.
final class Switchboard {
  private final Node node;
  private final RouteDecider decider;
  private final Map<String, RunningTunnel> tunnels;
  private final Map<String, RunningGroup> groups;
  private final Map<String, RunningGateway> gateways;

  /// Where invented addresses come from.
  private final List<AddressRange> invented;

  Switchboard(
      Node node,
      Ruleset ruleset,
      Map<String, RunningTunnel> tunnels,
      Map<String, RunningGroup> groups,
      Map<String, RunningGateway> gateways) {
    this.node = node;
    this.decider = RouteDecider.interpreting(ruleset);
    this.tunnels = Map.copyOf(tunnels);
    this.groups = Map.copyOf(groups);
    this.gateways = Map.copyOf(gateways);
    this.invented =
        Stream.concat(
                ruleset.tunnels().stream().flatMap(tunnel -> tunnel.entries().stream()),
                ruleset.gateways().stream().flatMap(gateway -> gateway.entries().stream()))
            .filter(Entry.Dns.class::isInstance)
            .map(Entry.Dns.class::cast)
            .filter(dns -> dns.invents() != Entry.Dns.Invents.NOTHING)
            .flatMap(dns -> Stream.of(dns.addresses4(), dns.addresses6()))
            .distinct()
            .toList();
  }

  /// What an application means by a destination: the name behind an address that a DNS entry
  /// invented, else what it says. Empty for an invented address that stands for nothing: it leads
  /// nowhere.
  Optional<EntrySpec.Target> meant(EntrySpec.Target said) {
    if (invented.isEmpty()
        || !(Host.parse(said.host()).orElse(null) instanceof Host.Literal(Address address))) {
      return Optional.of(said);
    }
    for (AddressRange range : invented) {
      if (range.contains(address)) {
        return node.invented()
            .nameOf(address, range)
            .map(name -> new EntrySpec.Target(name, said.port()));
      }
    }
    return Optional.of(said);
  }

  /// Makes decisions fast; they are right before that.
  void compile() {
    decider.compile();
  }

  Optional<RunningTunnel> tunnel(String name) {
    return Optional.ofNullable(tunnels.get(name));
  }

  Map<String, RunningTunnel> tunnels() {
    return tunnels;
  }

  Optional<RunningGroup> group(String name) {
    return Optional.ofNullable(groups.get(name));
  }

  Map<String, RunningGroup> groups() {
    return groups;
  }

  Optional<RunningGateway> gateway(String name) {
    return Optional.ofNullable(gateways.get(name));
  }

  Map<String, RunningGateway> gateways() {
    return gateways;
  }

  /// What the rules say of a flow about which nothing more is found out.
  Verdict.Final decide(FlowRequest request, EntrySpec.Target to, Protocol protocol) {
    Optional<Host> host = Host.parse(to.host());
    return host.isEmpty()
        ? Verdict.REFUSE
        : decide(request, to, protocol, new Clues(node.countries(), host.get()));
  }

  /// What the rules say of a flow, by what is known of it. A forwarded port leads through its own
  /// tunnel: its destination is part of that tunnel's rule. A host that is neither a name nor an
  /// address is refused.
  Verdict.Final decide(FlowRequest request, EntrySpec.Target to, Protocol protocol, Clues clues) {
    if (request.entry().kind() == EntrySpec.Kind.FORWARD) {
      return new Verdict.To(request.entry().tunnel());
    }
    ZonedDateTime now = ZonedDateTime.now(node.clock());
    FlowFacts facts =
        new FlowFacts(
            clues.host(),
            to.port(),
            protocol,
            request.credentials().map(FlowRequest.Credentials::user).orElse(""),
            request.entry().tunnel(),
            now.toLocalTime().toSecondOfDay(),
            now.getDayOfWeek(),
            clues,
            node.facts());
    return decider.decide(facts).verdict();
  }

  /// Whether a flow that a rule sends out directly may go: this machine's resolver is not asked for
  /// names of other networks.
  static boolean mayLeave(EntrySpec.Target to) {
    return Host.parse(to.host()).filter(host -> !SpecialNames.has(host)).isPresent();
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

  /// Takes a stream in.
  void open(Shard shard, FlowRequest said, FlowAcceptor.PendingFlow pending) {
    Optional<EntrySpec.Target> meant = meant(said.target());
    if (meant.isEmpty()) {
      refuse(shard, pending);
      return;
    }
    FlowRequest request =
        new FlowRequest(said.entry(), meant.get(), said.credentials(), said.application());
    Optional<Target> target = target(request.target());
    Optional<Host> host = Host.parse(request.target().host());
    if (target.isEmpty() || host.isEmpty()) {
      refuse(shard, pending);
    } else {
      Admission.of(this, shard, request, target.get(), host.get(), pending);
    }
  }

  /// Does what was decided about a stream.
  void carryOut(
      Verdict.Final verdict,
      Shard shard,
      FlowRequest request,
      Target target,
      FlowAcceptor.PendingFlow pending) {
    switch (verdict) {
      case Verdict.Refuse() -> refuse(shard, pending);
      case Verdict.Direct() -> {
        if (mayLeave(request.target())) {
          Direct.open(shard, target, pending);
        } else {
          refuse(shard, pending);
        }
      }
      case Verdict.To(String name) -> {
        RunningGroup group = groups.get(name);
        RunningTunnel tunnel = tunnels.get(name);
        RunningGateway gateway = gateways.get(name);
        if (gateway != null) {
          gateway.open(shard, request, target, pending);
        } else if (group != null) {
          new GroupFlow(group, shard, request, target, pending).open();
        } else if (tunnel == null || !exitAllows(tunnel, request.target(), Protocol.TCP)) {
          refuse(shard, pending);
        } else {
          open(tunnel, 0, shard, request, target, pending, () -> {});
        }
      }
    }
  }

  /// Opens a stream through a tunnel whose exit clauses allow it.
  ///
  /// @param lane flows of different lanes do not share a circuit
  /// @param whenOver runs when the flow is over, in whatever way
  static void open(
      RunningTunnel tunnel,
      int lane,
      Shard shard,
      FlowRequest request,
      Target target,
      FlowAcceptor.PendingFlow pending,
      Runnable whenOver) {
    Optional<String> via = tunnel.via(request.target());
    if (via.isEmpty()) {
      openAsIs(tunnel, lane, shard, request, target, pending, whenOver);
      return;
    }
    Optional<RunningGateway> behind = tunnel.behind(via.get());
    if (behind.isPresent()) {
      behind.get().open(lane, shard, request, target, pending, whenOver);
    } else {
      whenOver.run();
      pending.refuse(
          FlowAcceptor.Refusal.GENERAL_FAILURE, "gateway " + via.get() + " is not behind the exit");
    }
  }

  /// Opens a stream that leaves the exit as it is.
  static void openAsIs(
      RunningTunnel tunnel,
      int lane,
      Shard shard,
      FlowRequest request,
      Target target,
      FlowAcceptor.PendingFlow pending,
      Runnable whenOver) {
    IsolationKey key = IsolationKey.of(tunnel.rule.isolation(), request, request.target(), lane);
    tunnel.flows.increment();
    Runnable over =
        () -> {
          tunnel.flows.decrement();
          whenOver.run();
        };
    tunnel.on(shard).open(new ClientFlow(shard, key, target, pending, over));
  }

  static void refuse(Shard shard, FlowAcceptor.PendingFlow pending) {
    shard.node.flowRefused();
    pending.refuse(FlowAcceptor.Refusal.NOT_ALLOWED);
  }
}
