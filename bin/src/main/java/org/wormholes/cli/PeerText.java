package org.wormholes.cli;

import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.wormholes.runtime.control.AttemptView;
import org.wormholes.runtime.control.NetworkApi;
import org.wormholes.runtime.control.PeerView;
import org.wormholes.runtime.control.ReachView;
import org.wormholes.runtime.control.WhyView;

/// Nodes that are met by their keys, for people.
final class PeerText {
  private PeerText() {}

  static List<String> peers(NetworkApi.PeerList list) {
    List<String> lines = new ArrayList<>();
    for (ReachView each : list.reach()) {
      lines.add(
          "%s: this node is %s.peer, %s"
              .formatted(Clean.line(each.network(), 63), each.node(), met(each)));
    }
    if (list.reach().isEmpty()) {
      lines.add(
          "this node is not met by its key: a ruleset says so with `peers \"NAME\" do … end`");
    }
    lines.add("");
    if (list.peers().isEmpty()) {
      lines.add("no other node is known");
      return lines;
    }
    Columns columns = new Columns("");
    columns.row("PEER", "NAME", "NETWORK", "MET", "LINK");
    for (PeerView each : list.peers()) {
      columns.row(
          each.node() + ".peer",
          Clean.line(each.name(), 40),
          Clean.line(each.network(), 63),
          where(each),
          link(each));
    }
    lines.addAll(columns.lines());
    return lines;
  }

  static List<String> why(WhyView why) {
    List<String> lines = new ArrayList<>();
    PeerView peer = why.peer();
    lines.add(
        "%s (%s) of network %s: %s"
            .formatted(
                peer.node() + ".peer",
                Clean.line(peer.name(), 40),
                Clean.line(peer.network(), 63),
                link(peer)));
    why.reasons().forEach(each -> lines.add("- " + Clean.line(each, 400)));
    if (!why.attempts().isEmpty()) {
      lines.add("");
      Columns columns = new Columns("");
      columns.row("LAST", "OVER", "OUTCOME", "TIMES");
      for (AttemptView each : why.attempts()) {
        columns.row(
            each.at().truncatedTo(ChronoUnit.SECONDS).toString(),
            Clean.line(each.carrier(), 16),
            Clean.line(each.outcome(), 80),
            String.valueOf(each.times()));
      }
      lines.addAll(columns.lines());
    }
    return lines;
  }

  private static String met(ReachView reach) {
    String ports =
        reach.published().isEmpty()
            ? "nothing published"
            : "ports "
                + String.join(", ", reach.published().stream().map(String::valueOf).toList());
    return reach.relays().isEmpty()
        ? "met nowhere yet: no relay of the network has a link with it; " + ports
        : "met at %d relay%s; %s"
            .formatted(reach.relays().size(), reach.relays().size() == 1 ? "" : "s", ports);
  }

  private static String where(PeerView peer) {
    List<String> where = new ArrayList<>();
    if (!peer.relays().isEmpty()) {
      where.add(
          "at %d relay%s".formatted(peer.relays().size(), peer.relays().size() == 1 ? "" : "s"));
    }
    if (!peer.carriers().isEmpty()) {
      where.add("over " + Clean.line(String.join(", ", peer.carriers()), 80));
    }
    return String.join(", ", where);
  }

  private static String link(PeerView peer) {
    String how =
        switch (peer.over().orElse("")) {
          case "" -> "none";
          case "relay" -> "through a relay";
          default -> "direct over " + Clean.line(peer.over().orElse(""), 16);
        };
    return how + peer.roundTrip().map(it -> ", %.1f ms".formatted(it.toNanos() / 1e6)).orElse("");
  }
}
