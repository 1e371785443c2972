package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import java.time.DayOfWeek;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;
import org.wormholes.rules.expr.Host;

/// What routes may know of a flow. Made once for each flow, with [Host#parse] in front.
///
/// What takes some effort to find out (who opened the flow, what it greeted its server with, in
/// which country that is) is looked up when a condition first asks for it, and not again. A
/// decision during which nobody asked for a fact does not depend on it.
public final class FlowFacts implements FactSource {
  private static final String[] WEEKDAYS = new String[8];

  static {
    for (DayOfWeek day : DayOfWeek.values()) {
      WEEKDAYS[day.getValue()] = day.name().substring(0, 3).toLowerCase(Locale.ROOT);
    }
  }

  private final String host;
  private final @Nullable Address address;
  private final int port;
  private final Protocol protocol;
  private final String user;
  private final String entry;
  private final int secondOfDay;
  private final DayOfWeek weekday;
  private final Lookup lookup;
  private final LiveFacts live;
  private @Nullable String @Nullable [] found; // by the number of the fact

  /// Finds out what is seldom asked.
  @FunctionalInterface
  public interface Lookup {
    /// Finds nothing.
    Lookup NOTHING = fact -> "";

    /// One of `sni`, `http_host`, `process`, `process_path`, `local_user` and `country`, as [Fact]
    /// describes it: empty when unknown, cut at [Expr#MAX_TEXT] characters. Called by whoever
    /// decides, and at most once for each.
    String text(Fact fact);
  }

  /// @param user the proxy's user name, empty without one, cut at [Expr#MAX_TEXT] characters
  /// @param entry the tunnel whose entry it came in by, empty for none
  /// @param secondOfDay local time where the flow enters, 0 to 86,399
  public FlowFacts(
      Host host,
      int port,
      Protocol protocol,
      String user,
      String entry,
      int secondOfDay,
      DayOfWeek weekday) {
    this(
        host, port, protocol, user, entry, secondOfDay, weekday, Lookup.NOTHING, LiveFacts.UNKNOWN);
  }

  /// @param lookup asked for the rest of what is seen of the flow
  /// @param live asked for how the world is
  public FlowFacts(
      Host host,
      int port,
      Protocol protocol,
      String user,
      String entry,
      int secondOfDay,
      DayOfWeek weekday,
      Lookup lookup,
      LiveFacts live) {
    this.host = host.text();
    this.address = host instanceof Host.Literal(Address literal) ? literal : null;
    this.port = port;
    this.protocol = requireNonNull(protocol, "protocol");
    this.user = user.length() <= Expr.MAX_TEXT ? user : user.substring(0, Expr.MAX_TEXT);
    this.entry = requireNonNull(entry, "entry");
    this.secondOfDay = secondOfDay;
    this.weekday = requireNonNull(weekday, "weekday");
    this.lookup = requireNonNull(lookup, "lookup");
    this.live = requireNonNull(live, "live");
  }

  public String host() {
    return host;
  }

  @Override
  public boolean yesNo(Fact fact) {
    if (fact != Fact.METERED) {
      throw unknown(fact);
    }
    return live.yesNo(fact, "");
  }

  /// A mark is none of the flow's own: routes give it, and [RouteDecider] knows.
  @Override
  public boolean yesNo(Fact fact, String of) {
    return switch (fact) {
      case CARRIER_UP, FRIEND_ONLINE -> live.yesNo(fact, of);
      case MARKED -> false;
      default -> throw unknown(fact);
    };
  }

  @Override
  public double quantity(Fact fact, String of) {
    if (fact != Fact.ROUND_TRIP) {
      throw unknown(fact);
    }
    return live.quantity(fact, of);
  }

  @Override
  public double quantity(Fact fact) {
    return switch (fact) {
      case PORT -> port;
      case TIME -> secondOfDay;
      default -> throw unknown(fact);
    };
  }

  @Override
  public String text(Fact fact) {
    return switch (fact) {
      case HOST -> host;
      case PROTOCOL -> protocol.word();
      case USER -> user;
      case ENTRY -> entry;
      case WEEKDAY -> WEEKDAYS[weekday.getValue()];
      case SNI, HTTP_HOST, PROCESS, PROCESS_PATH, LOCAL_USER, COUNTRY -> found(fact);
      default -> throw unknown(fact);
    };
  }

  @Override
  public @Nullable Address address(Fact fact) {
    if (fact != Fact.ADDRESS) {
      throw unknown(fact);
    }
    return address;
  }

  private String found(Fact fact) {
    if (found == null) {
      found = new @Nullable String[64];
    }
    String text = found[fact.id()];
    if (text == null) {
      text = lookup.text(fact);
      text = text.length() <= Expr.MAX_TEXT ? text : text.substring(0, Expr.MAX_TEXT);
      found[fact.id()] = text;
    }
    return text;
  }

  private static IllegalArgumentException unknown(Fact fact) {
    return new IllegalArgumentException("a flow has no such `%s`".formatted(fact.word()));
  }
}
