package org.wormholes.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What gateways are reached through: each chain ends at a gateway that is reached as it is, or at
/// a tunnel. It never runs in a circle, and never ends at a name that nothing has.
public final class Chains {
  /// The most gateways one after the other.
  public static final int MAX_LENGTH = 8;

  private Chains() {}

  /// Why the gateways can't be reached as they say; empty where they can.
  ///
  /// @param gateway the one to blame
  public record Broken(String gateway, String problem, boolean isMissing) {}

  /// The first gateway that can't be reached as it says.
  public static Optional<Broken> broken(List<Gateway> gateways, Set<String> tunnels) {
    if (gateways.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Gateway> named = new HashMap<>();
    gateways.forEach(gateway -> named.put(gateway.name(), gateway));
    for (Gateway gateway : gateways) {
      List<String> chain = new ArrayList<>(List.of(gateway.name()));
      Optional<String> next = gateway.through();
      while (next.isPresent() && !tunnels.contains(next.get())) {
        Gateway link = named.get(next.get());
        if (link == null) {
          String last = chain.getLast();
          return Optional.of(
              new Broken(
                  last,
                  "gateway `%s` is reached through `%s`, which is no tunnel or gateway"
                      .formatted(last, next.get()),
                  true));
        }
        if (chain.contains(link.name())) {
          return Optional.of(
              new Broken(
                  gateway.name(),
                  "gateway `%s` is reached through itself: %s"
                      .formatted(link.name(), String.join(" through ", circle(chain, link.name()))),
                  false));
        }
        chain.add(link.name());
        if (chain.size() > MAX_LENGTH) {
          return Optional.of(
              new Broken(
                  gateway.name(),
                  "gateway `%s` is reached through more than %d others"
                      .formatted(gateway.name(), MAX_LENGTH - 1),
                  false));
        }
        next = link.through();
      }
    }
    return Optional.empty();
  }

  private static List<String> circle(List<String> chain, String again) {
    List<String> circle = new ArrayList<>(chain.subList(chain.indexOf(again), chain.size()));
    circle.add(again);
    return circle;
  }

  /// What a flow to the name passes before it, the nearest to this machine first, and the name
  /// itself last: `[web, tor, office]` for an `office` through a `tor` through a `web`.
  public static List<String> to(Ruleset ruleset, String name) {
    List<String> chain = new ArrayList<>();
    Optional<String> next = Optional.of(name);
    while (next.isPresent()) {
      chain.addFirst(next.get());
      next = ruleset.gateway(next.get()).flatMap(Gateway::through);
    }
    return List.copyOf(chain);
  }
}
