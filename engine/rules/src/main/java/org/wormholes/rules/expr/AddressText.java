package org.wormholes.rules.expr;

import java.util.Optional;

/// Reads and writes the literals of addresses, strictly.
final class AddressText {
  private static final int GROUPS = 8;

  private AddressText() {}

  static Optional<Address> parse(String text) {
    if (text.length() > 45) {
      return Optional.empty();
    }
    if (text.indexOf(':') < 0) {
      long bits = ipv4(text, 0, text.length());
      return bits < 0 ? Optional.empty() : Optional.of(Address.ofIpv4((int) bits));
    }
    return ipv6(text);
  }

  /// Four decimal numbers without leading zeros, or -1.
  private static long ipv4(String text, int from, int to) {
    long bits = 0;
    int at = from;
    for (int part = 0; part < 4; part++) {
      int start = at;
      int value = 0;
      while (at < to && at - start < 3 && isDigit(text.charAt(at))) {
        value = value * 10 + text.charAt(at++) - '0';
      }
      boolean padded = at - start > 1 && text.charAt(start) == '0';
      if (at == start || padded || value > 255) {
        return -1;
      }
      bits = bits << 8 | value;
      if (part < 3 && (at >= to || text.charAt(at++) != '.')) {
        return -1;
      }
    }
    return at == to ? bits : -1;
  }

  private static Optional<Address> ipv6(String text) {
    int[] groups = new int[GROUPS];
    int count = 0;
    int gap = -1;
    int at = 0;
    int end = text.length();
    if (text.startsWith("::")) {
      gap = 0;
      at = 2;
    }
    while (at < end) {
      if (count == GROUPS) {
        return Optional.empty();
      }
      int next = at;
      while (next < end && text.charAt(next) != ':') {
        next++;
      }
      if (next == end && text.indexOf('.', at) >= 0) {
        long bits = ipv4(text, at, end);
        if (bits < 0 || count > GROUPS - 2) {
          return Optional.empty();
        }
        groups[count++] = (int) (bits >>> 16);
        groups[count++] = (int) (bits & 0xffff);
        break;
      }
      int group = group(text, at, next);
      if (group < 0) {
        return Optional.empty();
      }
      groups[count++] = group;
      if (next == end) {
        break;
      }
      at = next + 1;
      if (at == end) {
        return Optional.empty(); // a single colon at the end
      }
      if (text.charAt(at) == ':') {
        if (gap >= 0) {
          return Optional.empty();
        }
        gap = count;
        at++;
      }
    }
    if (gap < 0 ? count != GROUPS : count == GROUPS) {
      return Optional.empty();
    }
    return Optional.of(spread(groups, count, gap));
  }

  private static int group(String text, int from, int to) {
    if (from == to || to - from > 4) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static Address spread(int[] groups, int count, int gap) {
    long[] halves = new long[2];
    for (int i = 0; i < count; i++) {
      int at = gap >= 0 && i >= gap ? GROUPS - count + i : i;
      halves[at / 4] |= (long) groups[i] << (16 * (3 - at % 4));
    }
    return new Address(halves[0], halves[1]);
  }

  static String format(Address address) {
    if (address.isIpv4()) {
      int bits = address.ipv4Bits();
      return (bits >>> 24)
          + "."
          + (bits >> 16 & 0xff)
          + "."
          + (bits >> 8 & 0xff)
          + "."
          + (bits & 0xff);
    }
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      long half = i < 4 ? address.high() : address.low();
      groups[i] = (int) (half >>> (16 * (3 - i % 4)) & 0xffff);
    }
    return format(groups);
  }

  /// RFC 5952 section 4.2: the longest run of zeros, the first of equals, at least two, becomes
  /// `::`.
  private static String format(int[] groups) {
    int gap = -1;
    int length = 1;
    for (int start = 0; start < GROUPS; start++) {
      int end = start;
      while (end < GROUPS && groups[end] == 0) {
        end++;
      }
      if (end - start > length) {
        gap = start;
        length = end - start;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == gap) {
        text.append("::");
        i += length - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
