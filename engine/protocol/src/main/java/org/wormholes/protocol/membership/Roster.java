package org.wormholes.protocol.membership;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.membership.Statement.Certificate;
import org.wormholes.protocol.membership.Statement.Revocation;
import org.wormholes.protocol.wire.Bytes;

/// The statements about one network that count: of each pair of member and signer the newest
/// certificate and the newest revocation, within limits. Certificates that are void stay until they
/// expire, as what a revocation is judged by.
final class Roster {
  /// How far in the future a statement may be said: two clocks may differ by as much.
  static final Duration MAX_AHEAD = Duration.ofHours(1);

  /// A statement takes the place of an older one only when it was said so much later, so that
  /// nobody can flood the network with news of one member.
  static final Duration REPLACE_AFTER = Duration.ofMinutes(1);

  static final int MAX_CERTIFICATES = 8_192;
  static final int MAX_REVOCATIONS = 8_192;

  /// Members that one who is no founder may have admitted.
  static final int MAX_ADMITTED = 1_024;

  /// Those who are no founders and vouch for one and the same member.
  static final int MAX_VOUCHING = 4;

  private record Held<S extends Statement>(S statement, SignedStatement signed) {}

  private final Charter charter;
  private final TreeMap<NodeId, TreeMap<NodeId, Held<Certificate>>> certificates = new TreeMap<>();
  private final TreeMap<NodeId, TreeMap<NodeId, Held<Revocation>>> revocations = new TreeMap<>();
  private final Map<NodeId, Integer> admitted = new HashMap<>();
  private final TreeMap<Bytes, SignedStatement> byId = new TreeMap<>();
  private int certificateCount;
  private int revocationCount;

  Roster(Charter charter) {
    this.charter = charter;
  }

  Charter charter() {
    return charter;
  }

  /// Whether a statement would be taken in. Asked before its signature is checked, which is dear.
  boolean takes(Statement statement, Instant now) {
    if (!statement.network().equals(charter.network())
        || statement.said().isAfter(now.plus(MAX_AHEAD))
        || (statement instanceof Certificate && charter.isFounder(statement.member()))) {
      return false;
    }
    return switch (statement) {
      case Certificate certificate -> takesCertificate(certificate, now);
      case Revocation revocation -> takesRevocation(revocation, now);
    };
  }

  private boolean takesCertificate(Certificate certificate, Instant now) {
    if (!now.isBefore(certificate.expires()) || !maySign(certificate, now)) {
      return false;
    }
    Map<NodeId, Held<Certificate>> ofMember =
        certificates.getOrDefault(certificate.member(), new TreeMap<>());
    Held<Certificate> held = ofMember.get(certificate.signer());
    if (held != null) {
      return isLater(certificate, held.statement());
    }
    if (certificateCount >= MAX_CERTIFICATES) {
      return false;
    }
    return charter.isFounder(certificate.signer())
        || (admitted.getOrDefault(certificate.signer(), 0) < MAX_ADMITTED
            && ofMember.keySet().stream().filter(each -> !charter.isFounder(each)).count()
                < MAX_VOUCHING);
  }

  private boolean takesRevocation(Revocation revocation, Instant now) {
    if (charter.isFounder(revocation.member()) || !now.isBefore(revocation.forgettable())) {
      return false;
    }
    Map<NodeId, Held<Certificate>> known =
        certificates.getOrDefault(revocation.member(), new TreeMap<>());
    NodeId signer = revocation.signer();
    boolean may =
        charter.isFounder(signer)
            || known.containsKey(signer)
            || (!known.isEmpty() && signer.equals(revocation.member()));
    if (!may) {
      return false;
    }
    Held<Revocation> held =
        revocations.getOrDefault(revocation.member(), new TreeMap<>()).get(signer);
    return held == null ? revocationCount < MAX_REVOCATIONS : isLater(revocation, held.statement());
  }

  private static boolean isLater(Statement statement, Statement held) {
    return !statement.said().isBefore(held.said().plus(REPLACE_AFTER));
  }

