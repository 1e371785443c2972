package org.wormholes.protocol.membership;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;

/// One sentence about who belongs to a network; believed only as a [SignedStatement] of one who may
/// say so. Layout and limits: `spec/protocol/membership.md`, section 1.
public sealed interface Statement {
  /// The network it is about.
  Bytes network();

  /// Whom it is about.
  NodeId member();

  /// Who says so, and signs.
  NodeId signer();

  /// When it was said, in milliseconds.
  Instant said();

  /// That somebody belongs to a network.
  ///
  /// @param signer a founder, or a member that may admit others
  /// @param roles what the member may do, names of 1 to 16 of `a-z0-9_` that begin with a letter,
  ///   at most [#MAX_ROLES]; of a signer that is no founder only such as it has itself
  /// @param reach how many steps others may be admitted below this member, 0 (it admits nobody) to
  ///   [#MAX_REACH]
  /// @param expires at most [#MAX_LIFE] after `said`
  record Certificate(
      Bytes network,
      NodeId member,
      NodeId signer,
      Set<String> roles,
      int reach,
      Instant said,
      Instant expires)
      implements Statement {
    public static final int MAX_ROLES = 8;
    public static final int MAX_REACH = 3;

    /// The longest time from signature to end.
    public static final Duration MAX_LIFE = Duration.ofDays(366);

    private static final Pattern ROLE = Pattern.compile("[a-z][a-z0-9_]{0,15}");

    public Certificate {
      Checks.network(network);
      roles = Collections.unmodifiableSet(new TreeSet<>(roles));
      said = said.truncatedTo(ChronoUnit.MILLIS);
      expires = expires.truncatedTo(ChronoUnit.MILLIS);
      if (member.equals(signer)) {
        throw new IllegalArgumentException("nobody admits itself");
      }
      if (roles.size() > MAX_ROLES) {
        throw new IllegalArgumentException("at most 8 roles, were " + roles.size());
      }
      for (String role : roles) {
        if (!isRole(role)) {
          throw new IllegalArgumentException(
              "role must be 1..16 of a-z, 0-9 and _, beginning with a letter");
        }
      }
      if (reach < 0 || reach > MAX_REACH) {
        throw new IllegalArgumentException("reach must be 0..3, was " + reach);
      }
      Duration life = Duration.between(said, expires);
      if (life.isNegative() || life.isZero() || life.compareTo(MAX_LIFE) > 0) {
        throw new IllegalArgumentException("life must be up to 366 days, was " + life);
      }
    }

    /// Whether a text has the form of a role's name.
    public static boolean isRole(String text) {
      return text.length() <= 16 && ROLE.matcher(text).matches();
    }

    Duration life() {
      return Duration.between(said, expires);
    }
  }

  /// That every certificate of a member which the signer may void, and which was signed up to then,
  /// is void. A later certificate admits the member again.
  ///
  /// @param signer a founder (voids all), the member (all), or who signed the certificate (that)
  record Revocation(Bytes network, NodeId member, NodeId signer, Instant said)
      implements Statement {
    public Revocation {
      Checks.network(network);
      said = said.truncatedTo(ChronoUnit.MILLIS);
    }

    /// When nothing that it voids can be alive any more.
    Instant forgettable() {
      return said.plus(Certificate.MAX_LIFE);
    }
  }

  /// What both kinds share.
  final class Checks {
    private Checks() {}

    static void network(Bytes network) {
      if (network.size() != Charter.NETWORK_BYTES) {
        throw new IllegalArgumentException("network must be 32 bytes, was " + network.size());
      }
    }
  }
}
