package org.wormholes.transport.tls;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.wormholes.transport.socket.HostPort;

/// Where a node is reached over TLS: `203.0.113.5:443` or `203.0.113.5:443,name=www.example.org`.
/// The name is what the dialler asks for (SNI, RFC 6066 section 3) and is never looked up.
///
/// @param name up to 253 letters, digits, `-` and `.`, or empty for none
public record TlsAddress(InetSocketAddress socket, String name) {
  private static final String NAME = ",name=";
  private static final int MAX_CHARS = 320;
  private static final String DNS_NAME =
      "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?){0,9}";

  /// Empty if the text is not of that form.
  public static Optional<TlsAddress> parse(String text) {
    if (text.length() > MAX_CHARS) {
      return Optional.empty();
    }
    int comma = text.indexOf(NAME);
    String name = comma < 0 ? "" : text.substring(comma + NAME.length());
    if (comma >= 0 && !isName(name)) {
      return Optional.empty();
    }
    return HostPort.parse(comma < 0 ? text : text.substring(0, comma))
        .flatMap(HostPort::literal)
        .map(socket -> new TlsAddress(socket, name));
  }

  /// Whether SNI can carry it: a DNS name that is not an address.
  public static boolean isName(String text) {
    return text.length() <= 253 && text.matches(DNS_NAME) && !text.matches("[0-9.]+");
  }

  @Override
  public String toString() {
    return HostPort.of(socket) + (name.isEmpty() ? "" : NAME + name);
  }
}
