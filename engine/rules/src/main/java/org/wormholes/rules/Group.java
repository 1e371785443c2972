package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Several tunnels and gateways under one name, of which each flow takes one. A group that is split
/// has tunnels only, and a flow takes several.
///
/// A member whose exit clauses refuse a flow is passed over for it; a flow that all refuse is
/// refused. What is measured damps what is chosen: a flow never moves because another member became
/// better, only new flows do, and only as [#tolerance] and [#settle] say.
///
/// @param members names of tunnels and gateways, in the order of preference
/// @param circuits how many circuits of each member are used side by side; more than one only where
///   flows are balanced or split
/// @param probe what is asked through each member from time to time; without it members are judged
///   by their circuits alone, and gateways by how they stand
/// @param tolerance how much faster than the one in use another member must be to be taken instead
/// @param settle for how long it must have been better, or up again, before new flows go there
public record Group(
    String name,
    Kind kind,
    List<String> members,
    int circuits,
    Optional<Probe> probe,
    Duration tolerance,
    Duration settle) {
  public static final int MAX_MEMBERS = 32;
  public static final int MAX_CIRCUITS = 8;

  /// The most circuits that one flow is split over, of all members together.
  public static final int MAX_PARTS = 8;

  public static final Duration DEFAULT_TOLERANCE = Duration.ofMillis(30);
  public static final Duration DEFAULT_SETTLE = Duration.ofSeconds(10);
  public static final Duration MOST_TOLERANCE = Duration.ofSeconds(10);
  public static final Duration LONGEST_SETTLE = Duration.ofHours(1);

  /// How a group chooses.
  public enum Kind {
    /// The first member that is up.
    FALLBACK(1, "fallback"),
    /// The member with the shortest round trip.
    FASTEST(2, "fastest"),
    /// The circuit with the fewest flows.
    BALANCE(3, "balance"),
    /// Each flow over all circuits at once, put in order again at their common exit.
    SPLIT(4, "split");

    private final int id;
    private final String word;

    Kind(int id, String word) {
      this.id = id;
      this.word = word;
    }

    /// The number in canonical bytes; never reused.
    public int id() {
      return id;
    }

    /// The word in a ruleset.
    public String word() {
      return word;
    }

    /// Whether flows go over several circuits at the same time.
    public boolean isSpread() {
      return this == BALANCE || this == SPLIT;
    }
  }

  /// A connection that is opened through each member to see whether, and how fast, it answers.
  ///
  /// @param host name or address, in plain form
  /// @param timeout how long an answer may take, no longer than `every`
  /// @param tls whether the answer is a TLS handshake with a certificate that holds for `host`;
  ///   otherwise the connection alone
  public record Probe(String host, int port, Duration every, Duration timeout, boolean tls) {
    public static final Duration DEFAULT_EVERY = Duration.ofSeconds(30);
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);
    public static final Duration MOST_OFTEN = Duration.ofSeconds(1);
    public static final Duration SELDOMEST = Duration.ofDays(1);
    public static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(100);
    public static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);

    /// A probe that connects and asks nothing more.
    public Probe(String host, int port, Duration every, Duration timeout) {
      this(host, port, every, timeout, false);
    }

    public Probe {
      host = Hosts.plain("the host of a probe", host);
      Checks.within("a port", port, 1, 65_535);
      Checks.within("the time between probes", every, MOST_OFTEN, SELDOMEST);
      Checks.within("the time a probe may take", timeout, SHORTEST_TIMEOUT, LONGEST_TIMEOUT);
      if (timeout.compareTo(every) > 0) {
        throw new IllegalArgumentException(
            "a probe must not take longer (%s) than there is between two (%s)"
                .formatted(timeout, every));
      }
    }

    /// Where to, as a script says it: `HOST:PORT` or `tls://HOST:PORT`.
    public String place() {
      String shown = host.indexOf(':') < 0 ? host : "[" + host + "]";
      return (tls ? "tls://" : "") + shown + ":" + port;
    }
  }

  public Group {
    Checks.name("a group", name);
    requireNonNull(kind, "kind");
    members = Checks.atMost("members of a group", members, MAX_MEMBERS);
    members.forEach(member -> Checks.name("a member", member));
    Checks.distinct("members", members, member -> member);
    Checks.within("the circuits of each member", circuits, 1, kind.isSpread() ? MAX_CIRCUITS : 1);
    requireNonNull(probe, "probe");
    Checks.within("a tolerance", tolerance, Duration.ZERO, MOST_TOLERANCE);
    Checks.within("a time to settle", settle, Duration.ZERO, LONGEST_SETTLE);
    if (members.isEmpty() || members.size() * circuits < 2) {
      throw new IllegalArgumentException(
          "a group must have two members, or one with several circuits, `%s` has %d"
              .formatted(name, members.size()));
    }
  }

  /// A group without probes, with the usual damping.
  public static Group of(String name, Kind kind, String... members) {
    return new Group(
        name, kind, List.of(members), 1, Optional.empty(), DEFAULT_TOLERANCE, DEFAULT_SETTLE);
  }
}
