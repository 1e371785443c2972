package org.wormholes.rules.expr;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The operations of expressions, all of them total. The interpreter and compiled code call the
/// same ones, so that they cannot differ.
final class Total {
  private Total() {}

  static double add(double left, double right) {
    return finite(left + right);
  }

  static double subtract(double left, double right) {
    return finite(left - right);
  }

  static double multiply(double left, double right) {
    return finite(left * right);
  }

  static double divide(double left, double right) {
    return right == 0 ? 0 : finite(left / right);
  }

  static double remainder(double left, double right) {
    if (right == 0) {
      return 0;
    }
    double remainder = left % right;
    return remainder != 0 && remainder < 0 != right < 0 ? finite(remainder + right) : remainder;
  }

  static double minimum(double left, double right) {
    return Math.min(left, right);
  }

  static double maximum(double left, double right) {
    return Math.max(left, right);
  }

  static boolean isBetween(double value, double low, double high, boolean includesHigh) {
    return value >= low && (includesHigh ? value <= high : value < high);
  }

  private static double finite(double value) {
    return Math.clamp(value, -Double.MAX_VALUE, Double.MAX_VALUE);
  }

  static boolean same(@Nullable Address left, @Nullable Address right) {
    return left != null
        && right != null
        && (left.equals(right) || target(left).equals(target(right)));
  }

  private static Address target(Address address) {
    Address embedded = address.embedded();
    return embedded == null ? address : embedded;
  }

  static boolean isWithin(double secondOfDay, int from, int to, boolean includesEnd) {
    boolean started = secondOfDay >= from;
    boolean running = includesEnd ? secondOfDay <= to : secondOfDay < to;
    return from < to ? started && running : started || running;
  }

  static double byteSize(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 128) {
        return text.getBytes(StandardCharsets.UTF_8).length;
      }
    }
    return text.length();
  }

  static String downcase(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isCapital(text.charAt(i))) {
        return downcase(text.toCharArray());
      }
    }
    return text;
  }

  private static String downcase(char[] letters) {
    for (int i = 0; i < letters.length; i++) {
      letters[i] = isCapital(letters[i]) ? (char) (letters[i] + 'a' - 'A') : letters[i];
    }
    return new String(letters);
  }

  private static boolean isCapital(char c) {
    return c >= 'A' && c <= 'Z';
  }
}
