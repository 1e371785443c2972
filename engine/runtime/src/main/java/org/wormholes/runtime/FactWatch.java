package org.wormholes.runtime;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.rules.FactsAsked;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.expr.Fact;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.facts.FactBoard;
import org.wormholes.runtime.facts.Metering;

/// Observes the live facts that the rules ask for, and no others, and tells the board. Belongs to
/// the first loop.
final class FactWatch {
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final int ROUNDS_BETWEEN_TRIPS = 10;
  private static final int ROUNDS_BETWEEN_READS = 10;
  private static final Duration TRIP_TIMEOUT = Duration.ofSeconds(5);
  private static final FactBoard.Key METERED = new FactBoard.Key(Fact.METERED, "");

  private final Node node;
  private final Supplier<Running> rules;
  private final Shard home;
  private final Metering metering = new Metering();
  private final Set<String> measuring = new HashSet<>();
  private volatile Set<FactBoard.Key> asked = Set.of();
  private long rounds;
  private boolean readsMetering;
  private volatile boolean stopped;

  FactWatch(Node node, Supplier<Running> rules) {
    this.node = node;
    this.rules = rules;
    this.home = node.shards().getFirst();
  }

  void start() {
    home.run(this::round);
  }

  void stop() {
    stopped = true;
  }

  /// Observes what this ruleset asks from now on.
  void watch(Ruleset ruleset) {
    Set<FactBoard.Key> keys = new LinkedHashSet<>();
    FactsAsked inRules = FactsAsked.in(ruleset);
    if (inRules.has(Fact.METERED)) {
      keys.add(METERED);
    }
    inRules.about().stream()
        .filter(each -> each.fact().isLive())
        .forEach(each -> keys.add(new FactBoard.Key(each.fact(), each.of())));
    asked = Set.copyOf(keys);
    node.facts().retain(asked);
    home.run(this::observe);
  }

  private void round() {
    if (stopped) {
      return;
    }
    observe();
    rounds++;
    home.after(EVERY, this::round);
  }

  private void observe() {
    if (!asked.contains(METERED)) {
      readsMetering = false;
    }
    for (FactBoard.Key key : asked) {
      switch (key.fact()) {
        case METERED -> readMetering(key);
        case CARRIER_UP -> tell(key, isUp(key.of()));
        case FRIEND_ONLINE -> tell(key, isOnline(key.of()));
        case ROUND_TRIP -> measure(key);
        default -> throw new IllegalStateException("`" + key.fact().word() + "` is not live");
      }
    }
  }

  private void tell(FactBoard.Key key, boolean yes) {
    if (node.facts().observe(key, yes)) {
      changed(key, yes ? "yes" : "no");
    }
  }

  private void changed(FactBoard.Key key, String value) {
    String name = FactNames.of(key);
    node.tell(EngineEvent.Kind.FACT_CHANGED, name, name + " is " + value, Map.of("value", value));
  }

  private void readMetering(FactBoard.Key key) {
    if (readsMetering && rounds % ROUNDS_BETWEEN_READS != 0) {
      return;
    }
    readsMetering = true; // at once when it is newly asked, then now and then
    try {
      node.lookups()
          .execute(() -> {
            boolean metered = metering.isMetered();
            home.run(() -> tell(key, metered));
          });
    } catch (RejectedExecutionException e) {
      // Busy, or stopping: what was read last stands.
    }
  }

  private boolean isUp(String carrier) {
    return node.carrier(carrier).isPresent() && node.carrierHealth().isUp(carrier);
  }

  /// A friend is named by address or by nickname, and is online when a link of this loop is up or
  /// the network knows it.
  private boolean isOnline(String friend) {
    return node.networks().all().stream()
            .flatMap(network -> network.directory().view().keySet().stream())
            .anyMatch(id -> isNamed(id, friend))
        || home.links().stream()
            .flatMap(link -> link.peer().stream())
            .anyMatch(id -> isNamed(id, friend));
  }

  private static boolean isNamed(NodeId id, String friend) {
    return id.address().equals(friend) || NodeAddress.nickname(id).equals(friend);
  }

  private void measure(FactBoard.Key key) {
    Running now = rules.get();
    Optional<RunningGroup> group = now.group(key.of());
    if (group.isPresent()) {
      OptionalLong trip = group.get().roundTripNanos();
      if (trip.isPresent()) {
        tell(key, trip.getAsLong());
      }
      return;
    }
    Optional<RunningTunnel> tunnel = now.tunnel(key.of());
    if (tunnel.isEmpty() || rounds % ROUNDS_BETWEEN_TRIPS != 0 || !measuring.add(key.of())) {
      return;
    }
    PathProbe.start(
        tunnel.get().on(home),
        PathProbe.Question.ping(TRIP_TIMEOUT),
        new PathProbe.Listener() {
          @Override
          public void onAnswer(long roundTripNanos) {
            measuring.remove(key.of());
            tell(key, roundTripNanos);
          }

          @Override
          public void onFailure(String why) {
            measuring.remove(key.of());
          }
        });
  }

  private void tell(FactBoard.Key key, long nanos) {
    Duration trip = Duration.ofNanos(nanos);
    if (node.facts().observe(key, trip)) {
      changed(key, trip.toMillis() + " ms");
    }
  }
}
