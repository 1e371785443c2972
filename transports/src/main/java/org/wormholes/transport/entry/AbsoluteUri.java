package org.wormholes.transport.entry;

import java.util.Optional;
import org.wormholes.transport.socket.HostPort;

/// The target of a proxy request in absolute form (RFC 9112 section 3.2.2): where it leads, and
/// what is asked for there.
///
/// @param authority the authority as it goes into `Host`, without user information
/// @param path path and query, from the first slash on
record AbsoluteUri(HostPort place, String authority, String path) {
  private static final String SCHEME = "http://";
  private static final int DEFAULT_PORT = 80;

  /// Empty for anything that does not begin with `http://` and a host.
  static Optional<AbsoluteUri> parse(String text) {
    if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    int end = endOfAuthority(text);
    // User information is for the destination's own login forms of old; it is not passed on.
    String authority = text.substring(text.lastIndexOf('@', end - 1) + 1, end);
    if (authority.startsWith(SCHEME)) {
      authority = authority.substring(SCHEME.length());
    }
    String host =
        authority.endsWith(":") ? authority.substring(0, authority.length() - 1) : authority;
    String path = withoutFragment(text.substring(end));
    return HostPort.parse(host, DEFAULT_PORT)
        .filter(place -> place.port() != 0)
        .map(place -> new AbsoluteUri(place, host, path.startsWith("/") ? path : "/" + path));
  }

  private static int endOfAuthority(String text) {
    for (int i = SCHEME.length(); i < text.length(); i++) {
      if ("/?#".indexOf(text.charAt(i)) >= 0) {
        return i;
      }
    }
    return text.length();
  }

  private static String withoutFragment(String path) {
    int hash = path.indexOf('#');
    return hash < 0 ? path : path.substring(0, hash);
  }
}
