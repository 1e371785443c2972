package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.wormholes.rules.Chains;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Position;
import org.wormholes.rules.Publication;
import org.wormholes.rules.RulePath;

/// Makes gateways of their drafts, and tells what can't be: one that is nowhere, peers of no
/// network, one that carries datagrams, and chains that run in a circle or lead to nothing.
final class Gateways {
  private final Problems problems;
  private final Draft.Rules rules;
  private final List<String> tunnels;

  Gateways(Problems problems, Draft.Rules rules, List<String> tunnels) {
    this.problems = problems;
    this.rules = rules;
    this.tunnels = tunnels;
  }

  void check() {
    for (Draft.Gated gateway : rules.gateways) {
      if (gateway.server == null
          && !gateway.kind.isProgram()
          && gateway.room != Room.PEERS
          && !gateway.said.containsKey("socks")
          && !gateway.said.containsKey("http")
          && !gateway.said.isEmpty()) {
        problems.add(
            Problem.error(
                    gateway.position,
                    "the upstream \"" + gateway.name + "\" does not say where it is")
                .expecting("`socks \"192.0.2.1:1080\"` or `http \"192.0.2.1:3128\"`"));
      }
      if (gateway.through != null
          && gateway.kind.isProgram()
          && gateway.said.containsKey("adopt")) {
        problems.add(
            Problem.error(
                    gateway.throughPosition,
                    "what is adopted connects as it was started: it can't be led through \""
                        + gateway.through
                        + '"')
                .hinting("leave out `adopt`, and the engine starts one that is"));
      }
      if (gateway.room == Room.PEERS) {
        checkPeers(gateway);
      }
      for (Draft.Opened opened : gateway.entries) {
        if (gateway.room != Room.I2P && carriesDatagrams(opened.entry())) {
          problems.add(
              Problem.error(opened.position(), "no datagrams go through \"" + gateway.name + '"')
                  .hinting("leave out `udp: true`"));
        }
      }
    }
    if (!problems.hasErrors()) {
      checkChains();
    }
    if (!problems.hasErrors()) {
      checkExits();
      checkServices();
    }
  }

  /// What is published on them.
  private void checkServices() {
    List<Gateway> all = all();
    Set<String> taken = new HashSet<>();
    for (Draft.Way tunnel : rules.tunnels) {
      for (Draft.Published each : tunnel.published) {
        Publication service = each.publication();
        for (String gateway : service.on()) {
          Optional<String> problem =
              service
                  .problemOn(gateway, all)
                  .or(() ->
                      taken.add(gateway + " " + service.name())
                          ? Optional.empty()
                          : Optional.of(
                              "service `%s` is published on `%s` twice"
                                  .formatted(service.name(), gateway)));
          problem.ifPresent(it -> blame(each.onPosition(), it, gateway, all));
        }
      }
    }
  }

  private void blame(Position position, String problem, String gateway, List<Gateway> all) {
    problems.add(
        Problem.error(position, problem.replace('`', '"'))
            .hinting(
                Suggestion.nearest(gateway, all.stream().map(Gateway::name).toList())
                    .filter(found -> !found.equals(gateway))
                    .map(found -> "did you mean \"" + found + "\"?")
                    .orElse("")));
  }

  /// What tunnels leave into.
  private void checkExits() {
    List<Gateway> all = all();
    Set<String> taken = new LinkedHashSet<>(tunnels);
    all.forEach(gateway -> taken.add(gateway.name()));
    for (Draft.Way tunnel : rules.tunnels) {
      Draft.Leaving exit = tunnel.exit;
      for (int i = 0; exit != null && i < exit.vias.size(); i++) {
        Position position = exit.viaPositions.get(i);
        String gateway = exit.vias.get(i).gateway();
        Chains.brokenBehind(all, tunnel.name, gateway, taken)
            .ifPresent(problem -> blame(position, problem, gateway, all));
      }
    }
  }

