package org.wormholes.dsl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.wormholes.rules.Distinct;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Exit;
import org.wormholes.rules.ExitClause;
import org.wormholes.rules.Expectation;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Given;
import org.wormholes.rules.Group;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Publication;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.Route;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Table;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.Via;
import org.wormholes.rules.codec.TableRules;
import org.wormholes.rules.expr.ExprText;

/// Writes out what a ruleset says, defaults included, line by line: the same text for the same
/// rules. For golden files and for people; not meant to be read back.
public final class Describe {
  private final StringBuilder out = new StringBuilder();

  private Describe() {}

  /// The description; every line ends with a line break.
  public static String ruleset(Ruleset ruleset) {
    Describe describe = new Describe();
    describe.write(ruleset);
    return describe.out.toString();
  }

  private void write(Ruleset ruleset) {
    line(0, "ruleset " + ruleset.name() + ", version " + ruleset.version());
    ruleset.networks().forEach(this::write);
    ruleset.tunnels().forEach(this::write);
    ruleset.groups().forEach(this::write);
    ruleset.gateways().forEach(this::write);
    routes(ruleset);
    if (!ruleset.expectations().isEmpty()) {
      line(0, "expectations");
    }
    ruleset.expectations().forEach(this::write);
  }

  private void write(Network network) {
    line(0, "network " + network.name());
    line(1, "id " + network.id());
    line(1, "open to " + (network.openToAnyone() ? "anyone" : network.openTo().described()));
    network.founders().forEach(founder -> line(1, "founder " + founder));
    network.bootstraps().forEach(bootstrap -> line(1, "bootstrap " + bootstrap));
    network.tables().forEach(table -> write(network, table));
  }

  private void write(Network network, Table table) {
    line(1, "table " + table.name());
    line(2, "id " + TableRules.of(network, table, SourceMap.EMPTY).id());
    if (!table.owner().isEmpty()) {
      line(2, "owned by " + table.owner());
    }
    table.write().forEach(clause -> line(2, "write if " + ExprText.of(clause)));
    line(
        2,
        "kept on %d nodes, done on %d of them, for %s"
            .formatted(table.replicas(), table.quorum(), text(table.expires())));
    line(
        2,
        "keys to %d and values to %d bytes"
            .formatted(table.limits().key(), table.limits().value()));
  }

  private void write(Tunnel tunnel) {
    line(0, "tunnel " + tunnel.name() + " over " + tunnel.network());
    tunnel.entries().forEach(entry -> line(1, "entry " + text(entry)));
    write(tunnel.relays());
    write(tunnel.exit());
    line(1, "carried by " + String.join(", then ", tunnel.carry()));
    tunnel.rotateEvery().ifPresent(every -> line(1, "new circuits every " + text(every)));
    line(1, "circuits shared by " + text(tunnel.isolation()));
    line(1, "early data " + (tunnel.earlyData() ? "allowed" : "not allowed"));
    tunnel.shape().ifPresent(shape -> line(1, shape.word() + " cells only"));
    tunnel.published().forEach(this::write);
  }

  private void write(Publication publication) {
    line(
        1,
        "publishes %s as %s"
            .formatted(address(publication.host(), publication.port()), publication.name()));
    publication.on().forEach(gateway -> line(2, "on " + gateway));
    publication.clients().forEach(client -> line(2, "for " + client));
  }

  private void write(Group group) {
    String kind =
        switch (group.kind()) {
          case FALLBACK -> "the first that is up of ";
          case FASTEST -> "the fastest of ";
          case BALANCE -> "balanced over ";
          case SPLIT -> "split over ";
        };
    line(0, "group " + group.name());
    String circuits = group.circuits() > 1 ? group.circuits() + " circuits each of " : "";
    line(1, kind + circuits + String.join(", ", group.members()));
    group
        .probe()
        .ifPresent(probe ->
            line(
                1,
                "probed with "
                    + probe.place()
                    + " every "
                    + text(probe.every())
                    + ", answered within "
                    + text(probe.timeout())));
    if (group.kind() == Group.Kind.FASTEST) {
      line(1, "changed for one that is faster by " + text(group.tolerance()));
    }
    if (!group.kind().isSpread()) {
      line(1, "changed after " + text(group.settle()));
    }
  }

  private void write(Gateway gateway) {
    line(0, "gateway " + gateway.name());
    if (gateway.peers().isPresent()) {
      line(1, "peers of network " + gateway.peers().get().network() + ", by their keys");
      gateway.peers().get().published().forEach(this::write);
      gateway.entries().forEach(entry -> line(1, "entry " + text(entry)));
      return;
    }
    String started = gateway.kind().word() + ", started by the engine";
    line(
        1,
        gateway
            .server()
            .map(server -> gateway.kind().word() + " at " + address(server.host(), server.port()))
            .orElse(started));
    gateway
        .server()
        .filter(server -> !server.user().isEmpty() || !server.password().isEmpty())
        .ifPresent(server -> line(1, "with a password, which is not shown"));
    line(1, gateway.through().map(way -> "reached through " + way).orElse("reached as it is"));
    gateway.entries().forEach(entry -> line(1, "entry " + text(entry)));
    line(1, "circuits shared by " + text(gateway.isolation()));
  }

