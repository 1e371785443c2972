package org.wormholes.rules;

import java.util.List;
import org.wormholes.rules.expr.Address;

/// Who turns names into addresses, at the exit.
public sealed interface Resolve {
  /// Whatever the exit's system uses.
  record BySystem() implements Resolve {}

  /// These servers, asked by the exit over UDP and TCP, tried in order.
  ///
  /// @param servers `ADDRESS:PORT`, IPv6 in brackets; 1 to 8
  record ByServers(List<String> servers) implements Resolve {
    public static final int MAX_SERVERS = 8;

    public ByServers {
      servers = Checks.atMost("resolvers", servers, MAX_SERVERS);
      if (servers.isEmpty()) {
        throw new IllegalArgumentException("there must be at least one resolver");
      }
      for (String server : servers) {
        if (!isServer(server)) {
          throw new IllegalArgumentException(
              "a resolver must be ADDRESS:PORT, was `%s`"
                  .formatted(server.length() <= 64 ? server : server.substring(0, 64)));
        }
      }
    }

    /// Whether the text is an address and a port, in plain form.
    public static boolean isServer(String text) {
      int colon = text.lastIndexOf(':');
      if (colon < 1 || !text.substring(colon + 1).matches("[1-9][0-9]{0,4}")) {
        return false;
      }
      String host = text.substring(0, colon);
      boolean bracketed = host.startsWith("[") && host.endsWith("]");
      String literal = bracketed ? host.substring(1, host.length() - 1) : host;
      return Integer.parseInt(text.substring(colon + 1)) <= 65_535
          && bracketed == literal.indexOf(':') >= 0
          && Address.parse(literal)
              .map(address -> address.toString().equals(literal))
              .orElse(false);
    }
  }
}
