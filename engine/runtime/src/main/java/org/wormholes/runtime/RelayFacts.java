package org.wormholes.runtime;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.rules.LiveFacts;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;

/// What a rule may ask of a relay: its own claims from its descriptor, and what this node measured.
final class RelayFacts implements FactSource {
  private static final double NANOS_PER_SECOND = 1e9;

  private final NodeDescriptor node;
  private final String network;
  private final OptionalLong roundTripNanos;
  private final LiveFacts live;

  RelayFacts(NodeDescriptor node, String network, OptionalLong roundTripNanos) {
    this(node, network, roundTripNanos, LiveFacts.UNKNOWN);
  }

  RelayFacts(NodeDescriptor node, String network, OptionalLong roundTripNanos, LiveFacts live) {
    this.live = live;
    this.node = node;
    this.network = network;
    this.roundTripNanos = roundTripNanos;
  }

  @Override
  public boolean yesNo(Fact fact) {
    return switch (fact) {
      case IS_EXIT -> node.has(NodeRole.EXIT);
      case IS_GUARD -> node.has(NodeRole.GUARD);
      case IS_FRIEND -> false;
      case METERED -> live.yesNo(fact, "");
      default -> throw unknown(fact);
    };
  }

  @Override
  public boolean yesNo(Fact fact, String of) {
    return switch (fact) {
      case CARRIER_UP, FRIEND_ONLINE -> live.yesNo(fact, of);
      default -> throw unknown(fact);
    };
  }

  @Override
  public double quantity(Fact fact) {
    return switch (fact) {
      case LATENCY ->
          roundTripNanos.isPresent()
              ? roundTripNanos.getAsLong() / NANOS_PER_SECOND
              : UNKNOWN_DURATION;
      case BANDWIDTH -> node.bandwidth();
      case UPTIME -> 0;
      case PORT -> NodeAddress.port(node);
      default -> throw unknown(fact);
    };
  }

  @Override
  public String text(Fact fact) {
    return switch (fact) {
      case COUNTRY -> node.country();
      case OPERATOR -> node.operator();
      case SUBNET -> NodeAddress.subnet(node);
      case FAMILY -> node.family();
      case NETWORK -> network;
      case VERSION -> node.version();
      case NAME -> NodeAddress.nickname(node.id());
      case ID -> node.id().address();
      default -> throw unknown(fact);
    };
  }

  @Override
  public @Nullable Address address(Fact fact) {
    if (fact != Fact.ADDRESS) {
      throw unknown(fact);
    }
    return NodeAddress.literal(node).orElse(null);
  }

  private static IllegalArgumentException unknown(Fact fact) {
    return new IllegalArgumentException("a relay has no such `%s`".formatted(fact.word()));
  }
}
