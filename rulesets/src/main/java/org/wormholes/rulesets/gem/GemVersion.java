package org.wormholes.rulesets.gem;

import java.math.BigInteger;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A gem's version, ordered as RubyGems orders them: `1.9 < 1.10.pre < 1.10`, and `1.0 == 1`.
///
/// @param text up to 32 characters: numbers and words joined by dots, the first a number
public record GemVersion(String text) implements Comparable<GemVersion> {
  private static final Pattern PLAIN = Pattern.compile("[0-9]+(\\.[0-9a-zA-Z]+)*");
  private static final Pattern PART = Pattern.compile("[0-9]+|[a-zA-Z]+");
  private static final int MAX_CHARS = 32;

  public GemVersion {
    if (!isValid(text)) {
      throw new IllegalArgumentException(
          "a version is numbers joined by dots, such as 1.0.2; it was `%s`"
              .formatted(Quote.brief(text)));
    }
  }

  public static boolean isValid(String text) {
    return text.length() <= MAX_CHARS && PLAIN.matcher(text).matches();
  }

  static GemVersion read(String what, String text) throws GemRefusedException {
    if (!isValid(text)) {
      throw new GemRefusedException(
          "%s must be a version such as 1.0.2; it is `%s`".formatted(what, Quote.brief(text)));
    }
    return new GemVersion(text);
  }

  @Override
  public int compareTo(GemVersion other) {
    List<String> mine = parts();
    List<String> theirs = other.parts();
    for (int i = 0; i < Math.max(mine.size(), theirs.size()); i++) {
      String left = i < mine.size() ? mine.get(i) : "0";
      String right = i < theirs.size() ? theirs.get(i) : "0";
      int order = compareParts(left, right);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /// A word stands for a version before the number in its place.
  private static int compareParts(String left, String right) {
    boolean leftNumber = Character.isDigit(left.charAt(0));
    boolean rightNumber = Character.isDigit(right.charAt(0));
    if (leftNumber && rightNumber) {
      return new BigInteger(left).compareTo(new BigInteger(right));
    }
    if (leftNumber != rightNumber) {
      return leftNumber ? 1 : -1;
    }
    return left.compareTo(right);
  }

  private List<String> parts() {
    return PART.matcher(text).results().map(match -> match.group()).toList();
  }

  /// The least version that `~>` of this one no longer takes: `1.4.2` gives `1.5`, `1.4` gives `2`.
  GemVersion bump() {
    List<String> numbers =
        parts().stream().takeWhile(part -> Character.isDigit(part.charAt(0))).toList();
    List<String> kept = numbers.size() > 1 ? numbers.subList(0, numbers.size() - 1) : numbers;
    BigInteger last = new BigInteger(kept.getLast()).add(BigInteger.ONE);
    return new GemVersion(
        String.join(
            ".",
            Stream.concat(kept.subList(0, kept.size() - 1).stream(), Stream.of(last.toString()))
                .toList()));
  }

  /// Versions of equal rank are one version, as `1.0` and `1`.
  @Override
  public boolean equals(Object other) {
    return other instanceof GemVersion version && compareTo(version) == 0;
  }

  @Override
  public int hashCode() {
    List<String> parts = parts();
    int end = parts.size();
    while (end > 1 && parts.get(end - 1).chars().allMatch(c -> c == '0')) {
      end--;
    }
    int hash = 1;
    for (String part : parts.subList(0, end)) {
      hash =
          31 * hash
              + (Character.isDigit(part.charAt(0))
                  ? new BigInteger(part).hashCode()
                  : part.hashCode());
    }
    return hash;
  }

  @Override
  public String toString() {
    return text;
  }
}
