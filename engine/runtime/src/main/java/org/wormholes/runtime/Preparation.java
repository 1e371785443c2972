package org.wormholes.runtime;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.Chains;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Group;
import org.wormholes.rules.Network;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.runtime.control.ApplyRefusedException;
import org.wormholes.runtime.control.EngineControl.Applied;
import org.wormholes.runtime.control.RulesetView;
import org.wormholes.runtime.spi.EntrySpec;

/// What a ruleset will run as, made ready beside what runs: unchanged tunnels and open ports are
/// taken over, new ones are made. Nothing of it has an effect before it is swapped in.
final class Preparation {
  private final Node node;
  private final Supplier<Running> rules;
  private final Running before;
  private final List<RunningTunnel> fresh = new ArrayList<>();
  private final List<RunningGateway> freshGateways = new ArrayList<>();
  private final List<EntryDoor> opened = new ArrayList<>();
  private final Map<String, Network> networks = new LinkedHashMap<>();
  private final Running after;

  /// Makes `candidate` ready.
  ///
  /// @param rules where doors read what runs
  /// @param digest of `candidate`
  /// @throws ApplyRefusedException if a port cannot be opened; what was opened is closed again
  Preparation(
      Node node,
      Supplier<Running> rules,
      Running before,
      Ruleset candidate,
      SourceMap sources,
      String digest)
      throws ApplyRefusedException {
    this.node = node;
    this.rules = rules;
    this.before = before;
    refuseTooManyParts(candidate);
    resolve(candidate);
    Map<String, RunningTunnel> tunnels = tunnels(candidate);
    Map<String, RunningGateway> gateways = gateways(candidate, tunnels);
    Switchboard switchboard =
        new Switchboard(node, candidate, tunnels, groups(candidate, tunnels, gateways), gateways);
    RulesetView view =
        new RulesetView(candidate.name(), candidate.version(), digest, node.clock().instant());
    this.after =
        new Running(
            Optional.of(new Applied(candidate, sources, view)),
            Optional.of(switchboard),
            doors(candidate));
  }

  /// A flow has no more parts than an exit takes.
  private static void refuseTooManyParts(Ruleset candidate) throws ApplyRefusedException {
    for (Group group : candidate.groups()) {
      int parts = group.members().size() * group.circuits();
      if (group.kind() == Group.Kind.SPLIT && parts > Group.MAX_PARTS) {
        throw new ApplyRefusedException(
            "too-many-parts",
            "group %s splits each flow over %d circuits, at most %d are possible"
                .formatted(group.name(), parts, Group.MAX_PARTS));
      }
    }
  }

  /// Which networks are meant.
  private void resolve(Ruleset candidate) throws ApplyRefusedException {
    for (Network each : candidate.networks()) {
      try {
        networks.put(each.name(), node.networks().resolve(each));
      } catch (IOException e) {
        throw new ApplyRefusedException("no-network", String.valueOf(e.getMessage()));
      }
    }
  }

  /// The networks that are needed.
  List<Network> networks() {
    return List.copyOf(networks.values());
  }

  Running before() {
    return before;
  }

  Running after() {
    return after;
  }

  /// Tunnels that do not run yet.
  List<RunningTunnel> fresh() {
    return fresh;
  }

  /// Gateways that do not run yet.
  List<RunningGateway> freshGateways() {
    return freshGateways;
  }

  /// Gateways that run and are not among those to come.
  List<RunningGateway> leavingGateways() {
    return before.gateways().values().stream()
        .filter(gateway -> !after.gateways().containsValue(gateway))
        .toList();
  }

  /// Ports that were opened for this.
  List<EntryDoor> opened() {
    return opened;
  }

  /// Tunnels that run and are not among those to come.
  List<RunningTunnel> leaving() {
    return before.tunnels().values().stream()
        .filter(tunnel -> !after.tunnels().containsValue(tunnel))
        .toList();
  }

  /// Open ports that nothing will need any more.
  List<EntryDoor> closing() {
    return before.doors().stream().filter(door -> !after.entries().containsKey(door)).toList();
  }

  private Map<String, RunningTunnel> tunnels(Ruleset candidate) {
    Map<String, RunningTunnel> tunnels = new LinkedHashMap<>();
    for (Tunnel rule : candidate.tunnels()) {
      Network network = requireNonNull(networks.get(rule.network()));
      RunningTunnel kept = before.tunnels().get(rule.name());
      if (kept != null && isSame(kept, rule, network)) {
        tunnels.put(rule.name(), kept);
      } else {
        RunningTunnel made = new RunningTunnel(node, rule, network);
        tunnels.put(rule.name(), made);
        fresh.add(made);
      }
    }
    return tunnels;
  }

  private Map<String, RunningGroup> groups(
      Ruleset candidate, Map<String, RunningTunnel> tunnels, Map<String, RunningGateway> gateways) {
    Map<String, FlowWay> ways = new LinkedHashMap<>(gateways);
    ways.putAll(tunnels);
    Map<String, RunningGroup> groups = new LinkedHashMap<>();
    for (Group rule : candidate.groups()) {
      List<FlowWay> members =
          rule.members().stream().map(name -> requireNonNull(ways.get(name))).toList();
      RunningGroup kept = before.groups().get(rule.name());
      boolean same = kept != null && kept.isSame(rule, members);
      groups.put(rule.name(), same ? kept : new RunningGroup(node, rule, members));
    }
    return groups;
  }

