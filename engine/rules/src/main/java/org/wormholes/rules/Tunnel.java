package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A way out: where traffic enters, through which relays, and out of which exit.
///
/// @param carry the carriers allowed between nodes, tried in this order and nothing else ever;
///   `tcp` alone where the list is empty
/// @param rotateEvery how old circuits may become before new flows get a new one
/// @param earlyData whether the first bytes may travel with the set-up of a circuit, under its
///   weaker promise of forward secrecy
/// @param shape a cell size that is forced; absent, the sender chooses
/// @param published local services that are reached through it, each under another name
public record Tunnel(
    String name,
    String network,
    List<Entry> entries,
    Relays relays,
    Exit exit,
    List<String> carry,
    Optional<Duration> rotateEvery,
    Isolation isolation,
    boolean earlyData,
    Optional<Shape> shape,
    List<Publication> published) {
  public static final int MAX_ENTRIES = 64;
  public static final int MAX_PUBLISHED = 64;
  public static final int MAX_CARRIERS = 16;
  public static final Duration SHORTEST_ROTATION = Duration.ofSeconds(10);
  public static final Duration LONGEST_ROTATION = Duration.ofDays(7);

  public Tunnel {
    Checks.name("a tunnel", name);
    Checks.name("a network", network);
    entries = Checks.atMost("entries", entries, MAX_ENTRIES);
    requireNonNull(relays, "relays");
    requireNonNull(exit, "exit");
    carry = carry.isEmpty() ? List.of("tcp") : Checks.atMost("carriers", carry, MAX_CARRIERS);
    carry.forEach(carrier -> Checks.name("a carrier", carrier));
    Checks.distinct("carriers", carry, carrier -> carrier);
    rotateEvery.ifPresent(
        every -> Checks.within("a rotation", every, SHORTEST_ROTATION, LONGEST_ROTATION));
    requireNonNull(isolation, "isolation");
    requireNonNull(shape, "shape");
    published = Checks.atMost("published services", published, MAX_PUBLISHED);
    if (!published.isEmpty()) {
      Checks.distinct("names of services", published, Publication::name);
    }
  }

  /// A tunnel that publishes nothing.
  public Tunnel(
      String name,
      String network,
      List<Entry> entries,
      Relays relays,
      Exit exit,
      List<String> carry,
      Optional<Duration> rotateEvery,
      Isolation isolation,
      boolean earlyData,
      Optional<Shape> shape) {
    this(
        name,
        network,
        entries,
        relays,
        exit,
        carry,
        rotateEvery,
        isolation,
        earlyData,
        shape,
        List.of());
  }
}
