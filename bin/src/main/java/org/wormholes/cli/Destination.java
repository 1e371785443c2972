package org.wormholes.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.transport.embed.HttpGet;

/// Where a command is to go: `wormhole://ADDRESS[:PORT][/path]` (a published service), `http://…`,
/// `https://…`, or `HOST:PORT`. Names stay names; nothing here looks one up.
///
/// @param scheme `wormhole`, `http`, `https`; empty for `HOST:PORT`
/// @param host as it is named to the tunnel: of a service `ADDRESS.wormhole`
/// @param path with its query, of at least `/`
record Destination(String scheme, String host, int port, String path) {
  private static final int HTTP = 80;
  private static final int HTTPS = 443;
  private static final int MAX_PORT = 65_535;

  /// @throws CommandFailure if it is none
  static Destination of(String text) {
    return parse(text)
        .orElseThrow(() ->
            new CommandFailure(
                ExitCode.USAGE,
                "%s is no destination: expected wormhole://ADDRESS/ with 56 characters, http://HOST/ or HOST:PORT"
                    .formatted(Clean.line(text, 200))));
  }

  static Optional<Destination> parse(String text) {
    String whole = text.contains("://") ? text : "tcp://" + text;
    try {
      URI uri = new URI(whole);
      String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
      String host = uri.getHost();
      if (host == null || uri.getUserInfo() != null || uri.getPort() > MAX_PORT) {
        return Optional.empty();
      }
      String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
      String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
      String asked = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
      return switch (scheme) {
        case "wormhole" ->
            service(bare).map(name -> new Destination(scheme, name, port(uri, HTTP), asked));
        case "http" -> Optional.of(new Destination(scheme, bare, port(uri, HTTP), asked));
        case "https" -> Optional.of(new Destination(scheme, bare, port(uri, HTTPS), asked));
        case "tcp" ->
            uri.getPort() > 0
                ? Optional.of(new Destination("", bare, uri.getPort(), asked))
                : Optional.empty();
        default -> Optional.empty();
      };
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static int port(URI uri, int usual) {
    return uri.getPort() > 0 ? uri.getPort() : usual;
  }

  private static Optional<String> service(String address) {
    try {
      return Optional.of(NodeId.parse(address.toLowerCase(Locale.ROOT)).address() + ".wormhole");
    } catch (WireException e) {
      return Optional.empty();
    }
  }

  boolean isSecure() {
    return scheme.equals("https");
  }

  /// The same place, with what a redirect names, where that stays there.
  Optional<Destination> redirected(String location) {
    if (location.startsWith("/") && !location.startsWith("//")) {
      return Optional.of(new Destination(scheme, host, port, location));
    }
    return parse(location)
        .map(next ->
            next.scheme().equals("http") && scheme.equals("wormhole")
                ? new Destination(scheme, next.host(), next.port(), next.path())
                : next)
        .filter(next -> next.host().equals(host) && (next.port() == port || next.isSecure()));
  }

  /// What to ask for there.
  HttpGet.Page page() {
    return new HttpGet.Page(isSecure(), host, port, authority(), path);
  }

  private String authority() {
    String shown = host.indexOf(':') < 0 ? host : "[" + host + "]";
    return port == (isSecure() ? HTTPS : HTTP) ? shown : shown + ":" + port;
  }
}
