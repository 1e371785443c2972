package org.wormholes.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
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

  /// Why a tunnel can't leave into a gateway, with all that is reached through; empty where it can.
  ///
  /// @param taken names of tunnels, groups and gateways
  public static Optional<String> brokenBehind(
      List<Gateway> gateways, String tunnel, String gateway, Set<String> taken) {
    Map<String, Gateway> named = new HashMap<>();
    gateways.forEach(each -> named.put(each.name(), each));
    List<String> chain = new ArrayList<>();
    Optional<String> next = Optional.of(gateway);
    while (next.isPresent()) {
      String name = next.get();
      Gateway link = named.get(name);
      if (link == null) {
        return Optional.of(
            taken.contains(name) && !chain.isEmpty()
                ? broughtBack(tunnel, gateway, name)
                : "tunnel `%s` leaves via `%s`, which is no gateway".formatted(tunnel, name));
      }
      if (chain.contains(name) || chain.size() >= MAX_LENGTH) {
        return Optional.of("gateway `%s` is reached through itself".formatted(name));
      }
      if (link.through().isEmpty() && !link.canBeLed()) {
        return Optional.of(
            "tunnel `%s` can't leave via `%s`: %s"
                .formatted(
                    tunnel,
                    name,
                    link.kind() == Gateway.Kind.I2P
                        ? "an I2P router connects by itself"
                        : "it is a program that runs already"));
      }
      String copy = nameBehind(tunnel, name);
      if (copy.length() > Checks.MAX_NAME || taken.contains(copy)) {
        return Optional.of(
            "tunnel `%s` leaves via `%s`: `%s` is too long a name, or another's"
                .formatted(tunnel, name, copy));
      }
      chain.add(name);
      next = link.through();
    }
    return Optional.empty();
  }

  private static String broughtBack(String tunnel, String gateway, String root) {
    return root.equals(tunnel)
        ? "tunnel `%1$s` leaves via `%2$s`, which is reached through `%1$s` itself"
            .formatted(tunnel, gateway)
        : "tunnel `%s` leaves via `%s`, which is reached through tunnel `%s`: no tunnel starts at an exit"
            .formatted(tunnel, gateway, root);
  }

  /// The name of a gateway where it stands behind the exit of a tunnel.
  public static String nameBehind(String tunnel, String gateway) {
    return tunnel + "." + gateway;
  }

  /// The gateways that stand behind exits: each is a copy of one in the script that is reached
  /// through the exit, and listens nowhere. What another is reached through comes before it.
  public static List<Gateway> behind(Ruleset ruleset) {
    Map<String, Gateway> copies = new LinkedHashMap<>();
    for (Tunnel tunnel : ruleset.tunnels()) {
      for (Via via : tunnel.exit().vias()) {
        String before = tunnel.name();
        for (String link : to(ruleset, via.gateway())) {
          Gateway made = ruleset.gateway(link).orElseThrow().behind(tunnel.name(), before);
          copies.putIfAbsent(made.name(), made);
          before = made.name();
        }
      }
    }
    return List.copyOf(copies.values());
  }

  /// Gateways that stand behind exits only: nothing else leads to them, so they are not needed
  /// where they are written.
  public static Set<String> onlyBehind(Ruleset ruleset) {
    Set<String> used = new HashSet<>();
    for (Route route : ruleset.routes()) {
      if (route.verdict() instanceof Verdict.To(String name)) {
        used.add(name);
      }
    }
    ruleset.groups().forEach(group -> used.addAll(group.members()));
    for (Tunnel tunnel : ruleset.tunnels()) {
      tunnel.published().forEach(service -> used.addAll(service.on()));
    }
    for (Gateway gateway : ruleset.gateways()) {
      if (!gateway.entries().isEmpty()) {
        used.add(gateway.name());
      }
    }
    for (Gateway gateway : ruleset.gateways()) {
      if (used.contains(gateway.name())) {
        used.addAll(to(ruleset, gateway.name()));
      }
    }
    Set<String> only = new HashSet<>();
    for (Tunnel tunnel : ruleset.tunnels()) {
      tunnel.exit().vias().forEach(via -> only.addAll(to(ruleset, via.gateway())));
    }
    only.removeAll(used);
    return only;
  }

  private static List<String> circle(List<String> chain, String again) {
    List<String> circle = new ArrayList<>(chain.subList(chain.indexOf(again), chain.size()));
    circle.add(again);
    return circle;
  }

  /// What a flow to the name passes before it, the nearest to this machine first, and the name
  /// itself last: `[web, tor, office]` for an `office` through a `tor` through a `web`.
  public static List<String> to(Ruleset ruleset, String name) {
    return among(ruleset.gateways(), name);
  }

  /// The same, of gateways whose chains are not broken.
  public static List<String> among(List<Gateway> gateways, String name) {
    List<String> chain = new ArrayList<>();
    Optional<String> next = Optional.of(name);
    while (next.isPresent()) {
      String link = next.get();
      chain.addFirst(link);
      next =
          gateways.stream()
              .filter(gateway -> gateway.name().equals(link))
              .findFirst()
              .flatMap(Gateway::through);
    }
    return List.copyOf(chain);
  }
}
