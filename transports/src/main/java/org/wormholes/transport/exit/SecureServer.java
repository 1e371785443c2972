package org.wormholes.transport.exit;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.wormholes.transport.socket.HostPort;

/// A name server that is asked over TLS.
///
/// @param path of the resource that answers over HTTPS; empty for DNS over TLS
/// @param name what its certificate must be for: a name, or its address
/// @param pin SHA-256 of the public key of its certificate in hex, instead of that; or empty
record SecureServer(InetSocketAddress address, String path, String name, String pin) {
  private static final int MAX_CHARS = 512;
  private static final Pattern FORM =
      Pattern.compile("(tls|https)://([^/#]+)(/[^#]*)?(?:#([^,:]*)?(?:,?sha256:([0-9a-f]{64}))?)?");

  /// Reads `tls://ip:port` or `https://ip:port/path`, and `#name`, `#sha256:pin` or
  /// `#name,sha256:pin` after it.
  ///
  /// @throws IllegalArgumentException for other text
  static SecureServer parse(String text) {
    Matcher parts = FORM.matcher(text.length() <= MAX_CHARS ? text : "");
    if (!parts.matches() || parts.group(1).equals("https") != (parts.group(3) != null)) {
      throw new IllegalArgumentException("a name server over TLS was " + text);
    }
    InetSocketAddress address =
        HostPort.parse(parts.group(2))
            .flatMap(HostPort::literal)
            .orElseThrow(() -> new IllegalArgumentException("a name server was " + text));
    boolean named = parts.group(4) != null && !parts.group(4).isEmpty();
    return new SecureServer(
        address,
        parts.group(3) == null ? "" : parts.group(3),
        named ? parts.group(4) : address.getAddress().getHostAddress(),
        parts.group(5) == null ? "" : parts.group(5));
  }

  boolean isHttps() {
    return !path.isEmpty();
  }
}
