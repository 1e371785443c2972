package org.wormholes.rules.lint;

import java.util.HashSet;
import java.util.Set;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Network;
import org.wormholes.rules.Route;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;

/// Looks for what is described and never used.
final class UseLints {
  private final Findings findings;
  private final Ruleset ruleset;

  private UseLints(Findings findings) {
    this.findings = findings;
    this.ruleset = findings.ruleset;
  }

  static void look(Findings findings) {
    UseLints lints = new UseLints(findings);
    lints.networks();
    lints.tunnels();
  }

  private void networks() {
    Set<String> used = new HashSet<>();
    ruleset.tunnels().forEach(tunnel -> used.add(tunnel.network()));
    for (Network network : ruleset.networks()) {
      if (!used.contains(network.name())) {
        unused(
            RulePath.network(network.name()),
            "no tunnel goes over network \"%s\"".formatted(network.name()),
            "remove it, or name it with `over:`");
      }
    }
  }

  private void tunnels() {
    Set<String> used = new HashSet<>();
    for (Route route : ruleset.routes()) {
      if (route.verdict() instanceof Verdict.To(String name)) {
        used.add(name);
      }
    }
    for (Tunnel tunnel : ruleset.tunnels()) {
      boolean forwards = tunnel.entries().stream().anyMatch(Entry.Forward.class::isInstance);
      boolean byEntry =
          ruleset.routes().isEmpty()
              && (ruleset.tunnels().size() == 1 || !tunnel.entries().isEmpty());
      if (!used.contains(tunnel.name()) && !forwards && !byEntry) {
        unused(
            RulePath.tunnel(tunnel.name()),
            ruleset.routes().isEmpty()
                ? "nothing goes into tunnel \"%s\": it has no entry, and there are no routes"
                    .formatted(tunnel.name())
                : "no route leads to tunnel \"%s\"".formatted(tunnel.name()),
            ruleset.routes().isEmpty()
                ? "give it an `entry`, or remove it"
                : "add `to(\"%s\") { … }` to the routes, or remove the tunnel"
                    .formatted(tunnel.name()));
      }
    }
  }

  private void unused(String rulePath, String message, String hint) {
    findings.add(Lint.Kind.UNUSED, rulePath, message, hint);
  }
}