  private void write(Relays relays) {
    line(1, counted(relays.count(), "relay"));
    relays.only().ifPresent(only -> line(2, "only { " + ExprText.of(only) + " }"));
    if (!relays.distinct().isEmpty()) {
      line(
          2,
          "distinct in "
              + relays.distinct().stream().map(Distinct::word).collect(Collectors.joining(", ")));
    }
    relays.prefer().ifPresent(prefer -> line(2, "prefer { " + ExprText.of(prefer) + " }"));
    relays
        .guard()
        .ifPresent(
            guard -> line(2, counted(guard.count(), "guard") + " kept " + text(guard.keep())));
  }

  private void write(Exit exit) {
    line(1, "exit");
    if (exit.clauses().isEmpty()) {
      line(2, "allow every public address");
    }
    for (ExitClause clause : exit.clauses()) {
      String action = clause.allows() ? "allow" : "refuse";
      line(2, action + " { " + ExprText.of(clause.condition()) + " }");
    }
    String servers =
        switch (exit.resolve()) {
          case Resolve.BySystem _ -> "the exit's system";
          case Resolve.ByServers(List<String> given) -> String.join(", then ", given);
        };
    for (Via via : exit.vias()) {
      line(2, "via " + via.gateway() + " { " + ExprText.of(via.condition()) + " }");
    }
    line(2, "names resolved by " + servers);
  }

  private void routes(Ruleset ruleset) {
    line(0, "routes");
    for (Route route : ruleset.routes()) {
      line(1, text(route.verdict()) + " { " + ExprText.of(route.condition()) + " }");
    }
    line(1, "anything else: " + otherwise(ruleset));
  }

  private static String otherwise(Ruleset ruleset) {
    if (!ruleset.routes().isEmpty() || ruleset.tunnels().isEmpty()) {
      return "refuse";
    }
    return ruleset.tunnels().size() == 1
        ? "to " + ruleset.tunnels().getFirst().name()
        : "to the tunnel whose entry it came in by, or refuse";
  }

  private void write(Expectation expectation) {
    line(1, text(expectation.flow()) + ": " + text(expectation.expected()));
  }

  private static String text(Entry entry) {
    String listen = address(entry.listen().host(), entry.listen().port());
    return switch (entry) {
      case Entry.Socks socks -> "socks on " + listen + (socks.udp() ? " with udp" : "");
      case Entry.Http _ -> "http on " + listen;
      case Entry.Dns dns ->
          "dns on %s over %s, invents %s within %s and %s%s"
              .formatted(
                  listen,
                  dns.over().word(),
                  dns.invents().word(),
                  dns.addresses4(),
                  dns.addresses6(),
                  dns.dnssec().map(each -> ", " + each).orElse(""));
      case Entry.Forward forward ->
          "forward "
              + (forward.udp() ? "udp" : "tcp")
              + " on "
              + listen
              + " to "
              + address(forward.host(), forward.port());
    };
  }

  private static String text(Verdict verdict) {
    return switch (verdict) {
      case Verdict.To(String tunnel) -> "to " + tunnel;
      case Verdict.Refuse _ -> "refuse";
      case Verdict.Direct _ -> "direct";
      case Verdict.Mark(String name) -> "mark " + name;
    };
  }

  private static String text(Isolation isolation) {
    List<String> same = new ArrayList<>();
    if (isolation.byUser()) {
      same.add("user");
    }
    if (isolation.byDestination()) {
      same.add("destination");
    }
    return same.isEmpty() ? "all flows" : "flows of the same " + String.join(" and ", same);
  }

  private static String text(FlowSample flow) {
    StringBuilder text = new StringBuilder(flow.protocol().word());
    text.append(' ').append(address(flow.host(), flow.port()));
    Optional.of(flow.user())
        .filter(user -> !user.isEmpty())
        .ifPresent(user -> text.append(" user ").append(user));
    Optional.of(flow.entry())
        .filter(entry -> !entry.isEmpty())
        .ifPresent(entry -> text.append(" entry ").append(entry));
    int second = flow.secondOfDay();
    text.append(
        String.format(
            Locale.ROOT,
            " on %s %02d:%02d",
            flow.weekday().name().substring(0, 3).toLowerCase(Locale.ROOT),
            second / 3_600,
            second / 60 % 60));
    if (!flow.given().isEmpty()) {
      text.append(" with ");
      text.append(flow.given().stream().map(Given::toString).collect(Collectors.joining(", ")));
    }
    return text.toString();
  }

  private static String text(Duration duration) {
    return Units.showSpan(duration.toNanos()).replace('.', ' ');
  }

  private static String address(String host, int port) {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private void line(int depth, String text) {
    out.append("  ".repeat(depth)).append(text).append('\n');
  }
}
