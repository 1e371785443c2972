package org.wormholes.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.wormholes.runtime.control.MemberView;
import org.wormholes.runtime.control.NetworkApi;
import org.wormholes.runtime.control.NetworkView;

/// Networks and their members, for people.
final class NetworkText {
  private NetworkText() {}

  static List<String> networks(NetworkApi.NetworkList list) {
    if (list.networks().isEmpty()) {
      return List.of(
          "none: a ruleset names one, or `wormholes network create`, or `wormholes join`");
    }
    Columns columns = new Columns("");
    columns.row("NETWORK", "OPEN TO", "NODES", "LINKS", "MEMBERS", "");
    for (NetworkView each : list.networks()) {
      columns.row(
          Clean.line(each.name(), 64),
          each.openTo(),
          String.valueOf(each.nodes()),
          String.valueOf(each.links()),
          each.openTo().equals("invited") ? String.valueOf(each.members()) : "",
          note(each));
    }
    return columns.lines();
  }

  private static String note(NetworkView network) {
    if (!network.belongs()) {
      return "this node is no member";
    }
    return network.expiring()
        ? "membership ends " + network.expires().map(Object::toString).orElse("") + ", not renewed"
        : "";
  }

  static List<String> shown(NetworkApi.NetworkList list) {
    List<String> lines = new ArrayList<>();
    for (NetworkView each : list.networks()) {
      lines.add(each.name() + " is " + each.id() + ", open to " + each.openTo());
      lines.add(
          "%d nodes known, %d links".formatted(each.nodes(), each.links())
              + (each.openTo().equals("invited") ? ", " + each.members() + " members" : ""));
      String note = note(each);
      if (!note.isEmpty()) {
        lines.add(note);
      }
      each.friends().forEach(friend -> lines.add("friend " + friend));
      lines.add("");
      each.script().lines().map(line -> Clean.line(line, 500)).forEach(lines::add);
    }
    return lines;
  }

  static List<String> members(NetworkApi.MemberList list) {
    Columns columns = new Columns("");
    columns.row("MEMBER", "NAME", "", "ROLES", "REACH", "UNTIL");
    for (MemberView each : list.members()) {
      columns.row(
          each.node(),
          Clean.line(each.name(), 40),
          each.self() ? "this node" : each.linked() ? "linked" : "",
          String.join(",", each.roles()),
          each.founder() ? "" : String.valueOf(each.reach()),
          each.expires().map(Object::toString).orElse("for ever"));
    }
    return columns.lines();
  }

  /// How an invitation is told.
  static List<String> invitation(
      org.wormholes.runtime.control.InvitationView invitation, Optional<List<String>> picture) {
    List<String> lines = new ArrayList<>();
    lines.add("code  " + invitation.code());
    invitation.uris().forEach(uri -> lines.add("uri   " + uri));
    lines.add("good for one guest, until " + invitation.ends() + ", while this engine runs");
    picture.ifPresent(lines::addAll);
    return lines;
  }
}
