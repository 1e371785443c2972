package org.wormholes.runtime.control;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.wormholes.rules.Distinct;
import org.wormholes.rules.Entry;
import org.wormholes.rules.ExitClause;
import org.wormholes.rules.Guard;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Position;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.Route;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Shape;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Expr;

/// What a rule consists of, field by field, each as a value to compare and a text to show.
final class RuleFields {
  private final SourceMap sources;

  RuleFields(SourceMap sources) {
    this.sources = sources;
  }

  /// A field.
  ///
  /// @param value equal exactly when the rule means the same
  /// @param text for people; empty where there is nothing
  /// @param rulePath where it is written
  record Field(Object value, String text, String rulePath) {
    /// Whether the other means the same; there may be no other.
    boolean isSame(Optional<Field> other) {
      return other.isPresent() && Objects.equals(value, other.get().value);
    }
  }

  Map<String, Field> of(Network network) {
    String path = RulePath.network(network.name());
    Map<String, Field> fields = new LinkedHashMap<>();
    put(
        fields,
        "open to",
        network.openToAnyone(),
        network.openToAnyone() ? "anyone" : "invited",
        path);
    put(fields, "bootstraps", network.bootstraps(), String.join(", ", network.bootstraps()), path);
    return fields;
  }

  Map<String, Field> of(Tunnel tunnel) {
    String name = tunnel.name();
    Map<String, Field> fields = new LinkedHashMap<>();
    put(fields, "network", tunnel.network(), tunnel.network(), RulePath.tunnel(name));
    for (int i = 0; i < tunnel.entries().size(); i++) {
      Entry entry = tunnel.entries().get(i);
      put(fields, entryField(i), entry, text(entry), RulePath.entry(name, i));
    }
    relays(fields, tunnel);
    for (int i = 0; i < tunnel.exit().clauses().size(); i++) {
      ExitClause clause = tunnel.exit().clauses().get(i);
      String path = RulePath.exitClause(name, i);
      String word = clause.allows() ? "allow" : "refuse";
      put(fields, "exit/" + (i + 1), clause, source(path).orElse(word), path);
    }
    Resolve resolve = tunnel.exit().resolve();
    put(fields, "exit/resolve", resolve, text(resolve), RulePath.resolve(name));
    put(fields, "carry", tunnel.carry(), String.join(", ", tunnel.carry()), RulePath.carry(name));
    put(
        fields,
        "rotate",
        tunnel.rotateEvery(),
        tunnel.rotateEvery().map(RuleFields::text).orElse("never"),
        RulePath.rotate(name));
    String path = RulePath.tunnel(name);
    put(fields, "isolation", tunnel.isolation(), text(tunnel.isolation()), path);
    put(fields, "early data", tunnel.earlyData(), tunnel.earlyData() ? "yes" : "no", path);
    put(fields, "shape", tunnel.shape(), tunnel.shape().map(Shape::word).orElse("any"), path);
    return fields;
  }

  /// Whether a field says only where a tunnel is entered: such changes touch no flow.
  static boolean isEntry(String field) {
    return field.startsWith("entry/");
  }

  private static String entryField(int index) {
    return "entry/" + (index + 1);
  }

  private void relays(Map<String, Field> fields, Tunnel tunnel) {
    String name = tunnel.name();
    var relays = tunnel.relays();
    put(fields, "relays", relays.count(), Integer.toString(relays.count()), RulePath.relays(name));
    put(
        fields,
        "relays/only",
        relays.only(),
        text(relays.only(), RulePath.only(name)),
        RulePath.only(name));
    String distinct =
        relays.distinct().stream().map(Distinct::word).collect(Collectors.joining(", "));
    put(fields, "relays/distinct", relays.distinct(), distinct, RulePath.distinct(name));
    put(
        fields,
        "relays/prefer",
        relays.prefer(),
        text(relays.prefer(), RulePath.prefer(name)),
        RulePath.prefer(name));
    put(
        fields,
        "relays/guard",
        relays.guard(),
        relays.guard().map(RuleFields::text).orElse(""),
        RulePath.guard(name));
  }

  /// A route as it is written, or at least what it decides.
  Field of(Route route, int index) {
    String path = RulePath.route(index);
    String verdict =
        switch (route.verdict()) {
          case Verdict.To(String tunnel) -> "to " + tunnel;
          case Verdict.Refuse _ -> "refuse";
          case Verdict.Direct _ -> "direct";
        };
    return new Field(route, source(path).orElse(verdict), path);
  }

  private static void put(
      Map<String, Field> fields, String name, Object value, String text, String path) {
    fields.put(name, new Field(value, text, path));
  }

  /// A condition has no other text than the line it was written on.
  private String text(Optional<Expr> condition, String path) {
    return condition.isEmpty() ? "" : source(path).orElse("a condition");
  }

  private Optional<String> source(String path) {
    return Optional.ofNullable(sources.positions().get(path))
        .map(Position::text)
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }

  static String text(Entry entry) {
    String at = entry.listen().host() + ":" + entry.listen().port();
    return switch (entry) {
      case Entry.Socks(_, boolean udp) -> "socks " + at + (udp ? ", udp" : "");
      case Entry.Http _ -> "http " + at;
      case Entry.Forward(_, String host, int port, boolean udp) ->
          "forward %s to %s:%d%s".formatted(at, host, port, udp ? ", udp" : "");
    };
  }

  private static String text(Resolve resolve) {
    return switch (resolve) {
      case Resolve.BySystem _ -> "system";
      case Resolve.ByServers(List<String> servers) -> String.join(", ", servers);
    };
  }

  private static String text(Guard guard) {
    return "%d, kept %s".formatted(guard.count(), text(guard.keep()));
  }

  private static String text(Isolation isolation) {
    if (isolation.byUser() && isolation.byDestination()) {
      return "user, destination";
    }
    if (isolation.byUser()) {
      return "user";
    }
    return isolation.byDestination() ? "destination" : "none";
  }

  private static String text(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + " days";
    }
    if (seconds % 3_600 == 0) {
      return seconds / 3_600 + " h";
    }
    return seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
  }
}