  /// Takes in what [#takes] says it would.
  void add(SignedStatement signed) {
    switch (signed.statement()) {
      case Certificate certificate -> {
        Held<Certificate> old =
            certificates
                .computeIfAbsent(certificate.member(), _ -> new TreeMap<>())
                .put(certificate.signer(), new Held<>(certificate, signed));
        if (old == null) {
          certificateCount++;
          admitted.merge(certificate.signer(), 1, Integer::sum);
        } else {
          byId.remove(old.signed().id());
        }
      }
      case Revocation revocation -> {
        Held<Revocation> old =
            revocations
                .computeIfAbsent(revocation.member(), _ -> new TreeMap<>())
                .put(revocation.signer(), new Held<>(revocation, signed));
        if (old == null) {
          revocationCount++;
        } else {
          byId.remove(old.signed().id());
        }
      }
    }
    byId.put(signed.id(), signed);
  }

  /// Takes out what has no meaning any more.
  void expire(Instant now) {
    certificates
        .values()
        .forEach(each ->
            each.values()
                .removeIf(held -> {
                  boolean over = !now.isBefore(held.statement().expires());
                  if (over) {
                    byId.remove(held.signed().id());
                    certificateCount--;
                    admitted.computeIfPresent(
                        held.statement().signer(), (_, n) -> n > 1 ? n - 1 : null);
                  }
                  return over;
                }));
    revocations
        .values()
        .forEach(each ->
            each.values()
                .removeIf(held -> {
                  boolean over = !now.isBefore(held.statement().forgettable());
                  if (over) {
                    byId.remove(held.signed().id());
                    revocationCount--;
                  }
                  return over;
                }));
    certificates.values().removeIf(Map::isEmpty);
    revocations.values().removeIf(Map::isEmpty);
  }

  /// Every statement held, by its id.
  SortedMap<Bytes, SignedStatement> statements() {
    return byId;
  }

  /// All that belong to the network now, founders included.
  SortedMap<NodeId, Member> members(Instant now) {
    TreeMap<NodeId, Member> members = new TreeMap<>();
    charter.founders().forEach(id -> members.put(id, founder(id)));
    certificates.keySet().forEach(id -> member(id, now).ifPresent(each -> members.put(id, each)));
    return members;
  }

  private static Member founder(NodeId id) {
    return new Member(id, Set.of(Member.FOUNDER), Certificate.MAX_REACH + 1, Optional.empty());
  }

  Optional<Member> member(NodeId id, Instant now) {
    if (charter.isFounder(id)) {
      return Optional.of(founder(id));
    }
    List<Certificate> good = good(id, now);
    if (good.isEmpty()) {
      return Optional.empty();
    }
    Set<String> roles = new TreeSet<>();
    int reach = 0;
    Instant expires = Instant.MIN;
    for (Certificate each : good) {
      roles.addAll(each.roles());
      reach = Math.max(reach, each.reach());
      expires = each.expires().isAfter(expires) ? each.expires() : expires;
    }
    return Optional.of(new Member(id, roles, reach, Optional.of(expires)));
  }

  private List<Certificate> good(NodeId id, Instant now) {
    List<Certificate> good = new ArrayList<>();
    for (Held<Certificate> held : certificates.getOrDefault(id, new TreeMap<>()).values()) {
      if (isGood(held.statement(), now)) {
        good.add(held.statement());
      }
    }
    return good;
  }

  /// The reach falls with every step up to a founder, so this ends after four.
  private boolean isGood(Certificate certificate, Instant now) {
    return now.isBefore(certificate.expires()) && !isVoid(certificate) && maySign(certificate, now);
  }

  private boolean maySign(Certificate certificate, Instant now) {
    NodeId signer = certificate.signer();
    if (charter.isFounder(signer)) {
      return true;
    }
    for (Held<Certificate> held : certificates.getOrDefault(signer, new TreeMap<>()).values()) {
      if (vouches(held.statement(), certificate) && isGood(held.statement(), now)) {
        return true;
      }
    }
    return false;
  }

  /// membership.md 2: "It passes on less reach than it has, and no role that it has not."
  private static boolean vouches(Certificate above, Certificate below) {
    return above.member().equals(below.signer())
        && above.reach() > below.reach()
        && above.roles().containsAll(below.roles());
  }

  private boolean isVoid(Certificate certificate) {
    for (Held<Revocation> held :
        revocations.getOrDefault(certificate.member(), new TreeMap<>()).values()) {
      Revocation revocation = held.statement();
      NodeId by = revocation.signer();
      if (!revocation.said().isBefore(certificate.said())
          && (charter.isFounder(by)
              || by.equals(certificate.signer())
              || by.equals(certificate.member()))) {
        return true;
      }
    }
    return false;
  }

