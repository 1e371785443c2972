package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.List;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Host;

/// A flow made up to try the routes on.
///
/// @param host name or address, kept in plain form
/// @param user empty for none
/// @param entry the tunnel whose entry it came in by, empty for none
/// @param secondOfDay when, 0 to 86,399
/// @param given what else is taken to be so, in [Given#ORDER]; all other facts are unknown
public record FlowSample(
    String host,
    int port,
    Protocol protocol,
    String user,
    String entry,
    int secondOfDay,
    DayOfWeek weekday,
    List<Given> given) {
  /// The most facts that are given of one flow.
  public static final int MAX_GIVEN = 64;

  public FlowSample {
    host = Hosts.plain("the host of a flow", host);
    Checks.within("a port", port, 1, 65_535);
    requireNonNull(protocol, "protocol");
    Checks.within("the length of a user name", user.length(), 0, Expr.MAX_TEXT);
    Checks.within("the length of an entry's name", entry.length(), 0, Checks.MAX_NAME);
    Checks.within("a time of day in seconds", secondOfDay, 0, 86_399);
    requireNonNull(weekday, "weekday");
    given = Checks.atMost("given facts", given, MAX_GIVEN);
    for (int i = 1; i < given.size(); i++) {
      if (Given.ORDER.compare(given.get(i - 1), given.get(i)) >= 0) {
        throw new IllegalArgumentException(
            "given facts must be in order, each once, after `%s` was `%s`"
                .formatted(given.get(i - 1), given.get(i)));
      }
    }
  }

  /// A flow of which no more is known.
  public FlowSample(
      String host,
      int port,
      Protocol protocol,
      String user,
      String entry,
      int secondOfDay,
      DayOfWeek weekday) {
    this(host, port, protocol, user, entry, secondOfDay, weekday, List.of());
  }

  /// A flow without a user, on a Monday at noon.
  public static FlowSample of(String host, int port, Protocol protocol) {
    return new FlowSample(host, port, protocol, "", "", 43_200, DayOfWeek.MONDAY);
  }

  /// The same flow with more given, which comes before what was given already.
  public FlowSample with(List<Given> more) {
    List<Given> all = new ArrayList<>(more);
    given.stream()
        .filter(each -> Given.find(more, each.fact(), each.of()).isEmpty())
        .forEach(all::add);
    all.sort(Given.ORDER);
    return new FlowSample(host, port, protocol, user, entry, secondOfDay, weekday, all);
  }

  /// What the routes see of it.
  public FlowFacts facts() {
    return facts(FlowFacts.Lookup.NOTHING, LiveFacts.UNKNOWN);
  }

  /// What the routes see of it, where what is not given is asked of somebody else.
  public FlowFacts facts(FlowFacts.Lookup others, LiveFacts live) {
    Host parsed = Host.parse(host).orElseThrow();
    FlowFacts.Lookup lookup =
        fact ->
            Given.find(given, fact, "")
                .map(found -> found.value() instanceof Expr.Text(String text) ? text : "")
                .orElseGet(() -> others.text(fact));
    return new FlowFacts(
        parsed, port, protocol, user, entry, secondOfDay, weekday, lookup, live.with(given));
  }
}
