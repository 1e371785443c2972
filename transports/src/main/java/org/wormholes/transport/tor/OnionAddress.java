package org.wormholes.transport.tor;

import java.util.Locale;
import java.util.Optional;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.transport.socket.HostPort;

/// Where a node is reached over Tor: `NAME.onion:PORT`, NAME a v3 onion address of 56 characters
/// with a checksum that fits (rend-spec-v3, section 6).
final class OnionAddress {
  private static final String SUFFIX = ".onion";

  private OnionAddress() {}

  static Optional<EntrySpec.Target> parse(String text) {
    return HostPort.parse(text)
        .filter(parts -> parts.port() > 0)
        .flatMap(parts ->
            name(parts.host()).map(name -> new EntrySpec.Target(name + SUFFIX, parts.port())));
  }

  /// The name before `.onion`, in small letters.
  static Optional<String> name(String host) {
    String small = host.toLowerCase(Locale.ROOT);
    if (!small.endsWith(SUFFIX)) {
      return Optional.empty();
    }
    String name = small.substring(0, small.length() - SUFFIX.length());
    try {
      var _ = NodeId.parse(name);
      return Optional.of(name);
    } catch (WireException notOne) {
      return Optional.empty();
    }
  }

  /// The name before `.onion`, without what may stand before it.
  static String service(String host) {
    String small = host.toLowerCase(Locale.ROOT);
    String name =
        small.endsWith(SUFFIX) ? small.substring(0, small.length() - SUFFIX.length()) : "";
    return name.substring(name.lastIndexOf('.') + 1);
  }

  static String of(OnionService service) {
    return service.id() + SUFFIX;
  }
}