  private static boolean carriesDatagrams(Entry entry) {
    return switch (entry) {
      case Entry.Socks socks -> socks.udp();
      case Entry.Forward forward -> forward.udp();
      case Entry.Http _, Entry.Dns _ -> false;
    };
  }

  private void checkChains() {
    List<Gateway> all = all();
    Set<String> known = new LinkedHashSet<>(tunnels);
    Optional<Chains.Broken> broken = Chains.broken(all, known);
    if (broken.isEmpty()) {
      return;
    }
    Optional<Draft.Gated> draft =
        rules.gateways.stream().filter(it -> it.name.equals(broken.get().gateway())).findFirst();
    Position position = draft.map(it -> it.throughPosition).orElse(rules.position);
    if (broken.get().isMissing() && draft.isPresent()) {
      String wanted = String.valueOf(draft.get().through);
      all.forEach(gateway -> known.add(gateway.name()));
      problems.add(
          Problem.error(position, "there is no tunnel or gateway \"" + wanted + '"')
              .expecting("one of " + String.join(", ", known))
              .hinting(
                  Suggestion.nearest(wanted, known)
                      .map(found -> "did you mean \"" + found + "\"?")
                      .orElse("")));
    } else {
      problems.add(Problem.error(position, broken.get().problem()));
    }
  }

  /// All gateways, those of other rulesets first.
  List<Gateway> all() {
    List<Gateway> all = new ArrayList<>(rules.borrowed.gateways());
    for (Draft.Gated draft : rules.gateways) {
      all.add(
          new Gateway(
              draft.name,
              draft.kind,
              Optional.ofNullable(draft.server),
              Optional.ofNullable(draft.through),
              draft.entries.stream().map(Draft.Opened::entry).toList(),
              draft.isolation,
              peers(draft)));
    }
    return all;
  }

  private Optional<Gateway.Peers> peers(Draft.Gated draft) {
    if (draft.room != Room.PEERS) {
      return Optional.empty();
    }
    String over = draft.over == null ? networks().getFirst() : draft.over;
    return Optional.of(
        new Gateway.Peers(
            over, draft.published.stream().map(Draft.Published::publication).toList()));
  }

  /// The networks of this ruleset, by name.
  private List<String> networks() {
    Set<String> named = new LinkedHashSet<>();
    rules.borrowed.networks().forEach(network -> named.add(network.name()));
    rules.networks.forEach(network -> named.add(network.name));
    return List.copyOf(named);
  }

  private void checkPeers(Draft.Gated peers) {
    List<String> networks = networks();
    String over = peers.over;
    if (over == null && networks.size() != 1) {
      problems.add(
          Problem.error(peers.position, "the peers \"" + peers.name + "\" need `over:`")
              .expecting("one of the networks: " + String.join(", ", networks)));
    } else if (over != null && !networks.contains(over)) {
      problems.add(
          Problem.error(peers.overPosition, "there is no network \"" + over + '"')
              .expecting("one of the networks: " + String.join(", ", networks))
              .hinting(
                  Suggestion.nearest(over, networks)
                      .map(found -> "did you mean \"" + found + "\"?")
                      .orElse("")));
    }
    Set<Integer> ports = new LinkedHashSet<>();
    for (Draft.Published each : peers.published) {
      if (!ports.add(each.publication().port())) {
        problems.add(
            Problem.error(
                each.position(), "port " + each.publication().port() + " is published already"));
      }
    }
  }

  /// Notes where each stands.
  void place(Map<String, Position> places) {
    for (Draft.Gated draft : rules.gateways) {
      places.put(RulePath.gateway(draft.name), draft.position);
      if (draft.through != null) {
        places.put(RulePath.through(draft.name), draft.throughPosition);
      }
      for (int i = 0; i < draft.published.size(); i++) {
        places.put(
            RulePath.gateway(draft.name) + "/published/" + i, draft.published.get(i).position());
      }
      for (int i = 0; i < draft.entries.size(); i++) {
        places.put(RulePath.gatewayEntry(draft.name, i), draft.entries.get(i).position());
      }
    }
  }
}
