package org.wormholes.rules;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.ExprText;
import org.wormholes.rules.expr.Type;

/// What changes from one ruleset to another: networks, tunnels, groups and gateways by name, routes
/// by place.
///
/// @param changes networks, then tunnels, groups, gateways and routes; what is kept is among them,
///   but for routes, of which only `routesKept` tells
/// @param routesKept how many routes stay as they are, at the start and the end of the list
public record RulesetDiff(List<Change> changes, int routesKept) {
  public enum Kind {
    NETWORK,
    TUNNEL,
    GROUP,
    GATEWAY,
    ROUTE
  }

  public enum Action {
    ADDED,
    CHANGED,
    KEPT,
    REMOVED
  }

  /// One thing.
  ///
  /// @param name of the network, tunnel, group or gateway; of a route its place, in the new ruleset
  ///   or, where it is removed, in the old
  /// @param fields what is different, where it is changed
  public record Change(Kind kind, Action action, String name, List<FieldChange> fields) {
    public Change {
      fields = List.copyOf(fields);
    }

    /// The rule, for source maps.
    public String rulePath() {
      return switch (kind) {
        case NETWORK -> RulePath.network(name);
        case TUNNEL -> RulePath.tunnel(name);
        case GROUP -> RulePath.group(name);
        case GATEWAY -> RulePath.gateway(name);
        case ROUTE -> RulePath.route(Integer.parseInt(name));
      };
    }
  }

  /// One field, in words; empty where there was, or is, nothing.
  public record FieldChange(String field, String before, String after) {}

  public RulesetDiff {
    changes = List.copyOf(changes);
  }

  /// From nothing to the ruleset: everything is added.
  public static RulesetDiff initial(Ruleset ruleset) {
    List<Change> changes = new ArrayList<>();
    ruleset.networks().forEach(each -> changes.add(added(Kind.NETWORK, each.name())));
    ruleset.tunnels().forEach(each -> changes.add(added(Kind.TUNNEL, each.name())));
    ruleset.groups().forEach(each -> changes.add(added(Kind.GROUP, each.name())));
    ruleset.gateways().forEach(each -> changes.add(added(Kind.GATEWAY, each.name())));
    for (int i = 0; i < ruleset.routes().size(); i++) {
      changes.add(added(Kind.ROUTE, Integer.toString(i)));
    }
    return new RulesetDiff(changes, 0);
  }

  public static RulesetDiff between(Ruleset before, Ruleset after) {
    List<Change> changes = new ArrayList<>();
    named(
        changes,
        Kind.NETWORK,
        before.networks(),
        after.networks(),
        Network::name,
        RulesetDiff::network);
    named(
        changes, Kind.TUNNEL, before.tunnels(), after.tunnels(), Tunnel::name, RulesetDiff::tunnel);
    named(changes, Kind.GROUP, before.groups(), after.groups(), Group::name, RulesetDiff::group);
    named(
        changes,
        Kind.GATEWAY,
        before.gateways(),
        after.gateways(),
        Gateway::name,
        RulesetDiff::gateway);
    int routesKept = routes(changes, before.routes(), after.routes());
    return new RulesetDiff(changes, routesKept);
  }

  /// Whether nothing is added, changed or removed.
  public boolean isEmpty() {
    return changes.stream().allMatch(change -> change.action() == Action.KEPT);
  }

  /// The changes of a kind with this action.
  public List<Change> changes(Kind kind, Action action) {
    return changes.stream()
        .filter(change -> change.kind() == kind && change.action() == action)
        .toList();
  }

  private static Change added(Kind kind, String name) {
    return new Change(kind, Action.ADDED, name, List.of());
  }

  private static <T> void named(
      List<Change> changes,
      Kind kind,
      List<T> before,
      List<T> after,
      Function<T, String> name,
      Function<T, Map<String, String>> fields) {
    Map<String, T> old =
        before.stream()
            .collect(Collectors.toMap(name, each -> each, (a, _) -> a, LinkedHashMap::new));
    for (T each : after) {
      T was = old.remove(name.apply(each));
      if (was == null) {
        changes.add(added(kind, name.apply(each)));
      } else if (was.equals(each)) {
        changes.add(new Change(kind, Action.KEPT, name.apply(each), List.of()));
      } else {
        List<FieldChange> different = different(fields.apply(was), fields.apply(each));
        changes.add(new Change(kind, Action.CHANGED, name.apply(each), different));
      }
    }
    old.keySet().forEach(gone -> changes.add(new Change(kind, Action.REMOVED, gone, List.of())));
  }

