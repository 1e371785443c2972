package org.wormholes.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.wormholes.runtime.control.CarrierRefusal;
import org.wormholes.runtime.control.CarrierView;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.EngineStatus;
import org.wormholes.runtime.control.FactView;
import org.wormholes.runtime.control.GatewayView;
import org.wormholes.runtime.control.GroupView;
import org.wormholes.runtime.control.HopView;
import org.wormholes.runtime.control.ListenView;
import org.wormholes.runtime.control.NodeView;
import org.wormholes.runtime.control.RulesetView;
import org.wormholes.runtime.control.TunnelView;

/// The state of an engine as a person reads it.
final class StatusText {
  private static final int MAX_NAME = 40;

  private StatusText() {}

  static List<String> status(EngineStatus status, Instant now, Paint paint) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s, process %d, up %s"
            .formatted(
                paint.bold("wormholes " + name(status.version())),
                status.process(),
                Units.duration(status.uptime())));
    lines.addAll(
        new Columns("")
            .row("node", name(status.node(), 80))
            .row("network", network(status))
            .row("ruleset", status.ruleset().map(it -> ruleset(it, now)).orElse("none applied yet"))
            .row(
                "memory",
                Units.bytes(status.memoryUsed())
                    + " of "
                    + Units.bytes(status.memoryLimit())
                    + " in buffers")
            .lines());
    section(lines, "listening", listening(status.listening()));
    section(lines, "carriers", carriers(status.carriers(), paint));
    section(lines, "tunnels", tunnels(status.tunnels(), paint));
    section(lines, "groups", groups(status.groups(), paint));
    section(lines, "gateways", gateways(status.gateways(), paint));
    return lines;
  }

  static Columns listening(List<ListenView> ports) {
    Columns columns = new Columns("  ");
    for (ListenView each : ports) {
      columns.row(
          each.address(),
          each.kind(),
          each.tunnel().isEmpty() ? "" : "tunnel " + name(each.tunnel()),
          Clean.line(each.note(), 80));
    }
    return columns;
  }

  /// Those that were tried.
  private static Columns carriers(List<CarrierView> carriers, Paint paint) {
    Columns columns = new Columns("  ");
    for (CarrierView each : carriers) {
      if (each.links() > 0 || each.lastRefusal().isPresent()) {
        columns.row(
            name(each.carrier()),
            each.up() ? paint.green("up") : paint.red("down"),
            Units.count(each.links(), "link"),
            each.lastRefusal().map(StatusText::refusal).orElse(""));
      }
    }
    return columns;
  }

  private static String refusal(CarrierRefusal refusal) {
    return "last refusal %s, of %s: %s"
        .formatted(
            refusal.at().truncatedTo(ChronoUnit.SECONDS),
            Clean.line(refusal.node().substring(0, Math.min(8, refusal.node().length())), 8),
            Clean.line(refusal.reason(), 80));
  }

  static Columns tunnels(List<TunnelView> tunnels, Paint paint) {
    Columns columns = new Columns("  ");
    for (TunnelView each : tunnels) {
      columns.row(
          name(each.name()),
          state(each.state(), paint),
          Units.count(each.hops(), "hop"),
          Units.count(each.circuits(), "circuit"),
          Units.count(each.flows(), "flow"),
          each.problem()
              .map(it -> paint.red(Clean.line(it, 160)))
              .orElseGet(() -> traffic(each.bytesUp(), each.bytesDown())));
      for (TunnelView.ServiceView service : each.services()) {
        columns.row(
            "  " + name(service.name()),
            service.ready() == 0 ? paint.red("not yet") : paint.green("published"),
            service.address(),
            "at " + service.place());
        for (TunnelView.Onward on : service.onward()) {
          columns.row(
              "    on " + name(on.gateway()),
              on.problem().isEmpty() ? paint.green("published") : paint.red("not yet"),
              on.address(),
              on.problem().map(it -> Clean.line(it, 160)).orElse(""));
        }
      }
    }
    return columns;
  }

  private static Columns groups(List<GroupView> groups, Paint paint) {
    Columns columns = new Columns("  ");
    for (GroupView group : groups) {
      boolean isDown =
          group.members().stream().allMatch(each -> each.state() == GroupView.State.DOWN);
      columns.row(
          name(group.name()),
          group.kind(),
          isDown
              ? paint.red("all down")
              : group.inUse().map(it -> "takes " + name(it)).orElse("spreads"),
          "for " + Units.duration(group.inUseFor()));
      for (GroupView.Member each : group.members()) {
        columns.row(
            "  " + name(each.tunnel()),
            state(each.state(), paint),
            each.roundTrip().map(Units::duration).orElse(""),
            Units.count(each.flows(), "flow"),
            each.problem().map(it -> paint.red(Clean.line(it, 160))).orElse(""));
      }
    }
    return columns;
  }

  private static Columns gateways(List<GatewayView> gateways, Paint paint) {
    Columns columns = new Columns("  ");
    for (GatewayView each : gateways) {
      String state =
          switch (each.state()) {
            case READY -> paint.green("ready");
            case STARTING -> paint.yellow("starting %d%%".formatted(each.percent()));
            case DOWN -> paint.red("down");
          };
      columns.row(
          name(each.name()),
          each.kind(),
          state,
          Units.count(each.flows(), "flow"),
          each.chain().size() > 1 ? "by " + String.join(", ", each.chain()) : "",
          Clean.line(each.detail(), 160));
    }
    return columns;
  }

  private static String state(GroupView.State state, Paint paint) {
    String word = state.name().toLowerCase(Locale.ROOT);
    return switch (state) {
      case UP -> paint.green(word);
      case DOWN -> paint.red(word);
      case UNTRIED -> paint.yellow(word);
    };
  }

  /// Live facts, each with its value.
  static Columns facts(List<FactView> facts, Instant now, Paint paint) {
    Columns columns = new Columns("");
    for (FactView each : facts) {
      Duration ago = Duration.between(each.since(), now);
      columns.row(
          paint.bold(name(each.name(), 80)),
          each.value(),
          each.type(),
          each.source(),
          ago.toSeconds() < 1 ? "just now" : Units.duration(ago) + " ago",
          each.held() ? paint.yellow("held: it flaps") : "");
    }
    return columns;
  }

  static Columns nodes(List<NodeView> nodes, Paint paint) {
    Columns columns = new Columns("");
    for (NodeView each : nodes) {
      columns.row(
          paint.bold(name(each.nickname())),
          each.self() ? "this node" : String.join(",", each.roles()),
          each.roundTrip().map(Units::duration).orElse(each.linked() ? "linked" : ""),
          name(each.country() + " " + each.operator()).strip(),
          addresses(each),
          paint.dim(name(each.node(), 80)));
    }
    return columns;
  }

  static Columns circuits(List<CircuitView> circuits, Paint paint) {
    Columns columns = new Columns("");
    for (CircuitView each : circuits) {
      columns.row(
          Long.toString(each.id()),
          name(each.tunnel()),
          each.state().name().toLowerCase(Locale.ROOT),
          String.join(
              " " + paint.arrow() + " ",
              each.hops().stream().map(HopView::nickname).map(StatusText::name).toList()),
          each.roundTrip().map(Units::duration).orElse(""),
          Units.count(each.flows(), "flow"),
          traffic(each.bytesUp(), each.bytesDown()),
          Units.duration(each.age()));
    }
    return columns;
  }

  private static void section(List<String> lines, String title, Columns content) {
    if (!content.isEmpty()) {
      lines.add(title);
      lines.addAll(content.lines());
    }
  }

  private static String network(EngineStatus status) {
    String view =
        "%s: %s known, %s up"
            .formatted(
                name(status.network()),
                Units.count(status.nodesKnown(), "node"),
                Units.count(status.links(), "link"));
    return status.roles().isEmpty()
        ? view
        : "%s; %s, carries %s of others"
            .formatted(
                view,
                String.join(", ", status.roles()),
                Units.count(status.relayedCircuits(), "circuit"));
  }

  private static String ruleset(RulesetView ruleset, Instant now) {
    Duration ago = Duration.between(ruleset.applied(), now);
    return "%s %s (%s), applied %s"
        .formatted(
            name(ruleset.name()),
            name(ruleset.version()),
            Units.brief(ruleset.digest()),
            ago.toSeconds() < 1 ? "just now" : Units.duration(ago) + " ago");
  }

  private static String state(TunnelView.State state, Paint paint) {
    String word = state.name().toLowerCase(Locale.ROOT);
    return switch (state) {
      case READY -> paint.green(word);
      case BLOCKED -> paint.red(word);
      case BUILDING, DRAINING -> paint.yellow(word);
    };
  }

  private static String traffic(long up, long down) {
    return Units.bytes(up) + " up, " + Units.bytes(down) + " down";
  }

  private static String addresses(NodeView node) {
    return String.join(
        " ",
        node.addresses().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(it -> name(it.getKey() + "://" + it.getValue(), 80))
            .toList());
  }

  private static String name(String text) {
    return name(text, MAX_NAME);
  }

  private static String name(String text, int limit) {
    return Clean.line(text, limit);
  }
}
