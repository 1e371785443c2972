package org.wormholes.dsl;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Host;

/// Destinations as expectations write them: `https://example.org/page`, `example.org:22`,
/// `[::1]:80`.
final class Destinations {
  private static final Map<String, Integer> PORTS =
      Map.ofEntries(
          Map.entry("http", 80),
          Map.entry("ws", 80),
          Map.entry("https", 443),
          Map.entry("wss", 443),
          Map.entry("ftp", 21),
          Map.entry("ssh", 22),
          Map.entry("sftp", 22),
          Map.entry("smtp", 25),
          Map.entry("dns", 53),
          Map.entry("imaps", 993),
          Map.entry("irc", 6667),
          Map.entry("git", 9418));

  private Destinations() {}

  static Accepts.@Nullable Endpoint read(String text) {
    int scheme = text.indexOf("://");
    if (scheme < 0) {
      return Accepts.endpoint(text);
    }
    Integer port = PORTS.get(text.substring(0, scheme));
    String rest = text.substring(scheme + 3);
    int end = endOfAuthority(rest);
    String authority = rest.substring(rest.lastIndexOf('@', end) + 1, end);
    Accepts.Endpoint explicit = Accepts.endpoint(authority);
    if (explicit != null) {
      return explicit;
    }
    String host = Host.parse(authority).map(Host::text).orElse(null);
    return port == null || host == null ? null : new Accepts.Endpoint(host, port);
  }

  static String advice(String text) {
    int scheme = text.indexOf("://");
    if (scheme > 0 && !PORTS.containsKey(text.substring(0, scheme))) {
      return "name the port: the scheme `" + text.substring(0, scheme) + "` has none that is known";
    }
    return Host.parse(text).isPresent() ? "add the port: \"" + text + ":443\"" : "";
  }

  private static int endOfAuthority(String rest) {
    for (int i = 0; i < rest.length(); i++) {
      if ("/?#".indexOf(rest.charAt(i)) >= 0) {
        return i;
      }
    }
    return rest.length();
  }
}
