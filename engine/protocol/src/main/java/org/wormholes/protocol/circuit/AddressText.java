package org.wormholes.protocol.circuit;

/// Reads address literals. Only the plain forms: no octal, no zone, no shortened IPv4, so that no
/// two readers of the same text can disagree.
final class AddressText {
  private AddressText() {}

  /// Whether the last label is a number, which no host name's is.
  static boolean looksLikeIp4(String text) {
    String last = text.substring(text.lastIndexOf('.') + 1);
    return !last.isEmpty() && last.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  static Host.Ip4 ip4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      throw new IllegalArgumentException("an IPv4 address has four numbers");
    }
    int bits = 0;
    for (String part : parts) {
      bits = bits << 8 | number(part);
    }
    return new Host.Ip4(bits);
  }

  private static int number(String part) {
    boolean plain =
        !part.isEmpty()
            && part.length() <= 3
            && part.chars().allMatch(c -> c >= '0' && c <= '9')
            && (part.length() == 1 || part.charAt(0) != '0');
    int value = plain ? Integer.parseInt(part) : 256;
    if (value > 255) {
      throw new IllegalArgumentException("the numbers of an IPv4 address are 0..255");
    }
    return value;
  }

  static Host.Ip6 ip6(String text) {
    int gap = text.indexOf("::");
    String head = gap < 0 ? text : text.substring(0, gap);
    String tail = gap < 0 ? "" : text.substring(gap + 2);
    int[] left = groups(head);
    int[] right = groups(tail);
    boolean complete = gap < 0 ? left.length == 8 : left.length + right.length <= 7;
    if (!complete) {
      throw new IllegalArgumentException("an IPv6 address has eight groups");
    }
    int[] all = new int[8];
    System.arraycopy(left, 0, all, 0, left.length);
    System.arraycopy(right, 0, all, 8 - right.length, right.length);
    return new Host.Ip6(half(all, 0), half(all, 4));
  }

  private static long half(int[] groups, int from) {
    return (long) groups[from] << 48
        | (long) groups[from + 1] << 32
        | (long) groups[from + 2] << 16
        | groups[from + 3];
  }

  /// The 16-bit groups of a part without `::`; an IPv4 address at its end counts for two.
  private static int[] groups(String text) {
    if (text.isEmpty()) {
      return new int[0];
    }
    String[] parts = text.split(":", -1);
    boolean mapped = parts[parts.length - 1].indexOf('.') >= 0;
    int count = parts.length + (mapped ? 1 : 0);
    if (count > 8) {
      throw new IllegalArgumentException("an IPv6 address has eight groups");
    }
    int[] groups = new int[count];
    for (int i = 0; i < parts.length; i++) {
      if (mapped && i == parts.length - 1) {
        int bits = ip4(parts[i]).bits();
        groups[i] = bits >>> 16;
        groups[i + 1] = bits & 0xffff;
      } else {
        groups[i] = group(parts[i]);
      }
    }
    return groups;
  }

  private static int group(String part) {
    boolean hex =
        !part.isEmpty()
            && part.length() <= 4
            && part.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
    if (!hex) {
      throw new IllegalArgumentException("a group of an IPv6 address is 1 to 4 hexadecimal digits");
    }
    return Integer.parseInt(part, 16);
  }
}
