package org.wormholes.protocol.crypto;

import java.util.Locale;
import org.wormholes.protocol.wire.WireException;

/// Where a node can be met: `wormhole://ADDRESS@HOST:PORT`, with ADDRESS as [NodeId#address()] and
/// an IPv6 host in brackets.
///
/// @param host a name or an address, without brackets, never resolved here
public record NodeUri(NodeId node, String host, int port) {
  public static final String SCHEME = "wormhole://";

  private static final int MAX_HOST = 253;

  public NodeUri {
    if (host.isEmpty() || host.length() > MAX_HOST || !host.chars().allMatch(NodeUri::inHost)) {
      throw new IllegalArgumentException("host must be 1..253 letters, digits or .-:_");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port must be 1..65535, was " + port);
    }
  }

  /// Reads the form of [#format()].
  ///
  /// @throws WireException if the text is not of this form
  public static NodeUri parse(String text) throws WireException {
    if (!text.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      throw new WireException("node uri must start with " + SCHEME);
    }
    String rest = text.substring(SCHEME.length());
    int at = rest.indexOf('@');
    int colon = rest.lastIndexOf(':');
    if (at < 0 || colon < at) {
      throw new WireException("node uri must be wormhole://ADDRESS@HOST:PORT");
    }
    NodeId node = NodeId.parse(rest.substring(0, at));
    try {
      return new NodeUri(
          node, host(rest.substring(at + 1, colon)), port(rest.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw new WireException("node uri: " + e.getMessage(), e);
    }
  }

  private static String host(String text) {
    if (text.startsWith("[") && text.endsWith("]")) {
      return text.substring(1, text.length() - 1);
    }
    if (text.indexOf(':') >= 0) {
      throw new IllegalArgumentException("an ipv6 host stands in brackets");
    }
    return text;
  }

  private static int port(String text) {
    if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new IllegalArgumentException("port must be 1..65535");
    }
    return Integer.parseInt(text);
  }

  private static boolean inHost(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || ".-:_%".indexOf(c) >= 0;
  }

  /// The form [#parse] reads.
  public String format() {
    String bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return SCHEME + node.address() + "@" + bracketed + ":" + port;
  }

  @Override
  public String toString() {
    return "NodeUri(" + node + ")";
  }
}
