package org.wormholes.transport.websocket;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.tls.TlsAddress;

/// Where a node is reached over WebSocket: `203.0.113.5:443/path,name=www.example.org`. TLS is
/// spoken there unless `,plain` says that it is not, which is for the near side of a reverse proxy.
///
/// @param path of the request, begins with a slash; 1 to 128 letters, digits, `.`, `_`, `~`, `-`
///   and `/`
/// @param name what the dialler asks for (SNI and `Host`), never looked up; may be empty
/// @param plain whether there is no TLS
record WebSocketAddress(InetSocketAddress socket, String path, String name, boolean plain) {
  static final String EXPECTED = "expected ip:port[/path][,name=NAME][,plain]";

  private static final int MAX_CHARS = 255;
  private static final String PATH = "/[A-Za-z0-9._~/-]{0,127}";
  private static final String NAME = "name=";
  private static final String PLAIN = "plain";

  /// Empty if the text is not of that form.
  static Optional<WebSocketAddress> parse(String text) {
    if (text.length() > MAX_CHARS) {
      return Optional.empty();
    }
    String[] parts = text.split(",", -1);
    int slash = parts[0].indexOf('/');
    String path = slash < 0 ? "/" : parts[0].substring(slash);
    String name = "";
    boolean plain = false;
    Set<String> seen = new HashSet<>();
    for (int i = 1; i < parts.length; i++) {
      String part = parts[i];
      if (part.equals(PLAIN)) {
        plain = true;
      } else if (part.startsWith(NAME) && TlsAddress.isName(part.substring(NAME.length()))) {
        name = part.substring(NAME.length());
      } else {
        return Optional.empty();
      }
      if (!seen.add(part.equals(PLAIN) ? PLAIN : NAME)) {
        return Optional.empty();
      }
    }
    if (!path.matches(PATH)) {
      return Optional.empty();
    }
    String asked = name;
    boolean bare = plain;
    return HostPort.parse(slash < 0 ? parts[0] : parts[0].substring(0, slash))
        .flatMap(HostPort::literal)
        .map(socket -> new WebSocketAddress(socket, path, asked, bare));
  }

  /// What stands behind `ip:port`.
  String suffix() {
    return (path.equals("/") ? "" : path)
        + (name.isEmpty() ? "" : "," + NAME + name)
        + (plain ? "," + PLAIN : "");
  }

  /// The `Host` of a request: the name, or else the address, with the port where it is not the
  /// usual one.
  String host() {
    boolean usual = socket.getPort() == (plain ? 80 : 443);
    String literal = HostPort.of(socket);
    String host = name.isEmpty() ? literal.substring(0, literal.lastIndexOf(':')) : name;
    return usual ? host : host + ":" + socket.getPort();
  }

  @Override
  public String toString() {
    return HostPort.of(socket) + suffix();
  }
}
