package org.wormholes.rules;

import java.util.List;

/// Who turns names into addresses, at the exit.
public sealed interface Resolve {
  /// Whatever the exit's system uses.
  record BySystem() implements Resolve {}

  /// These servers, asked by the exit, tried in order.
  ///
  /// @param servers each as [NameServer] prints itself: `ADDRESS:PORT`, `tls://ADDRESS:PORT` or
  ///   `https://ADDRESS:PORT/PATH`, IPv6 in brackets; 1 to 8
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
              "a resolver must be ADDRESS:PORT, tls://ADDRESS:PORT or https://ADDRESS:PORT/PATH, was `%s`"
                  .formatted(server.length() <= 64 ? server : server.substring(0, 64)));
        }
      }
    }

    /// Whether the text is a [NameServer] as it prints itself.
    public static boolean isServer(String text) {
      return NameServer.parse(text).filter(it -> it.toString().equals(text)).isPresent();
    }

    /// Whether none of them needs more than UDP and TCP.
    public boolean isPlain() {
      return servers.stream().noneMatch(server -> server.contains("://"));
    }
  }
}
