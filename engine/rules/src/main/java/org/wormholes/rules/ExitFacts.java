package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;
import org.wormholes.rules.expr.Host;

/// What an exit knows of a destination: before its name is resolved, without an address; after it,
/// once for each address.
public final class ExitFacts implements FactSource {
  private final Host host;
  private final @Nullable Address address;
  private final int port;
  private final Protocol protocol;

  private ExitFacts(Host host, @Nullable Address address, int port, Protocol protocol) {
    this.host = requireNonNull(host, "host");
    this.address = address;
    this.port = port;
    this.protocol = requireNonNull(protocol, "protocol");
  }

  /// A destination as it was asked for: a literal brings its address along, a name has none yet.
  Protocol protocol() {
    return protocol;
  }

  public static ExitFacts asked(Host host, int port, Protocol protocol) {
    Address literal = host instanceof Host.Literal(Address address) ? address : null;
    return new ExitFacts(host, literal, port, protocol);
  }

  /// The same destination with an address that its name was resolved to.
  public ExitFacts resolved(Address to) {
    return new ExitFacts(host, to, port, protocol);
  }

  boolean isOfDatagrams() {
    return protocol == Protocol.UDP;
  }

  public Host host() {
    return host;
  }

  /// The address, null before the name is resolved.
  public @Nullable Address address() {
    return address;
  }

  @Override
  public boolean yesNo(Fact fact) {
    throw unknown(fact);
  }

  @Override
  public double quantity(Fact fact) {
    if (fact != Fact.PORT) {
      throw unknown(fact);
    }
    return port;
  }

  @Override
  public String text(Fact fact) {
    return switch (fact) {
      case HOST -> host.text();
      case PROTOCOL -> protocol.word();
      default -> throw unknown(fact);
    };
  }

  @Override
  public @Nullable Address address(Fact fact) {
    if (fact != Fact.ADDRESS) {
      throw unknown(fact);
    }
    return address;
  }

  private static IllegalArgumentException unknown(Fact fact) {
    return new IllegalArgumentException("an exit has no such `%s`".formatted(fact.word()));
  }
}
