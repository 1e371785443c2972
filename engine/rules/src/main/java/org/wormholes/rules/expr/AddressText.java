package org.wormholes.rules.expr;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads and writes the literals of addresses, strictly, and without making anything but the
/// result.
final class AddressText {
  private static final int GROUPS = 8;
  private static final int MAX_LENGTH = 45;
  private static final String DIGITS = "0123456789abcdef";

  private final String text;
  private final @Nullable StringBuilder out; // null: compare with the text instead
  private int at;
  private long high;
  private long low;

  private AddressText(String text, @Nullable StringBuilder out) {
    this.text = text;
    this.out = out;
  }

  static Optional<Address> parse(String text) {
    AddressText reader = new AddressText(text, null);
    return reader.read() ? Optional.of(new Address(reader.high, reader.low)) : Optional.empty();
  }

  /// Whether the text is a literal in the one spelling that [#format] gives.
  static boolean isPlain(String text) {
    AddressText reader = new AddressText(text, null);
    return reader.read() && (text.indexOf(':') < 0 || reader.isSpelledPlainly());
  }

  private boolean read() {
    if (text.length() > MAX_LENGTH) {
      return false;
    }
    if (text.indexOf(':') >= 0) {
      return readIpv6();
    }
    long bits = ipv4(text, 0);
    low = 0xffff_0000_0000L | bits;
    return bits >= 0;
  }

  /// Four decimal numbers without leading zeros up to the end of the text, or -1.
  private static long ipv4(String text, int from) {
    long bits = 0;
    int at = from;
    int to = text.length();
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

  /// Groups are shifted in from the right; where `::` is met, what stands before it is put aside.
  private boolean readIpv6() {
    long frontHigh = 0;
    long frontLow = 0;
    int gap = -1;
    int count = 0;
    if (text.startsWith("::")) {
      gap = 0;
      at = 2;
    }
    while (at < text.length()) {
      int groups = readGroup(GROUPS - count);
      if (groups == 0) {
        return false;
      }
      count += groups;
      if (at == text.length()) {
        break;
      }
      at++; // the colon
      if (at == text.length()) {
        return false; // a single colon at the end
      }
      if (text.charAt(at) == ':') {
        if (gap >= 0) {
          return false;
        }
        gap = count;
        frontHigh = high;
        frontLow = low;
        high = 0;
        low = 0;
        at++;
      }
    }
    if (gap < 0) {
      return count == GROUPS;
    }
    putInFront(frontHigh, frontLow, 16 * (GROUPS - gap));
    return count < GROUPS;
  }

  private void putInFront(long frontHigh, long frontLow, int bits) {
    if (bits >= 128) {
      return; // nothing stands before the gap
    }
    if (bits >= 64) {
      high |= frontLow << (bits - 64);
    } else {
      high |= (frontHigh << bits) | (frontLow >>> (64 - bits));
      low |= frontLow << bits;
    }
  }

  /// Reads a group up to the colon after it, or the IPv4 form of the last two; how many it was, 0
  /// for neither.
  private int readGroup(int room) {
    int start = at;
    int value = 0;
    while (at < text.length() && text.charAt(at) != ':') {
      char c = text.charAt(at);
      if (c == '.') {
        return readIpv4Tail(start, room);
      }
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0 || at - start == 4) {
        return 0;
      }
      value = value << 4 | digit;
      at++;
    }
    if (at == start || room < 1) {
      return 0;
    }
    shiftIn(value);
    return 1;
  }

  private int readIpv4Tail(int start, int room) {
    long bits = ipv4(text, start);
    if (bits < 0 || room < 2) {
      return 0;
    }
    shiftIn((int) (bits >>> 16));
    shiftIn((int) (bits & 0xffff));
    at = text.length();
    return 2;
  }

  private void shiftIn(int group) {
    high = high << 16 | low >>> 48;
    low = low << 16 | group;
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
    StringBuilder text = new StringBuilder(MAX_LENGTH);
    AddressText writer = new AddressText("", text);
    writer.high = address.high();
    writer.low = address.low();
    writer.spell();
    return text.toString();
  }

  /// RFC 5952: lower case, no leading zeros, and section 4.2: the longest run of zeros, the first
  /// of equals, at least two, becomes `::`.
  private void spell() {
    int gap = -1;
    int length = 1;
    for (int start = 0; start < GROUPS; start++) {
      int end = start;
      while (end < GROUPS && group(end) == 0) {
        end++;
      }
      if (end - start > length) {
        gap = start;
        length = end - start;
      }
    }
    for (int i = 0; i < GROUPS; i++) {
      if (i == gap) {
        put(':');
        put(':');
        i += length - 1;
        continue;
      }
      boolean afterGap = gap >= 0 && i == gap + length;
      if (i > 0 && !afterGap) {
        put(':');
      }
      spell(group(i));
    }
  }

  private void spell(int group) {
    boolean started = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
      int digit = group >>> shift & 0xf;
      started |= digit != 0 || shift == 0;
      if (started) {
        put(DIGITS.charAt(digit));
      }
    }
  }

  private int group(int index) {
    return (int) ((index < 4 ? high : low) >>> (16 * (3 - index % 4)) & 0xffff);
  }

  private boolean isSpelledPlainly() {
    if (high == 0 && low >>> 32 == 0xffff) {
      return false; // IPv4 is spelled as such
    }
    at = 0;
    spell();
    return at == text.length();
  }

  /// Writes a character, or steps on where the text goes on with it, and beyond its end where it
  /// does not.
  private void put(char c) {
    if (out != null) {
      out.append(c);
      return;
    }
    at = at < text.length() && text.charAt(at) == c ? at + 1 : MAX_LENGTH + 1;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
