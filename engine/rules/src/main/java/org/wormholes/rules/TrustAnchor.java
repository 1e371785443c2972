package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.wormholes.rules.expr.Host;

/// The digest of a key that is known beforehand to sign a zone, as a DS record has it (RFC 4034
/// section 5, RFC 4035 section 4.4).
///
/// @param zone in lower case without a final dot; empty for the root
/// @param keyTag a number from 0 to 65535
/// @param algorithm of the key; one of those that are checked, since a zone whose keys nobody can
///   check counts as unsigned
/// @param digestType 2 for SHA-256, 4 for SHA-384
/// @param digest in upper-case hex
public record TrustAnchor(String zone, int keyTag, int algorithm, int digestType, String digest) {
  private static final int MAX_CHARS = 512;
  private static final Pattern HEX = Pattern.compile("[0-9A-F]+");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  /// RSA with SHA-256 and SHA-512, ECDSA on P-256 and P-384, Ed25519, Ed448 (RFC 8624 section 3.1).
  private static final List<Integer> ALGORITHMS = List.of(8, 10, 13, 14, 15, 16);

  public TrustAnchor {
    requireNonNull(zone, "zone");
    requireNonNull(digest, "digest");
    if (!zone.isEmpty() && named(zone).isEmpty()) {
      throw new IllegalArgumentException("a trust anchor can't be for the zone `" + zone + "`");
    }
    Checks.within("a key tag", keyTag, 0, 65_535);
    if (!ALGORITHMS.contains(algorithm)) {
      throw new IllegalArgumentException(
          "the algorithm of a trust anchor must be one of %s, was %d"
              .formatted(ALGORITHMS, algorithm));
    }
    int chars =
        switch (digestType) {
          case 2 -> 64;
          case 4 -> 96;
          default ->
              throw new IllegalArgumentException(
                  "the digest of a trust anchor must be of type 2 or 4, was " + digestType);
        };
    if (digest.length() != chars || !HEX.matcher(digest).matches()) {
      throw new IllegalArgumentException(
          "a digest of type %d must be %d hexadecimal digits, was `%s`"
              .formatted(digestType, chars, digest));
    }
  }

  private static Optional<Host> named(String zone) {
    return Host.parse(zone)
        .filter(Host.Name.class::isInstance)
        .filter(it -> it.text().equals(zone));
  }

  /// Reads a DS record as zone files have it, such as `example. IN DS 12345 13 2 0F1E…`; a time to
  /// live may stand before `IN`, blanks may stand in the digest.
  public static Optional<TrustAnchor> parse(String text) {
    if (text.length() > MAX_CHARS) {
      return Optional.empty();
    }
    List<String> words = new ArrayList<>(List.of(text.strip().split("[ \t]+")));
    String zone = words.removeFirst().toLowerCase(Locale.ROOT);
    if (!words.isEmpty() && NUMBER.matcher(words.getFirst()).matches()) {
      words.removeFirst();
    }
    if (!words.isEmpty() && words.getFirst().equalsIgnoreCase("IN")) {
      words.removeFirst();
    }
    if (words.size() < 5 || !words.getFirst().equalsIgnoreCase("DS") || zone.isEmpty()) {
      return Optional.empty();
    }
    List<String> numbers = words.subList(1, 4);
    if (!numbers.stream().allMatch(each -> NUMBER.matcher(each).matches())) {
      return Optional.empty();
    }
    String digest = String.join("", words.subList(4, words.size())).toUpperCase(Locale.ROOT);
    try {
      return Optional.of(
          new TrustAnchor(
              zone.endsWith(".") ? zone.substring(0, zone.length() - 1) : zone,
              Integer.parseInt(numbers.get(0)),
              Integer.parseInt(numbers.get(1)),
              Integer.parseInt(numbers.get(2)),
              digest));
    } catch (IllegalArgumentException unusable) {
      return Optional.empty();
    }
  }

  /// The record's plain form, with a final dot, which [#parse] reads.
  @Override
  public String toString() {
    return "%s. DS %d %d %d %s".formatted(zone, keyTag, algorithm, digestType, digest);
  }
}
