package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import java.time.DayOfWeek;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Host;

/// A flow made up to try the routes on.
///
/// @param host name or address, kept in plain form
/// @param user empty for none
/// @param entry the tunnel whose entry it came in by, empty for none
/// @param secondOfDay when, 0 to 86,399
public record FlowSample(
    String host,
    int port,
    Protocol protocol,
    String user,
    String entry,
    int secondOfDay,
    DayOfWeek weekday) {
  public FlowSample {
    host = Hosts.plain("the host of a flow", host);
    Checks.within("a port", port, 1, 65_535);
    requireNonNull(protocol, "protocol");
    Checks.within("the length of a user name", user.length(), 0, Expr.MAX_TEXT);
    Checks.within("the length of an entry's name", entry.length(), 0, Checks.MAX_NAME);
    Checks.within("a time of day in seconds", secondOfDay, 0, 86_399);
    requireNonNull(weekday, "weekday");
  }

  /// A flow without a user, on a Monday at noon.
  public static FlowSample of(String host, int port, Protocol protocol) {
    return new FlowSample(host, port, protocol, "", "", 43_200, DayOfWeek.MONDAY);
  }

  /// What the routes see of it.
  public FlowFacts facts() {
    Host parsed = Host.parse(host).orElseThrow();
    return new FlowFacts(parsed, port, protocol, user, entry, secondOfDay, weekday);
  }
}
