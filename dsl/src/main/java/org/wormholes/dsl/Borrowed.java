package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Group;
import org.wormholes.rules.Network;
import org.wormholes.rules.Position;
import org.wormholes.rules.Route;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Table;
import org.wormholes.rules.Tunnel;

/// The parts of other rulesets that a ruleset builds on, in the order of their `use`: they are as
/// if written in it, but keep the places where they were really written.
///
/// A network is its rules: two that are called alike and have the same rules are one. Anything else
/// that is called alike is told, at the later `use` or at what the ruleset itself says.
final class Borrowed {
  /// One ruleset and where `use` stands.
  record Used(String name, Ruleset ruleset, SourceMap sources, Position position) {
    Position placeOf(String path) {
      return sources.position(path).orElse(position);
    }
  }

  private final List<Used> used = new ArrayList<>();

  boolean has(String name) {
    return find(name).isPresent();
  }

  Optional<Used> find(String name) {
    return used.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  void add(Used more) {
    used.add(more);
  }

  boolean isEmpty() {
    return used.isEmpty();
  }

  /// All tunnels.
  List<Tunnel> tunnels() {
    return all(Ruleset::tunnels);
  }

  /// All groups.
  List<Group> groups() {
    return all(Ruleset::groups);
  }

  /// All gateways.
  List<Gateway> gateways() {
    return all(Ruleset::gateways);
  }

  /// All networks, each once, with the first contacts that any of the rulesets names.
  List<Network> networks() {
    Map<String, Network> networks = new LinkedHashMap<>();
    for (Network each : all(Ruleset::networks)) {
      networks.merge(each.name(), each, Borrowed::merged);
    }
    return List.copyOf(networks.values());
  }

  static Network merged(Network first, Network second) {
    Set<String> contacts = new LinkedHashSet<>(first.bootstraps());
    contacts.addAll(second.bootstraps());
    Map<String, Table> tables = new LinkedHashMap<>();
    first.tables().forEach(table -> tables.put(table.name(), table));
    second.tables().forEach(table -> tables.putIfAbsent(table.name(), table));
    return first.withBootstraps(List.copyOf(contacts)).withTables(List.copyOf(tables.values()));
  }

  /// The network of that name, if one is borrowed.
  Optional<Network> network(String name) {
    return networks().stream().filter(each -> each.name().equals(name)).findFirst();
  }

  private <T> List<T> all(Function<Ruleset, List<T>> part) {
    return used.stream().flatMap(each -> part.apply(each.ruleset()).stream()).toList();
  }

  /// The entries of borrowed tunnels, where they were written.
  Stream<Draft.Opened> opened(Tunnel tunnel) {
    return opened(
        tunnel, Ruleset::tunnels, tunnel.entries(), i -> RulePath.entry(tunnel.name(), i));
  }

  /// The entries of borrowed gateways, where they were written.
  Stream<Draft.Opened> opened(Gateway gateway) {
    return opened(
        gateway,
        Ruleset::gateways,
        gateway.entries(),
        i -> RulePath.gatewayEntry(gateway.name(), i));
  }

  private <T> Stream<Draft.Opened> opened(
      T borrowed, Function<Ruleset, List<T>> part, List<Entry> entries, IntFunction<String> path) {
    Used from =
        used.stream()
            .filter(each -> part.apply(each.ruleset()).contains(borrowed))
            .findFirst()
            .orElseThrow();
    return IntStream.range(0, entries.size())
        .mapToObj(
            i -> new Draft.Opened(entries.get(i), from.placeOf(path.apply(i)), from.position()));
  }

  /// The routes of one ruleset, to stand where it is used again among routes.
  static List<Draft.Routed> routes(Used from) {
    List<Draft.Routed> routes = new ArrayList<>();
    List<Route> theirs = from.ruleset().routes();
    for (int i = 0; i < theirs.size(); i++) {
      Position place = from.placeOf(RulePath.route(i));
      Route route = theirs.get(i);
      routes.add(new Draft.Routed(route.verdict(), route.condition(), place, place));
    }
    return routes;
  }

  /// The names of tunnels, each with the `use` that brings it.
  ///
  /// @param problems is told of names that two bring
  Map<String, Position> tunnelNames(Problems problems) {
    return names(
        problems, "tunnels", each -> each.ruleset().tunnels().stream().map(Tunnel::name).toList());
  }

  /// The names of groups, likewise.
  Map<String, Position> groupNames(Problems problems) {
    return names(
        problems, "groups", each -> each.ruleset().groups().stream().map(Group::name).toList());
  }

  /// The names of gateways, likewise.
  Map<String, Position> gatewayNames(Problems problems) {
    return names(
        problems,
        "gateways",
        each -> each.ruleset().gateways().stream().map(Gateway::name).toList());
  }

  /// Names that two rulesets bring are told; the first bringer of each is given.
  Map<String, Position> names(
      Problems problems, String what, Function<Used, List<String>> namesOf) {
    Map<String, Used> bringers = new LinkedHashMap<>();
    for (Used each : used) {
      for (String name : namesOf.apply(each)) {
        Used first = bringers.putIfAbsent(name, each);
        if (first != null) {
          problems.add(
              Problem.error(
                      each.position(),
                      "\"%s\" and \"%s\" both have %s called \"%s\""
                          .formatted(first.name(), each.name(), what, name))
                  .hinting("they can't be used together"));
        }
      }
    }
    Map<String, Position> positions = new LinkedHashMap<>();
    bringers.forEach((name, each) -> positions.put(name, each.position()));
    return positions;
  }

  /// Networks that are called alike but have other rules are told.
  void checkNetworks(Problems problems) {
    Map<String, Used> bringers = new LinkedHashMap<>();
    for (Used each : used) {
      for (Network network : each.ruleset().networks()) {
        Used first = bringers.putIfAbsent(network.name(), each);
        boolean other =
            first != null
                && first
                    .ruleset()
                    .network(network.name())
                    .filter(known -> !known.id().equals(network.id()))
                    .isPresent();
        if (first != null) {
          checkTables(problems, first, each, network);
        }
        if (other) {
          problems.add(
              Problem.error(
                      each.position(),
                      "\"%s\" and \"%s\" both have a network called \"%s\", with other rules"
                          .formatted(first.name(), each.name(), network.name()))
                  .hinting("they can't be used together"));
        }
      }
    }
  }

  /// Tables of one network that are called alike but have other rules are told.
  private static void checkTables(Problems problems, Used first, Used each, Network network) {
    Network known = first.ruleset().network(network.name()).orElse(network);
    for (Table table : network.tables()) {
      if (known.table(table.name()).filter(other -> !other.equals(table)).isPresent()) {
        problems.add(
            Problem.error(
                    each.position(),
                    "\"%s\" and \"%s\" both have a table called \"%s\", with other rules"
                        .formatted(first.name(), each.name(), table.name()))
                .hinting("they can't be used together"));
      }
    }
  }

  /// Notes where borrowed networks, tunnels, groups, gateways and what is in them stand.
  void place(Map<String, Position> places) {
    for (Used each : used) {
      each.sources()
          .positions()
          .forEach((path, position) -> {
            if (!path.startsWith("routes")
                && !path.startsWith("expectations")
                && !path.equals(RulePath.ruleset())) {
              places.putIfAbsent(path, position);
            }
          });
    }
  }
}