  /// Whether any certificate that is held, good or not, lets this node admit others.
  boolean admitsOthers(NodeId id) {
    return certificates.getOrDefault(id, new TreeMap<>()).values().stream()
        .anyMatch(held -> held.statement().reach() > 0);
  }

  /// What proves that somebody belongs here: certificates from one that a founder signed down to
  /// its own; empty for a founder.
  Optional<List<SignedStatement>> chain(NodeId id, Instant now) {
    if (charter.isFounder(id)) {
      return Optional.of(List.of());
    }
    for (Held<Certificate> held : certificates.getOrDefault(id, new TreeMap<>()).values()) {
      Optional<List<SignedStatement>> chain = chain(held, now);
      if (chain.isPresent()) {
        return chain;
      }
    }
    return Optional.empty();
  }

  private Optional<List<SignedStatement>> chain(Held<Certificate> held, Instant now) {
    Certificate certificate = held.statement();
    if (!now.isBefore(certificate.expires()) || isVoid(certificate)) {
      return Optional.empty();
    }
    if (charter.isFounder(certificate.signer())) {
      return Optional.of(List.of(held.signed()));
    }
    for (Held<Certificate> above :
        certificates.getOrDefault(certificate.signer(), new TreeMap<>()).values()) {
      if (vouches(above.statement(), certificate)) {
        Optional<List<SignedStatement>> rest = chain(above, now);
        if (rest.isPresent()) {
          List<SignedStatement> all = new ArrayList<>(rest.get());
          all.add(held.signed());
          return Optional.of(all);
        }
      }
    }
    return Optional.empty();
  }

  /// Whether a chain that somebody shows, with what is known here of revocations, proves that it
  /// belongs to the network.
  boolean proves(List<SignedStatement> chain, NodeId id, Instant now) {
    Certificate above = null;
    for (SignedStatement signed : chain) {
      if (!(signed.statement() instanceof Certificate each)
          || !each.network().equals(charter.network())
          || each.said().isAfter(now.plus(MAX_AHEAD))
          || !now.isBefore(each.expires())
          || isVoid(each)
          || !(above == null ? charter.isFounder(each.signer()) : vouches(above, each))) {
        return false;
      }
      above = each;
    }
    return above != null && above.member().equals(id);
  }

  /// Certificates that this node signed, are good, and end within the second half of their life.
  List<Certificate> dueForRenewal(NodeId signer, Instant now) {
    List<Certificate> due = new ArrayList<>();
    for (Map<NodeId, Held<Certificate>> ofMember : certificates.values()) {
      Held<Certificate> held = ofMember.get(signer);
      if (held != null
          && !now.isBefore(held.statement().said().plus(held.statement().life().dividedBy(2)))
          && isGood(held.statement(), now)) {
        due.add(held.statement());
      }
    }
    return due;
  }

  /// How long the longest of its good certificates is good in all; zero when there is none.
  Duration longestLife(NodeId id, Instant now) {
    return good(id, now).stream()
        .map(Certificate::life)
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  /// The earliest moment at which a new certificate would be taken in and be good.
  Instant certificateTime(NodeId member, NodeId signer, Instant now) {
    Instant earliest = now.truncatedTo(ChronoUnit.MILLIS);
    Held<Certificate> held = certificates.getOrDefault(member, new TreeMap<>()).get(signer);
    if (held != null) {
      earliest = later(earliest, held.statement().said().plus(REPLACE_AFTER));
    }
    for (Held<Revocation> each : revocations.getOrDefault(member, new TreeMap<>()).values()) {
      earliest = later(earliest, each.statement().said().plusMillis(1));
    }
    return earliest;
  }

  /// The earliest moment at which a new revocation would be taken in and void all there is.
  Instant revocationTime(NodeId member, NodeId signer, Instant now) {
    Instant earliest = now.truncatedTo(ChronoUnit.MILLIS);
    for (Held<Certificate> each : certificates.getOrDefault(member, new TreeMap<>()).values()) {
      earliest = later(earliest, each.statement().said());
    }
    Held<Revocation> held = revocations.getOrDefault(member, new TreeMap<>()).get(signer);
    return held == null ? earliest : later(earliest, held.statement().said().plus(REPLACE_AFTER));
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
