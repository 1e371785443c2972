package org.wormholes.rulesets.gem;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.wormholes.rules.Entry;
import org.wormholes.rules.ExitClause;
import org.wormholes.rules.Group;
import org.wormholes.rules.Network;
import org.wormholes.rules.Publication;
import org.wormholes.rules.Route;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.ExprText;

/// What a ruleset does to the machine it runs on and to the world outside, in lines that can be
/// compared. A gem declares them; [#of] says what rules really do; [#lacking] is the difference.
///
/// @param listens ports that are opened, such as `tcp 127.0.0.1:1080`, and local services that
///   others are let in to, such as `published 127.0.0.1:22`
/// @param exits what may be reached through exits: `public addresses`, or the condition of an
///   `allow`
/// @param carriers what may carry bytes between nodes
/// @param networks networks that are joined, and whether anyone may
/// @param contacts nodes that are contacted first, and what groups of tunnels probe
/// @param direct what leaves this machine outside every tunnel: the condition of a `direct`
/// @param tables distributed tables that are written to
public record Permissions(
    List<String> listens,
    List<String> exits,
    List<String> carriers,
    List<String> networks,
    List<String> contacts,
    List<String> direct,
    List<String> tables) {
  public static final Permissions NONE =
      new Permissions(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

  /// Exits without an `allow` reach these.
  static final String PUBLIC = "public addresses";

  private static final int MAX_LINES = 4_096;
  private static final int MAX_CHARS = 16_384;

  public Permissions {
    listens = sorted(listens);
    exits = sorted(exits);
    carriers = sorted(carriers);
    networks = sorted(networks);
    contacts = sorted(contacts);
    direct = sorted(direct);
    tables = sorted(tables);
  }

  /// What these rules do.
  public static Permissions of(Ruleset ruleset) {
    List<String> listens = new ArrayList<>();
    List<String> exits = new ArrayList<>();
    List<String> carriers = new ArrayList<>();
    for (Tunnel tunnel : ruleset.tunnels()) {
      tunnel.entries().forEach(entry -> listens.add(listen(entry)));
      exits.addAll(exits(tunnel));
      carriers.addAll(tunnel.carry());
      tunnel.published().forEach(each -> listens.add(published(each)));
    }
    ruleset.gateways().stream()
        .flatMap(gateway -> gateway.peers().stream())
        .flatMap(peers -> peers.published().stream())
        .forEach(each -> listens.add(published(each)));
    return new Permissions(
        listens,
        exits,
        carriers,
        ruleset.networks().stream().map(Permissions::network).toList(),
        contacts(ruleset),
        ruleset.routes().stream()
            .filter(route -> route.verdict() instanceof Verdict.Direct)
            .map(Permissions::condition)
            .toList(),
        List.of());
  }

  private static String listen(Entry entry) {
    String host = entry.listen().host();
    String address = (host.contains(":") ? "[" + host + "]" : host) + ":" + entry.listen().port();
    return switch (entry) {
      case Entry.Socks(_, boolean udp) -> (udp ? "tcp+udp " : "tcp ") + address;
      case Entry.Http _ -> "tcp " + address;
      case Entry.Dns _ -> "tcp+udp " + address;
      case Entry.Forward(_, _, _, boolean udp) -> (udp ? "udp " : "tcp ") + address;
    };
  }

  private static String published(Publication service) {
    String host = service.host();
    return "published %s:%d"
        .formatted(host.contains(":") ? "[" + host + "]" : host, service.port());
  }

  private static List<String> exits(Tunnel tunnel) {
    List<String> allowed =
        tunnel.exit().clauses().stream()
            .filter(ExitClause::allows)
            .map(clause -> shown(ExprText.of(clause.condition())))
            .toList();
    return allowed.isEmpty() ? List.of(PUBLIC) : allowed;
  }

  private static List<String> contacts(Ruleset ruleset) {
    List<String> contacts = new ArrayList<>();
    ruleset.networks().forEach(network -> contacts.addAll(network.bootstraps()));
    for (Group group : ruleset.groups()) {
      group
          .probe()
          .ifPresent(probe ->
              contacts.add(
                  "probe %s:%d through %s".formatted(probe.host(), probe.port(), group.name())));
    }
    return contacts;
  }

  private static String network(Network network) {
    return network.name()
        + ", open to "
        + (network.openToAnyone() ? "anyone" : network.openTo().described());
  }

  private static String condition(Route route) {
    return shown(ExprText.of(route.condition()));
  }

  /// A condition in one line; one that is very long by its beginning and its digest.
  private static String shown(String text) {
    String line = text.replace('\n', ' ');
    return line.length() <= 200
        ? line
        : line.substring(0, 160) + "… sha256-" + Digests.sha256(line).substring(0, 32);
  }

  /// What these say and the others do not, by kind; kinds without any are left out.
  public Map<String, List<String>> lacking(Permissions others) {
    Map<String, List<String>> mine = byKind();
    Map<String, List<String>> lacking = new LinkedHashMap<>();
    others
        .byKind()
        .forEach((kind, theirs) -> {
          List<String> more = new ArrayList<>(mine.getOrDefault(kind, List.of()));
          more.removeAll(theirs);
          if (!more.isEmpty()) {
            lacking.put(kind, List.copyOf(more));
          }
        });
    return lacking;
  }

  /// All lines by kind, in the order in which they are shown.
  public Map<String, List<String>> byKind() {
    Map<String, List<String>> kinds = new LinkedHashMap<>();
    kinds.put("listens", listens);
    kinds.put("exits", exits);
    kinds.put("carriers", carriers);
    kinds.put("networks", networks);
    kinds.put("contacts", contacts);
    kinds.put("direct", direct);
    kinds.put("tables", tables);
    return kinds;
  }

  /// Reads what [#yaml] wrote, or a person.
  static Permissions read(String what, Yaml yaml) throws GemRefusedException {
    Map<String, Yaml> fields = yaml.fields(what);
    for (String kind : fields.keySet()) {
      if (!NONE.byKind().containsKey(kind)) {
        throw new GemRefusedException(
            "%s has no `%s`; there are %s"
                .formatted(what, Quote.brief(kind), String.join(", ", NONE.byKind().keySet())));
      }
    }
    return new Permissions(
        lines(what, fields, "listens"),
        lines(what, fields, "exits"),
        lines(what, fields, "carriers"),
        lines(what, fields, "networks"),
        lines(what, fields, "contacts"),
        lines(what, fields, "direct"),
        lines(what, fields, "tables"));
  }

  private static List<String> lines(String what, Map<String, Yaml> fields, String kind)
      throws GemRefusedException {
    List<String> lines =
        fields.getOrDefault(kind, Yaml.Nothing.NOTHING).texts("`" + kind + "` in " + what);
    for (String line : lines) {
      if (line.isEmpty() || line.length() > MAX_CHARS || lines.size() > MAX_LINES) {
        throw new GemRefusedException("`%s` in %s is too long, or empty".formatted(kind, what));
      }
    }
    return lines;
  }

  /// As a map of lists, without the kinds that are empty.
  Yaml yaml() {
    Map<String, Yaml> fields = new LinkedHashMap<>();
    byKind()
        .forEach((kind, lines) -> {
          if (!lines.isEmpty()) {
            fields.put(kind, Yaml.of(lines));
          }
        });
    return Yaml.of(fields);
  }

  private static List<String> sorted(List<String> lines) {
    return List.copyOf(new TreeSet<>(lines));
  }
}
