package org.wormholes.rules.lint;

import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.AddressSet;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Host;
import org.wormholes.rules.expr.QuantitySet;
import org.wormholes.rules.expr.TextSet;

/// Flows made of what conditions name, to be tried on the routes.
final class Trials {
  private static final int MAX_EACH = 6;
  private static final int MAX_TRIALS = 3_000;
  private static final int NOON = 43_200;

  private final Set<String> hosts = new LinkedHashSet<>();
  private final Set<Integer> ports = new LinkedHashSet<>(List.of(443));
  private final Set<String> users = new LinkedHashSet<>(List.of(""));
  private final Set<String> entries = new LinkedHashSet<>();
  private final Set<Integer> times = new LinkedHashSet<>(List.of(NOON));
  private final Set<DayOfWeek> days = new LinkedHashSet<>(List.of(DayOfWeek.MONDAY));

  /// @param destinations conditions whose hosts and addresses are tried, the commonest if none
  /// @param others conditions of which all else is tried
  Trials(Ruleset ruleset, List<Expr> destinations, List<Expr> others) {
    destinations.forEach(each -> collect(each, true));
    others.forEach(each -> collect(each, false));
    if (hosts.isEmpty()) {
      hosts.add("example.org");
      hosts.add("93.184.215.14");
    }
    ports.add(80);
    ruleset.tunnels().stream()
        .filter(tunnel -> !tunnel.entries().isEmpty())
        .map(Tunnel::name)
        .limit(MAX_EACH)
        .forEach(entries::add);
    entries.add("");
  }

  private void collect(Expr expr, boolean withHosts) {
    switch (expr) {
      case Expr.Member(Expr.FactRef(Fact fact), TextSet set) ->
          set.values().stream().limit(MAX_EACH).forEach(it -> text(fact, it, withHosts));
      case Expr.Member(Expr.FactRef(Fact fact), DomainSet set) when fact == Fact.HOST ->
          set.values().stream()
              .limit(MAX_EACH)
              .forEach(it -> {
                text(fact, "www." + it, withHosts);
                text(fact, it, withHosts);
              });
      case Expr.Member(Expr.FactRef(Fact fact), AddressSet set) when fact == Fact.ADDRESS ->
          set.ranges().stream()
              .limit(MAX_EACH)
              .forEach(it -> text(Fact.HOST, it.first().toString(), withHosts));
      case Expr.AddressTest(AddressKind kind, Expr.FactRef _) ->
          text(Fact.HOST, example(kind), withHosts);
      case Expr.Member(Expr.FactRef(Fact fact), QuantitySet set) ->
          set.spans().stream().limit(MAX_EACH).forEach(it -> amount(fact, it.low()));
      case Expr.Compare(_, Expr.FactRef(Fact fact), Expr.Text(String text)) ->
          text(fact, text, withHosts);
      case Expr.Compare(_, Expr.FactRef(Fact fact), Expr.Quantity(_, double value)) -> {
        amount(fact, value);
        amount(fact, value - 1);
        amount(fact, value + 1);
      }
      case Expr.Compare(_, Expr.FactRef(Fact fact), Expr.AddressLiteral(var address)) ->
          text(fact == Fact.ADDRESS ? Fact.HOST : fact, address.toString(), withHosts);
      case Expr.Compare(_, Expr.FactRef(Fact fact), Expr.Time(int second)) -> amount(fact, second);
      case Expr.Between(Expr.FactRef(Fact fact), Expr.Quantity(_, double low), _, _) ->
          amount(fact, low);
      case Expr.TimeWindow(_, int from, _, _) -> times.add(from);
      default -> {
        for (int i = 0; i < expr.childCount(); i++) {
          collect(expr.child(i), withHosts);
        }
      }
    }
  }

  private void text(Fact fact, String text, boolean withHosts) {
    switch (fact) {
      case HOST -> {
        if (withHosts && Host.parse(text).isPresent()) {
          hosts.add(text);
        }
      }
      case USER -> users.add(text);
      case WEEKDAY ->
          List.of(DayOfWeek.values()).stream()
              .filter(day -> day.name().toLowerCase(java.util.Locale.ROOT).startsWith(text))
              .filter(_ -> !text.isEmpty())
              .forEach(days::add);
      default -> {}
    }
  }

  private void amount(Fact fact, double value) {
    if (fact == Fact.PORT && value >= 1 && value <= 65_535) {
      ports.add((int) value);
    } else if (fact == Fact.TIME && value >= 0 && value < 86_400) {
      times.add((int) value);
    }
  }

  private static String example(AddressKind kind) {
    return switch (kind) {
      case PRIVATE -> "192.168.0.1";
      case LOOPBACK -> "127.0.0.1";
      case LINK_LOCAL -> "169.254.1.1";
      case MULTICAST -> "224.0.0.251";
      case UNSPECIFIED -> "0.0.0.0";
      case SHARED -> "100.64.0.1";
      case DOCUMENTATION -> "192.0.2.1";
      case RESERVED -> "240.0.0.1";
      case PUBLIC, IPV4 -> "93.184.215.14";
      case IPV6 -> "2606:2800:21f::1";
    };
  }

  /// The first of them that passes.
  ///
  /// @param more asked before each whether it may still be tried
  Optional<FlowSample> find(BooleanSupplier more, Predicate<FlowSample> wanted) {
    int tried = 0;
    for (String host : some(hosts)) {
      for (Protocol protocol : Protocol.values()) {
        for (int port : some(ports)) {
          for (String user : some(users)) {
            for (String entry : some(entries)) {
              for (int time : some(times)) {
                for (DayOfWeek day : some(days)) {
                  if (++tried > MAX_TRIALS || !more.getAsBoolean()) {
                    return Optional.empty();
                  }
                  FlowSample flow = new FlowSample(host, port, protocol, user, entry, time, day);
                  if (wanted.test(flow)) {
                    return Optional.of(flow);
                  }
                }
              }
            }
          }
        }
      }
    }
    return Optional.empty();
  }

  private static <T> List<T> some(Collection<T> values) {
    return new ArrayList<>(values).subList(0, Math.min(values.size(), MAX_EACH));
  }
}
