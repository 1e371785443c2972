package org.wormholes.transport.pluggable;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.wormholes.transport.socket.HostPort;

/// Where a node is reached through a pluggable transport:
/// `203.0.113.5:443,transport=obfs4,cert=…,iat-mode=0`.
///
/// @param transport its name, 1 to 32 letters, digits and `_`, the first one no digit
/// @param arguments what the dialler's program must know; values of letters, digits and `+/=._~:-`
record PtAddress(InetSocketAddress socket, String transport, Map<String, String> arguments) {
  static final String EXPECTED = "expected ip:port,transport=NAME[,KEY=VALUE…]";

  private static final int MAX_CHARS = 255;
  private static final String NAME = "[A-Za-z_][A-Za-z0-9_]{0,31}";
  private static final String KEY = "[A-Za-z0-9_-]{1,32}";
  private static final String VALUE = "[A-Za-z0-9+/=._~:-]{0,200}";

  PtAddress {
    arguments = Map.copyOf(arguments);
  }

  /// Empty if the text is not of that form.
  static Optional<PtAddress> parse(String text) {
    if (text.length() > MAX_CHARS) {
      return Optional.empty();
    }
    String[] parts = text.split(",", -1);
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      if (equals < 0
          || !parts[i].substring(0, equals).matches(KEY)
          || !parts[i].substring(equals + 1).matches(VALUE)
          || values.put(parts[i].substring(0, equals), parts[i].substring(equals + 1)) != null) {
        return Optional.empty();
      }
    }
    String transport = values.remove("transport");
    if (transport == null
        || !transport.matches(NAME)
        || values.size() > PtArguments.MAX_ARGUMENTS) {
      return Optional.empty();
    }
    return HostPort.parse(parts[0])
        .flatMap(HostPort::literal)
        .map(socket -> new PtAddress(socket, transport, values));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(HostPort.of(socket)).append(",transport=");
    text.append(transport);
    arguments.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            each -> text.append(',').append(each.getKey()).append('=').append(each.getValue()));
    return text.toString();
  }
}
