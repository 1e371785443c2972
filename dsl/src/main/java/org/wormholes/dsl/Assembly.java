package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.Decision;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Exit;
import org.wormholes.rules.Expectation;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Given;
import org.wormholes.rules.Group;
import org.wormholes.rules.Network;
import org.wormholes.rules.Position;
import org.wormholes.rules.Publication;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.Route;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Table;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.codec.TableRules;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;

/// Makes a ruleset of a finished draft: checks what spans words (names, ports, references, routes
/// that can't be reached, expectations) and notes where each rule stands.
final class Assembly {
  /// How far the search for routes that others cover goes: it is a courtesy, not a proof.
  private static final int MOST_COMPARED = 64;

  /// Most expectations times routes that are tried.
  private static final long MOST_TRIED = 50_000_000;

  private final Draft.File file;
  private final Problems problems;
  private final Map<String, Position> places = new LinkedHashMap<>();

  Assembly(Draft.File file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  SourceMap sourceMap() {
    return new SourceMap(places);
  }

  /// The ruleset, or null where a problem stands in its way.
  @Nullable Ruleset assemble(List<Draft.Flow> unjudged) {
    Draft.Rules rules = file.rules;
    if (rules == null) {
      if (!problems.hasErrors()) {
        problems.add(
            Problem.error(file.position, "the file describes no ruleset")
                .expecting("`ruleset \"name\" do … end`"));
      }
      return null;
    }
    places.put(RulePath.ruleset(), rules.position);
    checkNames(rules);
    checkPorts(rules);
    checkTunnels(rules);
    new Gateways(problems, rules, tunnelNames(rules)).check();
    checkTargets(rules);
    checkRoutes(rules);
    for (Draft.Flow flow : unjudged) {
      problems.add(
          Problem.error(flow.position, "nothing is expected of this flow")
              .expecting("`.uses \"tunnel\"`, `.refused` or `.direct`"));
    }
    if (problems.hasErrors()) {
      return null;
    }
    try {
      Ruleset ruleset = ruleset(rules);
      checkExpectations(rules, ruleset);
      return problems.hasErrors() ? null : ruleset;
    } catch (IllegalArgumentException e) {
      problems.add(Problem.error(rules.position, String.valueOf(e.getMessage())));
      return null;
    }
  }

  // ---- checks

  private void checkNames(Draft.Rules rules) {
    if (rules.networks.isEmpty()
        && rules.tunnels.isEmpty()
        && rules.gateways.isEmpty()
        && rules.borrowed.isEmpty()
        && !problems.hasErrors()) {
      problems.add(
          Problem.error(rules.position, "the ruleset has no tunnel")
              .expecting("`tunnel \"web\", over: \"commons\" do … end`"));
    }
    Map<String, Position> networks = new LinkedHashMap<>();
    for (Draft.Net network : rules.networks) {
      checkTwice("networks", network.name, network.position, networks);
    }
    checkBorrowedNetworks(rules);
    Map<String, Position> tunnels = rules.borrowed.tunnelNames(problems);
    for (Draft.Way tunnel : rules.tunnels) {
      checkTwice("tunnels", tunnel.name, tunnel.position, tunnels);
    }
    rules
        .borrowed
        .groupNames(problems)
        .forEach((name, position) -> checkTwice("tunnels or groups", name, position, tunnels));
    for (Draft.Grouped group : rules.groups) {
      checkTwice("tunnels or groups", group.group().name(), group.position(), tunnels);
    }
    String any = "tunnels, groups or gateways";
    rules
        .borrowed
        .gatewayNames(problems)
        .forEach((name, position) -> checkTwice(any, name, position, tunnels));
    for (Draft.Gated gateway : rules.gateways) {
      checkTwice(any, gateway.name, gateway.position, tunnels);
    }
  }

  private void checkBorrowedNetworks(Draft.Rules rules) {
    rules.borrowed.checkNetworks(problems);
    for (Draft.Net network : rules.networks) {
      if (network.name.isEmpty()) {
        continue; // could not be read, which is told
      }
      checkFounders(network);
      checkTables(rules, network);
      Network mine = network.with(List.of());
      boolean other =
          rules
              .borrowed
              .network(network.name)
              .filter(known -> !known.id().equals(mine.id()))
              .isPresent();
      if (other) {
        problems.add(
            Problem.error(
                    network.position,
                    "a ruleset that is used has a network called \""
                        + network.name
                        + "\" too, with other rules")
                .hinting("give yours another name"));
      }
    }
  }

  private void checkTables(Draft.Rules rules, Draft.Net network) {
    Map<String, Position> names = new LinkedHashMap<>();
    Optional<Network> known = rules.borrowed.network(network.name);
    for (Draft.Tabled draft : network.tables) {
      checkTwice("tables", draft.name, draft.position, names);
      if (draft.name.isEmpty() || problems.hasErrors()) {
        continue; // could not be read, which is told
      }
      if (draft.write.isEmpty()) {
        problems.add(
            Problem.error(draft.position, "nobody can write to this `table`")
                .expecting("`write { … }`"));
        continue;
      }
      try {
        Table table = draft.table();
        TableRules.of(network.with(List.of()), table, SourceMap.EMPTY).encode();
        checkTable(draft, table, known.flatMap(it -> it.table(draft.name)));
      } catch (IllegalArgumentException e) {
        problems.add(Problem.error(draft.position, String.valueOf(e.getMessage())));
      }
    }
  }

  private void checkTable(Draft.Tabled draft, Table table, Optional<Table> borrowed) {
    if (borrowed.filter(other -> !other.equals(table)).isPresent()) {
      problems.add(
          Problem.error(
                  draft.position,
                  "a ruleset that is used has a table called \"%s\" in this network too, with other rules"
                      .formatted(draft.name))
              .hinting("give yours another name"));
    }
  }

  private void checkFounders(Draft.Net network) {
    if (!network.founders.isEmpty() && network.openTo != Network.OpenTo.INVITED) {
      problems.add(
          Problem.error(
                  network.position,
                  "a network that is open to " + network.openTo.word() + " has no founders")
              .hinting("write `open_to :invited`, or leave `founder` out"));
    }
    if (Set.copyOf(network.founders).size() > Network.MAX_FOUNDERS) {
      problems.add(
          Problem.error(
              network.position,
              "a network has at most %d founders, this one %d"
                  .formatted(Network.MAX_FOUNDERS, Set.copyOf(network.founders).size())));
    }
  }

  private void checkTwice(String what, String name, Position position, Map<String, Position> seen) {
    Position first = seen.putIfAbsent(name, position);
    if (first != null && !name.isEmpty()) {
      problems.add(
          Problem.error(position, "there are two " + what + " called \"" + name + '"')
              .hinting("the first is on " + line(first)));
    }
  }

  private void checkPorts(Draft.Rules rules) {
    record Taken(String host, Draft.Opened opened, String tunnel) {}
    record Opening(Draft.Opened opened, String tunnel) {}
    List<Opening> openings = new ArrayList<>();
    for (Tunnel tunnel : rules.borrowed.tunnels()) {
      rules.borrowed.opened(tunnel).forEach(it -> openings.add(new Opening(it, tunnel.name())));
    }
    for (Draft.Way tunnel : rules.tunnels) {
      tunnel.entries.forEach(it -> openings.add(new Opening(it, tunnel.name)));
    }
    for (Gateway gateway : rules.borrowed.gateways()) {
      rules.borrowed.opened(gateway).forEach(it -> openings.add(new Opening(it, gateway.name())));
    }
    for (Draft.Gated gateway : rules.gateways) {
      gateway.entries.forEach(it -> openings.add(new Opening(it, gateway.name)));
    }
    Map<Integer, List<Taken>> taken = new LinkedHashMap<>();
    for (Opening opening : openings) {
      Draft.Opened opened = opening.opened();
      Entry.Listen listen = opened.entry().listen();
      if (isOpen(listen.host())) {
        problems.add(
            Problem.warning(
                    opened.position(),
                    "this entry listens on "
                        + listen.host()
                        + ": whoever reaches this machine can use it")
                .hinting("leave out `host:` to listen on this machine only"));
      }
      if (listen.port() == 0) {
        continue;
      }
      List<Taken> same = taken.computeIfAbsent(listen.port(), port -> new ArrayList<>());
      for (Taken other : same) {
        if (clashes(other.host(), listen.host())) {
          problems.add(
              Problem.error(
                      opened.portPosition(),
                      "port "
                          + listen.port()
                          + " is taken already, by tunnel \""
                          + other.tunnel()
                          + "\" on "
                          + line(other.opened().position()))
                  .hinting("give one of them another port"));
          break;
        }
      }
      same.add(new Taken(listen.host(), opened, opening.tunnel()));
    }
  }

  private static boolean isOpen(String host) {
    return !host.startsWith("127.") && !host.equals("::1") && !host.equals("localhost");
  }

  private static boolean clashes(String a, String b) {
    return a.equals(b) || isAny(a) || isAny(b);
  }

  private static boolean isAny(String host) {
    return host.equals("0.0.0.0") || host.equals("::");
  }

  private void checkTunnels(Draft.Rules rules) {
    Set<String> named = new LinkedHashSet<>();
    rules.borrowed.networks().forEach(network -> named.add(network.name()));
    rules.networks.forEach(network -> named.add(network.name));
    List<String> networks = List.copyOf(named);
    for (Draft.Way tunnel : rules.tunnels) {
      if (tunnel.relays == null && !tunnel.said.containsKey("relay") && !tunnel.said.isEmpty()) {
        problems.add(
            Problem.error(tunnel.position, "the tunnel \"" + tunnel.name + "\" has no `relay`")
                .expecting("how many relays a path has, such as `relay 3`"));
      }
      checkOver(tunnel, networks);
    }
    boolean entered =
        rules.tunnels.stream()
                .anyMatch(tunnel -> !tunnel.entries.isEmpty() || !tunnel.published.isEmpty())
            || rules.borrowed.tunnels().stream().anyMatch(tunnel -> !tunnel.entries().isEmpty())
            || rules.gateways.stream()
                .anyMatch(gateway -> !gateway.entries.isEmpty() || !gateway.published.isEmpty())
            || rules.borrowed.gateways().stream().anyMatch(it -> !it.entries().isEmpty());
    Optional<Position> first =
        Stream.concat(
                rules.tunnels.stream().map(tunnel -> tunnel.position),
                rules.gateways.stream().map(gateway -> gateway.position))
            .findFirst();
    if (!entered && first.isPresent() && !problems.hasErrors()) {
      problems.add(
          Problem.warning(first.get(), "no tunnel has an `entry`: nothing comes in")
              .hinting("add `entry { socks port: 1080 }`"));
    }
  }

  private void checkOver(Draft.Way tunnel, List<String> networks) {
    String over = tunnel.over;
    if (over == null) {
      if (networks.size() != 1 && !problems.hasErrors()) {
        problems.add(
            Problem.error(tunnel.position, "the tunnel \"" + tunnel.name + "\" needs `over:`")
                .expecting(
                    networks.isEmpty()
                        ? "a network, described with `network \"commons\" do … end`"
                        : known("network", networks)));
      }
      return;
    }
    if (!networks.contains(over)) {
      problems.add(
          Problem.error(tunnel.overPosition, "there is no network \"" + over + '"')
              .expecting(
                  networks.isEmpty()
                      ? "`network \"" + over + "\" do … end` before the tunnel"
                      : known("network", networks))
              .hinting(near(over, networks)));
    }
  }

  /// A line in a sentence, with its file where that is another.
  private String line(Position position) {
    return "line "
        + position.line()
        + (position.file().equals(file.position.file()) ? "" : " of " + position.file());
  }

  private static String known(String what, List<String> names) {
    return (names.size() == 1 ? "the " + what + " " : "one of the " + what + "s ")
        + String.join(", ", names.stream().map(name -> '"' + name + '"').toList());
  }

  private static String near(String name, List<String> names) {
    return Suggestion.nearest(name, names)
        .map(found -> "did you mean \"" + found + "\"?")
        .orElse("");
  }

  private void checkTargets(Draft.Rules rules) {
    List<String> tunnels = tunnelNames(rules);
    List<String> entered = new ArrayList<>(tunnels);
    rules.borrowed.gateways().forEach(gateway -> entered.add(gateway.name()));
    rules.gateways.forEach(gateway -> entered.add(gateway.name));
    List<String> targets = new ArrayList<>(entered);
    rules.borrowed.groups().forEach(group -> targets.add(group.name()));
    for (Draft.Grouped group : rules.groups) {
      targets.add(group.group().name());
      for (String member : group.group().members()) {
        checkMember(group, member, tunnels, entered);
      }
    }
    for (Draft.Routed route : rules.routes) {
      checkTarget(route.verdict(), route.targetPosition(), targets);
    }
    for (Draft.Measured measured : rules.measured) {
      checkTarget(new Verdict.To(measured.target()), measured.position(), targets);
    }
    for (Draft.Expected expected : rules.expectations) {
      checkTarget(expected.verdict(), expected.targetPosition(), targets);
      for (Given given : expected.sample().given()) {
        if (given.fact() == Fact.ROUND_TRIP) {
          checkTarget(new Verdict.To(given.of()), expected.position(), targets);
        }
      }
      String entry = expected.sample().entry();
      if (!entry.isEmpty()) {
        checkTarget(new Verdict.To(entry), expected.entryPosition(), entered);
      }
    }
  }

  private void checkMember(
      Draft.Grouped group, String member, List<String> tunnels, List<String> entered) {
    checkTarget(new Verdict.To(member), group.membersPosition(), entered);
    if (tunnels.contains(member) || !entered.contains(member)) {
      return;
    }
    if (group.group().kind() == Group.Kind.SPLIT) {
      problems.add(
          Problem.error(
                  group.membersPosition(), "no flow is split over the gateway \"" + member + '"')
              .expecting("tunnels, which share exits"));
    } else if (group.group().kind() == Group.Kind.FASTEST && group.group().probe().isEmpty()) {
      problems.add(
          Problem.error(
                  group.membersPosition(),
                  "how fast the gateway \"" + member + "\" is can't be seen without a probe")
              .expecting("`probe: \"tls://example.org:443\"`"));
    }
  }

  private static List<String> tunnelNames(Draft.Rules rules) {
    return Stream.concat(
            rules.borrowed.tunnels().stream().map(Tunnel::name),
            rules.tunnels.stream().map(tunnel -> tunnel.name))
        .toList();
  }

  private void checkTarget(Verdict verdict, Position position, List<String> tunnels) {
    if (verdict instanceof Verdict.To(String name) && !tunnels.contains(name)) {
      problems.add(
          Problem.error(position, "there is no tunnel \"" + name + '"')
              .expecting(tunnels.isEmpty() ? "a tunnel of this ruleset" : known("tunnel", tunnels))
              .hinting(near(name, tunnels)));
    }
  }

  private void checkRoutes(Draft.Rules rules) {
    Draft.Routed always = null;
    Map<Expr, Draft.Routed> seen = new LinkedHashMap<>();
    for (Draft.Routed route : rules.routes) {
      Expr condition = route.condition();
      if (condition == null) {
        continue;
      }
      if (always != null) {
        problems.add(
            Problem.warning(
                    route.position(),
                    "this route is never reached: the one on "
                        + line(always.position())
                        + " takes everything")
                .hinting("move it up"));
        continue;
      }
      Draft.Routed earlier = covering(seen, condition);
      if (earlier != null) {
        problems.add(
            Problem.warning(
                    route.position(),
                    "this route is never reached: the one on "
                        + line(earlier.position())
                        + " takes all that it would take")
                .hinting("move it up, or remove it"));
      }
      if (route.verdict() instanceof Verdict.Mark || condition.asksFor(Fact.MARKED)) {
        continue; // it takes nothing, or nothing that is known here
      }
      seen.putIfAbsent(condition, route);
      if (condition.equals(Exprs.YES)) {
        always = route;
        if (route.verdict() instanceof Verdict.Direct) {
          problems.add(
              Problem.warning(
                      route.position(),
                      "everything that no earlier route takes leaves without a tunnel")
                  .hinting("name what may go direct, and `refuse { otherwise }` for the rest"));
        }
      }
    }
  }

  private static Draft.@Nullable Routed covering(Map<Expr, Draft.Routed> seen, Expr condition) {
    Draft.Routed same = seen.get(condition);
    DomainSet later = hostsOf(condition);
    if (same != null || later == null || later.size() > MOST_COMPARED) {
      return same;
    }
    List<String> domains = later.values();
    int compared = 0;
    for (Map.Entry<Expr, Draft.Routed> earlier : seen.entrySet()) {
      DomainSet set = hostsOf(earlier.getKey());
      if (set != null && domains.stream().allMatch(set::contains)) {
        return earlier.getValue();
      }
      if (++compared > MOST_COMPARED) {
        break;
      }
    }
    return null;
  }

  private static @Nullable DomainSet hostsOf(Expr condition) {
    return condition instanceof Expr.Member(Expr.FactRef(Fact fact), DomainSet set)
            && fact == Fact.HOST
        ? set
        : null;
  }

  private void checkExpectations(Draft.Rules rules, Ruleset ruleset) {
    if (ruleset.expectations().isEmpty()) {
      return;
    }
    if ((long) ruleset.expectations().size() * ruleset.routes().size() > MOST_TRIED) {
      problems.add(
          Problem.error(rules.position, "there are too many expectations for so many routes"));
      return;
    }
    for (RouteDecider.Unmet unmet : RouteDecider.unmet(ruleset)) {
      Draft.Expected expected = rules.expectations.get(unmet.index());
      String decided = decidedBy(unmet.decision());
      problems.add(
          Problem.error(
              expected.position(),
              "expected \""
                  + expected.shown()
                  + "\" to "
                  + wanted(expected.verdict())
                  + ", but it is "
                  + found(unmet.decision().verdict())
                  + decided));
    }
  }

  private String decidedBy(Decision decision) {
    Optional<Position> place = Optional.ofNullable(places.get(decision.rulePath()));
    if (decision.routeIndex() >= 0) {
      return place.map(position -> " by the route on " + line(position)).orElse("");
    }
    if (!(decision.verdict() instanceof Verdict.Refuse)) {
      return "";
    }
    return decision.rulePath().equals(RulePath.NO_ROUTE)
        ? ": no route takes it"
        : " by the exit of its tunnel" + place.map(position -> " on " + line(position)).orElse("");
  }

  private static String wanted(Verdict.Final verdict) {
    return switch (verdict) {
      case Verdict.To(String tunnel) -> "use \"" + tunnel + '"';
      case Verdict.Refuse _ -> "be refused";
      case Verdict.Direct _ -> "go direct";
    };
  }

  private static String found(Verdict.Final verdict) {
    return switch (verdict) {
      case Verdict.To(String tunnel) -> "sent to \"" + tunnel + '"';
      case Verdict.Refuse _ -> "refused";
      case Verdict.Direct _ -> "sent direct";
    };
  }

  // ---- assembly

  private Ruleset ruleset(Draft.Rules rules) {
    rules.borrowed.place(places);
    List<Network> networks = new ArrayList<>(rules.borrowed.networks());
    for (Draft.Net network : rules.networks) {
      places.put(RulePath.network(network.name), network.position);
      Network mine = network.with(distinct(network.bootstraps)).withTables(tables(network));
      Optional<Network> same = rules.borrowed.network(network.name);
      same.ifPresent(networks::remove);
      networks.add(same.map(known -> Borrowed.merged(known, mine)).orElse(mine));
    }
    List<Tunnel> tunnels = new ArrayList<>(rules.borrowed.tunnels());
    for (Draft.Way tunnel : rules.tunnels) {
      tunnels.add(tunnel(tunnel, networks));
    }
    List<Group> groups = new ArrayList<>(rules.borrowed.groups());
    for (Draft.Grouped grouped : rules.groups) {
      Group group = grouped.group();
      places.put(RulePath.group(group.name()), grouped.position());
      placed(RulePath.probe(group.name()), grouped.probePosition(), group.probe().orElse(null));
      groups.add(group);
    }
    Gateways gateways = new Gateways(problems, rules, tunnelNames(rules));
    gateways.place(places);
    List<Route> routes = new ArrayList<>();
    for (Draft.Routed route : rules.routes) {
      if (route.condition() != null) {
        places.put(RulePath.route(routes.size()), route.position());
        routes.add(new Route(route.verdict(), route.condition()));
      }
    }
    List<Expectation> expectations = new ArrayList<>();
    for (Draft.Expected expected : rules.expectations) {
      places.put(RulePath.expectation(expectations.size()), expected.position());
      expectations.add(new Expectation(expected.sample(), expected.verdict()));
    }
    return new Ruleset(
        rules.name, rules.version, networks, tunnels, groups, gateways.all(), routes, expectations);
  }

  private List<Table> tables(Draft.Net network) {
    List<Table> tables = new ArrayList<>();
    for (Draft.Tabled draft : network.tables) {
      places.put(RulePath.table(network.name, draft.name), draft.position);
      for (int i = 0; i < draft.writePositions.size(); i++) {
        places.put(RulePath.writeClause(network.name, draft.name, i), draft.writePositions.get(i));
      }
      tables.add(draft.table());
    }
    return tables;
  }

  private static List<String> distinct(List<String> values) {
    Set<String> once = new LinkedHashSet<>(values);
    return List.copyOf(once);
  }

  private Tunnel tunnel(Draft.Way draft, List<Network> networks) {
    String name = draft.name;
    places.put(RulePath.tunnel(name), draft.position);
    List<Entry> entries = new ArrayList<>();
    for (Draft.Opened opened : draft.entries) {
      places.put(RulePath.entry(name, entries.size()), opened.position());
      entries.add(opened.entry());
    }
    return new Tunnel(
        name,
        draft.over == null ? networks.getFirst().name() : draft.over,
        entries,
        relays(name, draft),
        exit(name, draft),
        draft.carry,
        placed(RulePath.rotate(name), draft.said.get("rotate"), draft.rotateEvery),
        draft.isolation,
        draft.earlyData,
        Optional.ofNullable(draft.shape),
        published(name, draft));
  }

  private List<Publication> published(String name, Draft.Way draft) {
    List<Publication> published = new ArrayList<>();
    for (Draft.Published each : draft.published) {
      places.put(RulePath.publication(name, published.size()), each.position());
      published.add(each.publication());
    }
    return published;
  }

  private Relays relays(String name, Draft.Way tunnel) {
    Draft.Picked draft = tunnel.relays;
    if (draft == null) {
      throw new IllegalStateException("a tunnel without relays passed the checks");
    }
    places.put(RulePath.relays(name), draft.position);
    if (!draft.distinct.isEmpty()) {
      place(RulePath.distinct(name), draft.said.get("distinct"));
    }
    place(RulePath.carry(name), tunnel.said.get("carry"));
    return new Relays(
        draft.count,
        placed(RulePath.only(name), draft.said.get("only"), draft.only),
        draft.distinct,
        placed(RulePath.prefer(name), draft.said.get("prefer"), draft.prefer),
        placed(RulePath.guard(name), draft.said.get("guard"), draft.guard));
  }

  private Exit exit(String name, Draft.Way tunnel) {
    Draft.Leaving draft = tunnel.exit;
    if (draft == null) {
      return Exit.DEFAULT;
    }
    places.put(RulePath.exit(name), draft.position);
    for (int i = 0; i < draft.clausePositions.size(); i++) {
      places.put(RulePath.exitClause(name, i), draft.clausePositions.get(i));
    }
    for (int i = 0; i < draft.vias.size(); i++) {
      places.put(RulePath.via(name, i), draft.viaPositions.get(i));
    }
    place(RulePath.resolve(name), draft.said.get("resolve"));
    return new Exit(
        draft.clauses, draft.resolve == null ? new Resolve.BySystem() : draft.resolve, draft.vias);
  }

  private <T> Optional<T> placed(String path, @Nullable Position position, @Nullable T value) {
    if (value != null) {
      place(path, position);
    }
    return Optional.ofNullable(value);
  }

  private void place(String path, @Nullable Position position) {
    if (position != null) {
      places.put(path, position);
    }
  }
}
