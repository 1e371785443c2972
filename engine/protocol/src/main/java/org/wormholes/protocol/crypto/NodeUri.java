package org.wormholes.protocol.crypto;

import java.util.Locale;
import org.wormholes.protocol.wire.WireException;

/// Where a node can be met, and over which carrier: `wormhole://ADDRESS@CARRIER+PLACE`, with
/// ADDRESS as [NodeId#address()] and PLACE in the carrier's own notation. Without a carrier it is
/// `tcp`, and the place is `HOST:PORT` with an IPv6 host in brackets. (`identity.md` 2)
///
/// @param carrier 1 to 16 of `a-z0-9-`
/// @param place 1 to 255 letters, digits and `.-:_%/,=[]~+`; never resolved here
public record NodeUri(NodeId node, String carrier, String place) {
  public static final String SCHEME = "wormhole://";

  /// The carrier of an address that names none.
  public static final String USUAL_CARRIER = "tcp";

  private static final int MAX_HOST = 253;
  private static final int MAX_PLACE = 255;
  private static final int MAX_CARRIER = 16;
  private static final String IN_HOST = ".-:_%";
  private static final String IN_PLACE = ".-:_%/,=[]~+";

  public NodeUri {
    if (!isCarrier(carrier)) {
      throw new IllegalArgumentException("a carrier is named by 1..16 of a-z, 0-9 and -");
    }
    if (carrier.equals(USUAL_CARRIER)) {
      place = HostAndPort.parse(place).format();
    } else if (place.isEmpty() || place.length() > MAX_PLACE || !consistsOf(place, IN_PLACE)) {
      throw new IllegalArgumentException(
          "a place must be 1..255 letters, digits or " + IN_PLACE + ", in its carrier's notation");
    }
  }

  /// Where `tcp` reaches a node.
  ///
  /// @param host a name or an address, without brackets, never resolved here
  public NodeUri(NodeId node, String host, int port) {
    this(node, USUAL_CARRIER, new HostAndPort(host, port).format());
  }

  /// Reads the form of [#format()]; `tcp+` may stand there too.
  ///
  /// @throws WireException if the text is not of this form
  public static NodeUri parse(String text) throws WireException {
    if (!text.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      throw new WireException("node uri must start with " + SCHEME);
    }
    String rest = text.substring(SCHEME.length());
    int at = rest.indexOf('@');
    if (at < 0) {
      throw new WireException("node uri must be wormhole://ADDRESS@[CARRIER+]PLACE");
    }
    NodeId node = NodeId.parse(rest.substring(0, at));
    String where = rest.substring(at + 1);
    int plus = where.indexOf('+');
    try {
      return plus < 0
          ? new NodeUri(node, USUAL_CARRIER, where)
          : new NodeUri(node, where.substring(0, plus), where.substring(plus + 1));
    } catch (IllegalArgumentException e) {
      throw new WireException("node uri: " + e.getMessage(), e);
    }
  }

  private static boolean isCarrier(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_CARRIER
        && text.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
  }

  private static boolean consistsOf(String text, String others) {
    return text.chars()
        .allMatch(c ->
            (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || others.indexOf(c) >= 0);
  }

  /// The form [#parse] reads.
  public String format() {
    return SCHEME
        + node.address()
        + "@"
        + (carrier.equals(USUAL_CARRIER) ? "" : carrier + "+")
        + place;
  }

  @Override
  public String toString() {
    return "NodeUri(" + node + ")";
  }

  /// A place of the carrier `tcp`.
  private record HostAndPort(String host, int port) {
    HostAndPort {
      if (host.isEmpty() || host.length() > MAX_HOST || !consistsOf(host, IN_HOST)) {
        throw new IllegalArgumentException("host must be 1..253 letters, digits or .-:_");
      }
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException("port must be 1..65535, was " + port);
      }
    }

    static HostAndPort parse(String text) {
      int colon = text.lastIndexOf(':');
      if (colon < 0) {
        throw new IllegalArgumentException("expected HOST:PORT");
      }
      return new HostAndPort(host(text.substring(0, colon)), port(text.substring(colon + 1)));
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
      if (text.isEmpty()
          || text.length() > 5
          || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
        throw new IllegalArgumentException("port must be 1..65535");
      }
      return Integer.parseInt(text);
    }

    String format() {
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
  }
}
