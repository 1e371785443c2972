package org.wormholes.rules;

import static java.util.stream.Collectors.joining;

import java.util.HashSet;
import java.util.List;

/// That the signatures of answers about names are checked (RFC 4033), and from which keys on.
///
/// @param anchors of zones besides the root, whose keys are known; one for the root takes the place
///   of those that are published for the internet
public record Dnssec(List<TrustAnchor> anchors) {
  public static final int MAX_ANCHORS = 32;

  /// The check from the root on alone.
  public static final Dnssec FROM_ROOT = new Dnssec(List.of());

  public Dnssec {
    anchors = List.copyOf(anchors);
    if (anchors.size() > MAX_ANCHORS) {
      throw new IllegalArgumentException(
          "there can be %d trust anchors, was %d".formatted(MAX_ANCHORS, anchors.size()));
    }
    if (new HashSet<>(anchors).size() < anchors.size()) {
      throw new IllegalArgumentException("a trust anchor is there twice");
    }
  }

  /// Such as `dnssec` or `dnssec from example. DS 12345 13 2 0F1E…`.
  @Override
  public String toString() {
    return anchors.isEmpty()
        ? "dnssec"
        : anchors.stream().map(TrustAnchor::toString).collect(joining(", ", "dnssec from ", ""));
  }
}
