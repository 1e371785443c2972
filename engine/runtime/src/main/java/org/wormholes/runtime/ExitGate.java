package org.wormholes.runtime;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.wormholes.rules.Exit;
import org.wormholes.rules.ExitFacts;
import org.wormholes.rules.ExitPolicy;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Host;

/// What this node, as an exit, lets others reach. Asked about a name before it is resolved, and
/// about each address before anything is sent to it.
final class ExitGate {
  private final ExitPolicy policy;
  private final List<String> resolvers;

  ExitGate(Exit exit) {
    this.policy = ExitPolicy.ofNode(exit);
    this.resolvers =
        switch (exit.resolve()) {
          case Resolve.BySystem() -> List.of();
          case Resolve.ByServers(List<String> servers) -> servers;
        };
  }

  /// Servers that resolve names, `ip:port`; none means the system's.
  List<String> resolvers() {
    return resolvers;
  }

  /// Whether a name may be resolved at all.
  boolean allowsName(String name, int port, boolean udp) {
    Optional<Host> host = Host.parse(name);
    return host.isPresent() && !policy.decide(facts(host.get(), port, udp)).refuses();
  }

  /// Whether an address may be contacted.
  ///
  /// @param asked the name it came from, or its own text
  boolean allowsAddress(String asked, InetAddress address, int port, boolean udp) {
    Optional<Host> host = Host.parse(asked);
    return host.isPresent()
        && policy
            .decide(facts(host.get(), port, udp).resolved(Address.of(address.getAddress())))
            .allows();
  }

  /// Whether a name may be asked about, whatever the port of the flow that may follow.
  boolean mayAsk(String name) {
    return Host.parse(name).filter(host -> policy.mayAnswer(host, null)).isPresent();
  }

  /// Whether somebody who asks about a name may be told of an address.
  boolean mayTell(String name, InetAddress address) {
    return Host.parse(name)
        .filter(host -> policy.mayAnswer(host, Address.of(address.getAddress())))
        .isPresent();
  }

  private static ExitFacts facts(Host host, int port, boolean udp) {
    return ExitFacts.asked(host, port, udp ? Protocol.UDP : Protocol.TCP);
  }

  /// An address of 4 or 16 bytes; nothing is resolved.
  static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("address must be 4 or 16 bytes", e);
    }
  }
}
