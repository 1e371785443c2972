package org.wormholes.transport.names;

import java.util.List;
import java.util.stream.Stream;
import org.wormholes.rules.Dnssec;
import org.wormholes.rules.TrustAnchor;

/// The keys of the root of DNS that are known beforehand: KSK-2017, valid from 2017-02-02, and
/// KSK-2024, valid from 2024-07-18, as IANA publishes them at
/// `https://data.iana.org/root-anchors/root-anchors.xml` and Debian ships them in `dns-root-data`.
/// Read in November 2026.
final class RootKeys {
  static final List<TrustAnchor> IANA =
      Stream.of(
              ". DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
              ". DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16")
          .map(text -> TrustAnchor.parse(text).orElseThrow())
          .toList();

  private RootKeys() {}

  /// All that a check starts from: an anchor that a ruleset names for the root takes their place.
  static List<TrustAnchor> with(Dnssec dnssec) {
    boolean ownRoot = dnssec.anchors().stream().anyMatch(anchor -> anchor.zone().isEmpty());
    return ownRoot
        ? dnssec.anchors()
        : Stream.concat(IANA.stream(), dnssec.anchors().stream()).toList();
  }
}
