package org.wormholes.runtime;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Whether carriers work, by what became of the last dials: one is down after [#FAILURES] in a row
/// that failed, unless a link over it is up. One that was never tried counts as up. Used from every
/// loop.
final class CarrierHealth {
  static final int FAILURES = 3;

  private record Health(int links, int failures) {}

  private final Map<String, Health> known = new ConcurrentHashMap<>();

  void linkUp(String carrier) {
    known.merge(
        carrier, new Health(1, 0), (old, fresh) -> new Health(old.links() + 1, fresh.failures()));
  }

  void linkDown(String carrier) {
    known.computeIfPresent(
        carrier, (name, old) -> new Health(Math.max(0, old.links() - 1), old.failures()));
  }

  void dialFailed(String carrier) {
    known.merge(
        carrier,
        new Health(0, 1),
        (old, fresh) -> new Health(old.links(), Math.min(old.failures() + 1, FAILURES)));
  }

  boolean isUp(String carrier) {
    Health health = known.get(carrier);
    return health == null || health.links() > 0 || health.failures() < FAILURES;
  }
}
