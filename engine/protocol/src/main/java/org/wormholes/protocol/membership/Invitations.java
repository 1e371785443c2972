package org.wormholes.protocol.membership;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.membership.Statement.Certificate;
import org.wormholes.protocol.wire.Bytes;

/// The invitations that a node has given and that nobody has used yet. Each is good for one guest,
/// until its end, and for [#MAX_GUESSES] wrong codes (`spec/protocol/membership.md`, section 5).
/// Belongs to one thread.
public final class Invitations {
  /// Wrong codes after which an invitation is void: the chance to guess one is 3 in 2^32.
  public static final int MAX_GUESSES = 3;

  /// Invitations at a time.
  public static final int MAX_OPEN = 256;

  /// The longest time an invitation may be open.
  public static final Duration MAX_OPEN_TIME = Duration.ofDays(7);

  /// Guests that are answered a minute, whatever they know: each costs two agreements.
  static final int MAX_ANSWERS = 30;

  /// What the guest is to become.
  ///
  /// @param network whose member, its name of 32 bytes
  /// @param roles as in its [Certificate]
  /// @param reach likewise
  /// @param life how long the certificate is good
  /// @param ends when the invitation itself does
  public record Terms(Bytes network, Set<String> roles, int reach, Duration life, Instant ends) {
    public Terms {
      roles = Set.copyOf(roles);
      if (roles.size() > Certificate.MAX_ROLES || !roles.stream().allMatch(Certificate::isRole)) {
        throw new IllegalArgumentException("at most 8 roles of 1..16 of a-z, 0-9 and _");
      }
      if (reach < 0 || reach > Certificate.MAX_REACH) {
        throw new IllegalArgumentException("reach must be 0..3, was " + reach);
      }
      if (life.isNegative() || life.isZero() || life.compareTo(Certificate.MAX_LIFE) > 0) {
        throw new IllegalArgumentException("life must be up to 366 days, was " + life);
      }
    }
  }

  /// An invitation that nobody has used yet.
  ///
  /// @param number of its code
  /// @param guessesLeft wrong codes before it is void
  public record Open(int number, Terms terms, int guessesLeft) {}

  private static final class Entry {
    final InvitationCode code;
    final Terms terms;
    int guessesLeft = MAX_GUESSES;

    Entry(InvitationCode code, Terms terms) {
      this.code = code;
      this.terms = terms;
    }
  }

  private final Entropy entropy;
  private final TreeMap<Integer, Entry> open = new TreeMap<>();
  private Instant minute = Instant.MIN;
  private int answered;

  public Invitations(Entropy entropy) {
    this.entropy = entropy;
  }

  /// Opens an invitation and gives its code, the only copy outside this class.
  ///
  /// @throws IllegalArgumentException if it would be open for longer than [#MAX_OPEN_TIME]
  /// @throws IllegalStateException if [#MAX_OPEN] are open
  public InvitationCode invite(Terms terms, Instant now) {
    expire(now);
    if (!now.isBefore(terms.ends()) || terms.ends().isAfter(now.plus(MAX_OPEN_TIME))) {
      throw new IllegalArgumentException("an invitation ends within 7 days");
    }
    if (open.size() >= MAX_OPEN) {
      throw new IllegalStateException("at most 256 invitations are open at a time");
    }
    int number;
    do {
      byte[] drawn = entropy.bytes(2);
      number = 1 + ((drawn[0] & 0xff) << 8 | (drawn[1] & 0xff)) % InvitationCode.MAX_NUMBER;
    } while (open.containsKey(number));
    InvitationCode code = InvitationCode.create(number, entropy);
    open.put(number, new Entry(code, terms));
    return code;
  }

  /// Takes an invitation back.
  ///
  /// @return false when there is none of this number
  public boolean withdraw(int number) {
    return open.remove(number) != null;
  }

  /// Those that are open now, by their numbers.
  public List<Open> open(Instant now) {
    expire(now);
    return open.values().stream()
        .map(each -> new Open(each.code.number(), each.terms, each.guessesLeft))
        .toList();
  }

  /// The code that a guest has to know, or, when there is none of this number, one that nobody
  /// knows, so that open numbers cannot be told from others. Counts as a wrong guess until
  /// [#redeem].
  ///
  /// @return empty when too many were answered in the last minute
  Optional<InvitationCode> challenge(int number, Instant now) {
    expire(now);
    if (!now.isBefore(minute.plusSeconds(60))) {
      minute = now;
      answered = 0;
    }
    if (++answered > MAX_ANSWERS) {
      return Optional.empty();
    }
    Entry entry = open.get(number);
    if (entry == null || entry.guessesLeft == 0) {
      return Optional.of(InvitationCode.create(1, entropy));
    }
    entry.guessesLeft--;
    return Optional.of(entry.code);
  }

  /// Uses an invitation up, for a guest that has proved to know its code.
  ///
  /// @return empty when somebody else has used it meanwhile, or it has ended
  Optional<Terms> redeem(InvitationCode code, Instant now) {
    expire(now);
    Entry entry = open.get(code.number());
    if (entry == null || !entry.code.equals(code)) {
      return Optional.empty();
    }
    open.remove(code.number());
    return Optional.of(entry.terms);
  }

  private void expire(Instant now) {
    open.values().removeIf(each -> !now.isBefore(each.terms.ends()));
  }
}