  /// Routes that are equal at the start and at the end are kept; those between are compared in
  /// pairs.
  private static int routes(List<Change> changes, List<Route> before, List<Route> after) {
    int shorter = Math.min(before.size(), after.size());
    int head = 0;
    while (head < shorter && before.get(head).equals(after.get(head))) {
      head++;
    }
    int tail = 0;
    while (tail < shorter - head
        && before.get(before.size() - 1 - tail).equals(after.get(after.size() - 1 - tail))) {
      tail++;
    }
    int pairs = shorter - head - tail;
    for (int i = head; i < head + pairs; i++) {
      List<FieldChange> different = different(route(before.get(i)), route(after.get(i)));
      boolean same = before.get(i).equals(after.get(i)); // long lists may read alike and differ
      Action action = same ? Action.KEPT : Action.CHANGED;
      changes.add(new Change(Kind.ROUTE, action, Integer.toString(i), different));
    }
    for (int i = head + pairs; i < after.size() - tail; i++) {
      changes.add(added(Kind.ROUTE, Integer.toString(i)));
    }
    for (int i = head + pairs; i < before.size() - tail; i++) {
      changes.add(new Change(Kind.ROUTE, Action.REMOVED, Integer.toString(i), List.of()));
    }
    return head + tail;
  }

  private static List<FieldChange> different(
      Map<String, String> before, Map<String, String> after) {
    List<FieldChange> different = new ArrayList<>();
    before.forEach((field, was) -> {
      String is = Objects.requireNonNull(after.get(field), field);
      if (!was.equals(is)) {
        different.add(new FieldChange(field, was, is));
      }
    });
    return different;
  }

