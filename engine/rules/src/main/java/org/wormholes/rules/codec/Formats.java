package org.wormholes.rules.codec;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.wormholes.rules.Entry;
import org.wormholes.rules.FactsAsked;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Group;
import org.wormholes.rules.Network;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;

/// The formats of rule files, each of which can say all that those before it can. A file has the
/// first that can say what it holds, so rules that were written once keep their bytes, and their
/// name, and what reads an older format reads them.
final class Formats {
  static final int FIRST = 1;

  /// With groups, marks, given facts, facts about something, and more facts of flows.
  static final int SECOND = 2;

  /// With gateways.
  static final int THIRD = 3;

  /// With entries for DNS, name servers asked over TLS, networks of friends, founders, probes over
  /// TLS, gateways in groups, exits into gateways, peers, services that are published, and tables.
  static final int FOURTH = 4;

  static final int NEWEST = FOURTH;

  private Formats() {}

  /// The format that the ruleset needs.
  static int of(Ruleset ruleset) {
    if (hasDns(ruleset)
        || hasSecureServers(ruleset)
        || ruleset.tunnels().stream().anyMatch(it -> !it.exit().vias().isEmpty())
        || ruleset.groups().stream().anyMatch(Formats::isOfFourth)
        || hasGatewaysInGroups(ruleset)
        || ruleset.gateways().stream().anyMatch(it -> it.peers().isPresent())
        || ruleset.tunnels().stream().anyMatch(it -> !it.published().isEmpty())
        || ruleset.networks().stream().anyMatch(Formats::isOfFourth)) {
      return FOURTH;
    }
    if (!ruleset.gateways().isEmpty()) {
      return THIRD;
    }
    boolean second =
        !ruleset.groups().isEmpty()
            || ruleset.routes().stream().anyMatch(it -> it.verdict() instanceof Verdict.Mark)
            || ruleset.expectations().stream().anyMatch(it -> !it.flow().given().isEmpty())
            || FactsAsked.in(ruleset).facts().stream().anyMatch(Formats::isOfSecond)
            || FactsAsked.in(Scope.FLOW, ruleset).has(Fact.COUNTRY);
    return second ? SECOND : FIRST;
  }

  private static boolean isOfFourth(Network network) {
    return network.openTo() == Network.OpenTo.FRIENDS
        || !network.founders().isEmpty()
        || !network.tables().isEmpty();
  }

  private static boolean isOfFourth(Group group) {
    return group.probe().filter(Group.Probe::tls).isPresent();
  }

  static boolean hasGatewaysInGroups(Ruleset ruleset) {
    Set<String> gateways = new HashSet<>();
    for (Gateway gateway : ruleset.gateways()) {
      gateways.add(gateway.name());
    }
    for (Group group : ruleset.groups()) {
      if (!Collections.disjoint(gateways, group.members())) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasSecureServers(Ruleset ruleset) {
    return ruleset.tunnels().stream()
        .anyMatch(
            it -> it.exit().resolve() instanceof Resolve.ByServers servers && !servers.isPlain());
  }

  private static boolean hasDns(Ruleset ruleset) {
    return ruleset.tunnels().stream().anyMatch(it -> hasDns(it.entries()))
        || ruleset.gateways().stream().anyMatch(it -> hasDns(it.entries()));
  }

  private static boolean hasDns(List<Entry> entries) {
    return entries.stream().anyMatch(Entry.Dns.class::isInstance);
  }

  static boolean isOfSecond(Fact fact) {
    return fact.id() >= Fact.SNI.id() && fact.id() <= Fact.MARKED.id();
  }
}
