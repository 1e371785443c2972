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
    this.host = host.text();
    this.address = host instanceof Host.Literal(Address literal) ? literal : null;
    this.port = port;
    this.protocol = requireNonNull(protocol, "protocol");
    this.user = user.length() <= Expr.MAX_TEXT ? user : user.substring(0, Expr.MAX_TEXT);
    this.entry = requireNonNull(entry, "entry");
    this.secondOfDay = secondOfDay;
    this.weekday = requireNonNull(weekday, "weekday");
  }

  public String host() {
    return host;
  }

  @Override
  public boolean yesNo(Fact fact) {
    throw unknown(fact);
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

  private static IllegalArgumentException unknown(Fact fact) {
    return new IllegalArgumentException("a flow has no such `%s`".formatted(fact.word()));
  }
}