  private static Map<String, String> network(Network network) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("open_to", network.openTo().word());
    fields.put("founder", String.join(", ", network.founders()));
    fields.put("bootstrap", String.join(", ", network.bootstraps()));
    fields.put("tables", joined(network.tables(), RulesetDiff::table));
    return fields;
  }

  private static String table(Table table) {
    String owner = table.owner().isEmpty() ? "" : " of " + table.owner();
    return "%s%s { %s } on %d of %d for %s, keys to %d and values to %d bytes"
        .formatted(
            table.name(),
            owner,
            table.write().stream().map(ExprText::of).collect(Collectors.joining(" && ")),
            table.quorum(),
            table.replicas(),
            written(table.expires()),
            table.limits().key(),
            table.limits().value());
  }

  private static String publication(Publication publication) {
    String who = publication.clients().isEmpty() ? "" : " for " + publication.clients();
    String where = publication.on().isEmpty() ? "" : " on " + publication.on();
    return "%s at %s:%d%s%s"
        .formatted(publication.name(), publication.host(), publication.port(), where, who);
  }

  private static Map<String, String> tunnel(Tunnel tunnel) {
    Map<String, String> fields = new LinkedHashMap<>();
    Relays relays = tunnel.relays();
    fields.put("over", tunnel.network());
    fields.put("entry", joined(tunnel.entries(), RulesetDiff::entry));
    fields.put("relay", Integer.toString(relays.count()));
    fields.put("relay.only", relays.only().map(ExprText::of).orElse(""));
    fields.put("relay.distinct", joined(relays.distinct(), Distinct::word));
    fields.put("relay.prefer", relays.prefer().map(ExprText::of).orElse(""));
    fields.put(
        "relay.guard",
        text(relays.guard(), guard -> guard.count() + " for " + written(guard.keep())));
    fields.put("exit", joined(tunnel.exit().clauses(), RulesetDiff::clause));
    fields.put("exit.via", joined(tunnel.exit().vias(), RulesetDiff::via));
    fields.put("exit.resolve", resolve(tunnel.exit().resolve()));
    fields.put("carry", String.join(", ", tunnel.carry()));
    fields.put("rotate", text(tunnel.rotateEvery(), RulesetDiff::written));
    fields.put("isolation", isolation(tunnel.isolation()));
    fields.put("early_data", Boolean.toString(tunnel.earlyData()));
    fields.put("shape", text(tunnel.shape(), Shape::word));
    fields.put("publish", joined(tunnel.published(), RulesetDiff::publication));
    return fields;
  }

  private static Map<String, String> group(Group group) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("kind", group.kind().word());
    fields.put("of", String.join(", ", group.members()));
    fields.put("circuits", Integer.toString(group.circuits()));
    fields.put("probe", text(group.probe(), Group.Probe::place));
    fields.put("probe.every", text(group.probe(), probe -> written(probe.every())));
    fields.put("probe.timeout", text(group.probe(), probe -> written(probe.timeout())));
    fields.put("tolerance", written(group.tolerance()));
    fields.put("settle", written(group.settle()));
    return fields;
  }

  private static Map<String, String> gateway(Gateway gateway) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("kind", gateway.kind().word());
    fields.put("at", text(gateway.server(), Object::toString));
    fields.put("user", text(gateway.server(), Gateway.Server::user));
    fields.put("password", text(gateway.server(), server -> secret(server.password())));
    fields.put("through", gateway.through().orElse(""));
    fields.put("entry", joined(gateway.entries(), RulesetDiff::entry));
    fields.put("isolation", isolation(gateway.isolation()));
    gateway
        .peers()
        .ifPresent(peers -> {
          fields.put("over", peers.network());
          fields.put("publish", joined(peers.published(), RulesetDiff::publication));
        });
    return fields;
  }

  /// Stands for a password: another one reads otherwise, but it can't be found out from that.
  private static String secret(String password) {
    return password.isEmpty() ? "" : "(secret)";
  }

  private static Map<String, String> route(Route route) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("verdict", verdict(route.verdict()));
    fields.put("condition", ExprText.of(route.condition()));
    return fields;
  }

  private static String verdict(Verdict verdict) {
    return switch (verdict) {
      case Verdict.To(String tunnel) -> "to " + tunnel;
      case Verdict.Refuse _ -> "refuse";
      case Verdict.Direct _ -> "direct";
      case Verdict.Mark(String name) -> "mark " + name;
    };
  }

  private static String entry(Entry entry) {
    String at = entry.listen().host() + ":" + entry.listen().port();
    return switch (entry) {
      case Entry.Socks(_, boolean udp) -> "socks " + at + (udp ? " with udp" : "");
      case Entry.Http _ -> "http " + at;
      case Entry.Dns dns ->
          "dns %s over %s, invents %s within %s and %s%s"
              .formatted(
                  at,
                  dns.over().word(),
                  dns.invents().word(),
                  dns.addresses4(),
                  dns.addresses6(),
                  dns.dnssec().map(each -> ", " + each).orElse(""));
      case Entry.Forward(_, String host, int port, boolean udp) ->
          "forward " + at + " to " + host + ":" + port + (udp ? " over udp" : "");
    };
  }

  private static String via(Via via) {
    return via.gateway() + " { " + ExprText.of(via.condition()) + " }";
  }

  private static String clause(ExitClause clause) {
    return (clause.allows() ? "allow { " : "refuse { ") + ExprText.of(clause.condition()) + " }";
  }

  private static String resolve(Resolve resolve) {
    return switch (resolve) {
      case Resolve.BySystem _ -> "system";
      case Resolve.ByServers(List<String> servers) -> String.join(", ", servers);
    };
  }

  private static String isolation(Isolation isolation) {
    return (isolation.byUser() ? "user " : "") + (isolation.byDestination() ? "destination" : "");
  }

  /// As in a script: `30.ms`.
  private static String written(Duration duration) {
    double seconds = duration.toNanos() / 1e9;
    return ExprText.of(new Expr.Quantity(Type.DURATION, seconds));
  }

  private static <T> String joined(List<T> values, Function<T, String> text) {
    return values.stream().map(text).collect(Collectors.joining(", "));
  }

  private static <T> String text(Optional<T> value, Function<T, String> text) {
    return value.map(text).orElse("");
  }
}