  private Map<String, RunningGateway> gateways(
      Ruleset candidate, Map<String, RunningTunnel> tunnels) {
    Map<String, RunningGateway> gateways = new LinkedHashMap<>();
    Set<String> needless = Chains.onlyBehind(candidate);
    for (Gateway rule : candidate.gateways()) {
      if (needless.contains(rule.name())) {
        continue; // it stands behind exits, and must not connect from here
      }
      // The nearest to this machine first: each is made with the one it is reached through.
      for (String name : Chains.to(candidate, rule.name())) {
        if (!gateways.containsKey(name)) {
          candidate
              .gateway(name)
              .ifPresent(link -> gateways.put(name, gateway(link, tunnels, gateways, false)));
        }
      }
    }
    Chains.behind(candidate)
        .forEach(link -> gateways.put(link.name(), gateway(link, tunnels, gateways, true)));
    return gateways;
  }

  private RunningGateway gateway(
      Gateway rule,
      Map<String, RunningTunnel> tunnels,
      Map<String, RunningGateway> gateways,
      boolean behindExit) {
    @Nullable Object through = null;
    if (rule.through().isPresent()) {
      RunningTunnel tunnel = tunnels.get(rule.through().get());
      through = tunnel != null ? tunnel : requireNonNull(gateways.get(rule.through().get()));
    }
    Optional<Network> network =
        rule.peers().map(peers -> requireNonNull(networks.get(peers.network())));
    RunningGateway kept = before.gateways().get(rule.name());
    if (kept != null && kept.behindExit == behindExit && kept.isSame(rule, through, network)) {
      return kept;
    }
    RunningGateway made = new RunningGateway(node, rule, through, behindExit, network);
    freshGateways.add(made);
    return made;
  }

  /// Whether flows of the running tunnel would not notice: entries may differ, they are doors only.
  private static boolean isSame(RunningTunnel kept, Tunnel rule, Network network) {
    Tunnel old = kept.rule;
    Tunnel withOldEntries =
        new Tunnel(
            rule.name(),
            rule.network(),
            old.entries(),
            rule.relays(),
            rule.exit(),
            rule.carry(),
            rule.rotateEvery(),
            rule.isolation(),
            rule.earlyData(),
            rule.shape(),
            rule.published());
    return old.equals(withOldEntries) && kept.network.id().equals(network.id());
  }

  /// Opens what is new, keeps what stays.
  private Map<EntryDoor, EntrySpec> doors(Ruleset candidate) throws ApplyRefusedException {
    Map<EntryDoor, EntrySpec> free = new LinkedHashMap<>(before.entries());
    Map<EntryDoor, EntrySpec> doors = new LinkedHashMap<>();
    Map<String, List<Entry>> entries = new LinkedHashMap<>();
    candidate.tunnels().forEach(tunnel -> entries.put(tunnel.name(), tunnel.entries()));
    candidate.gateways().forEach(gateway -> entries.put(gateway.name(), gateway.entries()));
    for (Map.Entry<String, List<Entry>> way : entries.entrySet()) {
      for (Entry entry : way.getValue()) {
        EntrySpec spec = spec(way.getKey(), entry);
        Optional<EntryDoor> same =
            free.entrySet().stream()
                .filter(door -> isServedBy(door.getValue(), spec))
                .map(Map.Entry::getKey)
                .findFirst();
        same.ifPresent(free::remove);
        doors.put(same.isPresent() ? same.get() : open(spec), spec);
      }
    }
    return doors;
  }

  /// A door with any free port is kept only for the tunnel it was opened for.
  private static boolean isServedBy(EntrySpec open, EntrySpec wanted) {
    return EntryDoor.Place.of(open).equals(EntryDoor.Place.of(wanted))
        && (wanted.port() != 0
            || (open.tunnel().equals(wanted.tunnel()) && open.kind() == wanted.kind()));
  }

  private EntryDoor open(EntrySpec spec) throws ApplyRefusedException {
    EntryDoor door = new EntryDoor(node, rules, spec, EntryDoor.Use.OF_RULES);
    try {
      door.opened(Stages.await(node.transport().listen(spec, door)));
    } catch (IOException e) {
      EntryDoor.closeAll(opened);
      throw new ApplyRefusedException(
          "port-in-use",
          "tunnel %s cannot listen on %s:%d: %s"
              .formatted(spec.tunnel(), spec.host(), spec.port(), e.getMessage()));
    }
    opened.add(door);
    return door;
  }

  private static EntrySpec spec(String tunnel, Entry entry) {
    String host = entry.listen().host().equals("localhost") ? "127.0.0.1" : entry.listen().host();
    int port = entry.listen().port();
    return switch (entry) {
      case Entry.Socks(Entry.Listen _, boolean udp) ->
          new EntrySpec(tunnel, EntrySpec.Kind.SOCKS, host, port, udp, Optional.empty());
      case Entry.Http(Entry.Listen _) ->
          new EntrySpec(tunnel, EntrySpec.Kind.HTTP, host, port, false, Optional.empty());
      case Entry.Dns dns -> EntrySpec.dns(tunnel, host, port, dns);
      case Entry.Forward(Entry.Listen _, String to, int toPort, boolean udp) ->
          new EntrySpec(
              tunnel,
              EntrySpec.Kind.FORWARD,
              host,
              port,
              udp,
              Optional.of(new EntrySpec.Target(to, toPort)));
    };
  }
}
