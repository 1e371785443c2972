package org.wormholes.transport.socket;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A host and a port, written `host:port`, with brackets around an IPv6 address (RFC 3986 section
/// 3.2.2). Names stay names: nothing here looks one up.
public record HostPort(String host, int port) {
  private static final int MAX_HOST = 255;

  /// Reads `host:port`, `[v6]:port`. Empty if it is neither.
  public static Optional<HostPort> parse(String text) {
    int colon = text.lastIndexOf(':');
    return colon < 0
        ? Optional.empty()
        : parse(text.substring(0, colon), text.substring(colon + 1));
  }

  /// Reads an authority whose port may be missing.
  public static Optional<HostPort> parse(String authority, int defaultPort) {
    boolean hasPort = authority.lastIndexOf(':') > authority.lastIndexOf(']');
    return hasPort ? parse(authority) : parse(authority, Integer.toString(defaultPort));
  }

  private static Optional<HostPort> parse(String host, String port) {
    int number = portOf(port);
    String bare = bare(host);
    return number < 0 || bare == null ? Optional.empty() : Optional.of(new HostPort(bare, number));
  }

  /// The host without brackets, or null where brackets and colons do not fit each other.
  private static @Nullable String bare(String host) {
    if (host.startsWith("[")) {
      String inner = host.endsWith("]") ? host.substring(1, host.length() - 1) : "";
      return NetUtil.isValidIpV6Address(inner) && inner.indexOf('%') < 0 ? inner : null;
    }
    return isHost(host) && host.indexOf(':') < 0 ? host : null;
  }

  private static int portOf(String text) {
    if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    int port = Integer.parseInt(text);
    return port <= 65_535 ? port : -1;
  }

  /// Whether an application may name this as a destination: an IPv6 address, or 1 to 255 visible
  /// ASCII characters without those that separate the parts of an address. Odd spellings of IPv4
  /// addresses pass, as the names they are here.
  public static boolean isHost(String host) {
    if (host.isEmpty() || host.length() > MAX_HOST) {
      return false;
    }
    if (host.indexOf(':') >= 0) {
      return host.indexOf('%') < 0 && host.charAt(0) != '[' && NetUtil.isValidIpV6Address(host);
    }
    return host.chars().allMatch(c -> c > ' ' && c < 0x7f && "/\\@?#[]<>\"^`{|}%".indexOf(c) < 0);
  }

  /// The address, if the host is an address and not a name.
  public Optional<InetSocketAddress> literal() {
    InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
    return address == null || host.indexOf('%') >= 0
        ? Optional.empty()
        : Optional.of(new InetSocketAddress(address, port));
  }

  /// `address` in this notation.
  public static String of(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    String host = ip == null ? address.getHostString() : NetUtil.toAddressString(ip);
    return new HostPort(host, address.getPort()).toString();
  }

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
