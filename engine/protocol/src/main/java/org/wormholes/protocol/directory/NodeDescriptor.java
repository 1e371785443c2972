package org.wormholes.protocol.directory;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.onion.OnionPublicKey;
import org.wormholes.protocol.wire.Bytes;

/// What a node says of itself; believed only as a [SignedDescriptor]. Whoever reads it knows that
/// everything but the keys is a claim. Layout and limits: `spec/protocol/directory.md`, section 1.
///
/// @param id who speaks
/// @param networks the networks it serves, each a hash of 32 bytes, at most 8, without repetition
/// @param onionKey the key for set-up packets
/// @param onionKeyExpires when it stops answering to that key
/// @param carriers where it listens: carrier name to address, at most 8. Names are 1 to 16 of
///   `a-z0-9-`, addresses 1 to 255 printable ASCII characters, usually `host:port`
/// @param operator who runs it, at most 64 characters, empty if unsaid
/// @param family nodes that must not share a path say the same word here; at most 64 characters
/// @param country two upper-case letters, or empty
/// @param bandwidth bytes a second it can forward
/// @param version of its software, at most 32 characters
/// @param published when it was signed, in milliseconds; the newest wins
/// @param expires at most [#MAX_LIFETIME] after `published`
public record NodeDescriptor(
    NodeId id,
    List<Bytes> networks,
    OnionPublicKey onionKey,
    Instant onionKeyExpires,
    Map<String, String> carriers,
    Set<NodeRole> roles,
    String operator,
    String family,
    String country,
    long bandwidth,
    String version,
    Instant published,
    Instant expires) {
  /// The longest time from signature to end.
  public static final Duration MAX_LIFETIME = Duration.ofDays(3);

  static final int MAX_NETWORKS = 8;
  static final int NETWORK_BYTES = 32;
  static final int MAX_CARRIERS = 8;
  static final int MAX_CARRIER_NAME = 16;
  static final int MAX_ADDRESS = 255;
  static final int MAX_WORD = 64;
  static final int MAX_VERSION = 32;

  public NodeDescriptor {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(onionKey, "onionKey");
    networks = List.copyOf(networks);
    carriers = Collections.unmodifiableMap(new TreeMap<>(carriers));
    roles = roles.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(roles));
    published = published.truncatedTo(ChronoUnit.MILLIS);
    expires = expires.truncatedTo(ChronoUnit.MILLIS);
    onionKeyExpires = onionKeyExpires.truncatedTo(ChronoUnit.MILLIS);
    checkNetworks(networks);
    checkCarriers(carriers);
    checkText("operator", operator, MAX_WORD);
    checkText("family", family, MAX_WORD);
    checkText("version", version, MAX_VERSION);
    if (!country.matches("([A-Z]{2})?")) {
      throw new IllegalArgumentException("country must be two upper-case letters");
    }
    if (bandwidth < 0) {
      throw new IllegalArgumentException("bandwidth must not be negative");
    }
    Duration lifetime = Duration.between(published, expires);
    if (lifetime.isNegative() || lifetime.isZero() || lifetime.compareTo(MAX_LIFETIME) > 0) {
      throw new IllegalArgumentException("lifetime must be up to 3 days, was " + lifetime);
    }
  }

  private static void checkNetworks(List<Bytes> networks) {
    if (networks.size() > MAX_NETWORKS || networks.stream().distinct().count() < networks.size()) {
      throw new IllegalArgumentException("at most " + MAX_NETWORKS + " different networks");
    }
    for (Bytes network : networks) {
      if (network.size() != NETWORK_BYTES) {
        throw new IllegalArgumentException("network must be 32 bytes, was " + network.size());
      }
    }
  }

  private static void checkCarriers(Map<String, String> carriers) {
    if (carriers.size() > MAX_CARRIERS) {
      throw new IllegalArgumentException("at most " + MAX_CARRIERS + " carriers");
    }
    carriers.forEach((name, address) -> {
      if (!name.matches("[a-z0-9-]{1," + MAX_CARRIER_NAME + "}")) {
        throw new IllegalArgumentException("carrier name must be 1..16 of a-z, 0-9 and -");
      }
      if (!address.matches("[!-~]{1," + MAX_ADDRESS + "}")) {
        throw new IllegalArgumentException("address must be 1..255 printable characters");
      }
    });
  }

  /// Printable, so that it can be shown without harm.
  private static void checkText(String name, String text, int longest) {
    boolean plain = text.chars().allMatch(c -> c >= ' ' && c <= '~');
    if (text.length() > longest || !plain) {
      throw new IllegalArgumentException(
          name + " must be up to " + longest + " printable characters");
    }
  }

  /// The address for a carrier that the node itself declared; never one made up from another's.
  public Optional<String> address(String carrier) {
    return Optional.ofNullable(carriers.get(carrier));
  }

  public boolean has(NodeRole role) {
    return roles.contains(role);
  }

  /// The neighbourhood of its first address that is a literal: an IPv4 `/16` or an IPv6 `/32`, else
  /// empty. Derived, not claimed.
  public Optional<String> subnet() {
    for (String address : carriers.values()) {
      Optional<String> subnet = Subnets.of(address);
      if (subnet.isPresent()) {
        return subnet;
      }
    }
    return Optional.empty();
  }

  /// Whether it is still good.
  public boolean isAlive(Instant now) {
    return now.isBefore(expires);
  }

  /// Redacted: who and where stays out of logs.
  @Override
  public String toString() {
    return "NodeDescriptor[" + id + ", " + roles + "]";
  }
}
