package org.wormholes.runtime;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.runtime.control.CarrierRefusal;
import org.wormholes.runtime.control.CarrierView;
import org.wormholes.runtime.spi.DialListener.DialFailure;

/// Whether carriers work, by what became of the last dials: one is down after [#FAILURES] in a row
/// that failed, unless a link over it is up. One that was never tried counts as up. Used from every
/// loop.
final class CarrierHealth {
  static final int FAILURES = 3;

  private record Health(int links, int failures, Optional<CarrierRefusal> lastRefusal) {
    static final Health UNTRIED = new Health(0, 0, Optional.empty());

    boolean isUp() {
      return links > 0 || failures < FAILURES;
    }
  }

  private final Map<String, Health> known = new ConcurrentHashMap<>();

  void linkUp(String carrier) {
    known.compute(
        carrier,
        (name, old) -> {
          Health before = old == null ? Health.UNTRIED : old;
          return new Health(before.links() + 1, 0, before.lastRefusal());
        });
  }

  void linkDown(String carrier) {
    known.computeIfPresent(
        carrier,
        (name, old) -> new Health(Math.max(0, old.links() - 1), old.failures(), old.lastRefusal()));
  }

  void dialFailed(String carrier, NodeId peer, DialFailure why, Instant at) {
    CarrierRefusal refusal = new CarrierRefusal(at, peer.address(), words(why));
    known.compute(
        carrier,
        (name, old) -> {
          Health before = old == null ? Health.UNTRIED : old;
          int failures = before.failures() == Integer.MAX_VALUE ? 1 : before.failures() + 1;
          return new Health(before.links(), failures, Optional.of(refusal));
        });
  }

  static String words(DialFailure why) {
    return why.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  boolean isUp(String carrier) {
    return known.getOrDefault(carrier, Health.UNTRIED).isUp();
  }

  CarrierView view(String carrier) {
    Health health = known.getOrDefault(carrier, Health.UNTRIED);
    return new CarrierView(
        carrier, health.isUp(), health.links(), health.failures(), health.lastRefusal());
  }
}
