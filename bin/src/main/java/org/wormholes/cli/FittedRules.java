package org.wormholes.cli;

import java.util.List;
import java.util.function.UnaryOperator;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Network;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Tunnel;

/// A ruleset fitted to this machine: to a local network, to ports that are free.
final class FittedRules {
  private FittedRules() {}

  /// The same ruleset with first contacts for the network of that name.
  static Ruleset with(Ruleset ruleset, Network network) {
    List<Network> networks =
        ruleset.networks().stream()
            .map(it -> it.name().equals(network.name()) ? network : it)
            .toList();
    return new Ruleset(
        ruleset.name(),
        ruleset.version(),
        networks,
        ruleset.tunnels(),
        ruleset.groups(),
        ruleset.gateways(),
        ruleset.routes(),
        ruleset.expectations());
  }

  /// The same ruleset, every tunnel over this carrier alone.
  static Ruleset over(String carrier, Ruleset ruleset) {
    return withTunnels(
        ruleset,
        tunnel ->
            new Tunnel(
                tunnel.name(),
                tunnel.network(),
                tunnel.entries(),
                tunnel.relays(),
                tunnel.exit(),
                List.of(carrier),
                tunnel.rotateEvery(),
                tunnel.isolation(),
                tunnel.earlyData(),
                tunnel.shape(),
                tunnel.published()));
  }

  /// The same ruleset, every entry on any free port.
  static Ruleset onFreePorts(Ruleset ruleset) {
    return withTunnels(ruleset, FittedRules::onFreePorts);
  }

  private static Ruleset withTunnels(Ruleset ruleset, UnaryOperator<Tunnel> fitted) {
    return new Ruleset(
        ruleset.name(),
        ruleset.version(),
        ruleset.networks(),
        ruleset.tunnels().stream().map(fitted).toList(),
        ruleset.groups(),
        ruleset.gateways(),
        ruleset.routes(),
        ruleset.expectations());
  }

  private static Tunnel onFreePorts(Tunnel tunnel) {
    return new Tunnel(
        tunnel.name(),
        tunnel.network(),
        tunnel.entries().stream().map(FittedRules::onFreePort).toList(),
        tunnel.relays(),
        tunnel.exit(),
        tunnel.carry(),
        tunnel.rotateEvery(),
        tunnel.isolation(),
        tunnel.earlyData(),
        tunnel.shape(),
        tunnel.published());
  }

  private static Entry onFreePort(Entry entry) {
    Entry.Listen free = new Entry.Listen(entry.listen().host(), 0);
    return switch (entry) {
      case Entry.Socks(_, boolean udp) -> new Entry.Socks(free, udp);
      case Entry.Http _ -> new Entry.Http(free);
      case Entry.Dns dns ->
          new Entry.Dns(free, dns.over(), dns.invents(), dns.addresses4(), dns.addresses6());
      case Entry.Forward(_, String host, int port, boolean udp) ->
          new Entry.Forward(free, host, port, udp);
    };
  }
}
