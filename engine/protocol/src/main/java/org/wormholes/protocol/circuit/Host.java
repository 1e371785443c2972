package org.wormholes.protocol.circuit;

import java.util.Locale;
import org.wormholes.protocol.wire.BigEndian;

/// Where a stream or a datagram goes: an address, or a name that only the exit resolves.
public sealed interface Host {
  /// The longest name in characters.
  int MAX_NAME = 253;

  /// The usual text form: `192.0.2.1`, `2001:db8:0:0:0:0:0:1`, `example.org`.
  String text();

  /// An IPv4 address, big-endian.
  record Ip4(int bits) implements Host {
    @Override
    public String text() {
      return (bits >>> 24)
          + "."
          + ((bits >>> 16) & 255)
          + "."
          + ((bits >>> 8) & 255)
          + "."
          + (bits & 255);
    }

    /// The four bytes of the address.
    public byte[] bytes() {
      return new byte[] {
        (byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits
      };
    }
  }

  /// An IPv6 address, big-endian, without a zone.
  record Ip6(long high, long low) implements Host {
    @Override
    public String text() {
      StringBuilder text = new StringBuilder(39);
      for (int group = 0; group < 8; group++) {
        long half = group < 4 ? high : low;
        text.append(group == 0 ? "" : ":")
            .append(Long.toHexString(half >>> ((3 - group % 4) * 16) & 0xffff));
      }
      return text.toString();
    }

    /// The sixteen bytes of the address.
    public byte[] bytes() {
      byte[] bytes = new byte[16];
      for (int i = 0; i < 8; i++) {
        bytes[i] = (byte) (high >>> (56 - 8 * i));
        bytes[8 + i] = (byte) (low >>> (56 - 8 * i));
      }
      return bytes;
    }
  }

  /// A host name in lower case: 1 to 253 characters, labels of 1 to 63 out of letters, digits, `-`
  /// and `_`. No trailing dot.
  record Name(String name) implements Host {
    public Name {
      if (!isName(name)) {
        throw new IllegalArgumentException("not a host name of 1.." + MAX_NAME + " characters");
      }
    }

    @Override
    public String text() {
      return name;
    }
  }

  /// Whether `text` can be a [Name].
  static boolean isName(String text) {
    int label = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.') {
        if (label == 0) {
          return false;
        }
        label = 0;
      } else if (isLetterOrDigit(c) || c == '-' || c == '_') {
        if (++label > 63) {
          return false;
        }
      } else {
        return false;
      }
    }
    return label > 0 && text.length() <= MAX_NAME;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  /// An address of 4 or 16 bytes.
  static Host of(byte[] address) {
    return switch (address.length) {
      case 4 -> new Ip4(BigEndian.i32(address, 0));
      case 16 -> new Ip6(BigEndian.i64(address, 0), BigEndian.i64(address, 8));
      default ->
          throw new IllegalArgumentException(
              "address must be 4 or 16 bytes, was " + address.length);
    };
  }

  /// What a person or an application wrote: an IPv4 or IPv6 literal (brackets allowed), else a
  /// name, made lower case and without its trailing dot. Nothing is resolved.
  ///
  /// @throws IllegalArgumentException when it is none of them
  static Host parse(String text) {
    String host = text.toLowerCase(Locale.ROOT);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.indexOf(':') >= 0) {
      return AddressText.ip6(host);
    }
    if (AddressText.looksLikeIp4(host)) {
      return AddressText.ip4(host);
    }
    return new Name(host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
  }
}
