package org.wormholes.rulesets.gem;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Which versions will do, in the words of RubyGems: `~> 1.0`, `>= 1.2, < 3`.
public record VersionRange(List<Bound> bounds) {
  public static final VersionRange ANY =
      new VersionRange(List.of(new Bound(">=", new GemVersion("0"))));

  private static final Pattern BOUND = Pattern.compile("\\s*(=|!=|>|<|>=|<=|~>)?\\s*(\\S+)\\s*");
  private static final int MAX_BOUNDS = 8;

  /// One comparison.
  record Bound(String operator, GemVersion version) {
    boolean takes(GemVersion candidate) {
      int order = candidate.compareTo(version);
      return switch (operator) {
        case "=" -> order == 0;
        case "!=" -> order != 0;
        case ">" -> order > 0;
        case "<" -> order < 0;
        case ">=" -> order >= 0;
        case "<=" -> order <= 0;
        case "~>" -> order >= 0 && candidate.compareTo(version.bump()) < 0;
        default -> throw new IllegalStateException("no such operator: " + operator);
      };
    }

    @Override
    public String toString() {
      return operator + " " + version;
    }
  }

  public VersionRange {
    bounds = List.copyOf(bounds);
  }

  static VersionRange read(String what, String text) throws GemRefusedException {
    return of(what, Arrays.asList(text.split(",", MAX_BOUNDS + 1)));
  }

  static VersionRange of(String what, List<String> texts) throws GemRefusedException {
    if (texts.isEmpty() || texts.size() > MAX_BOUNDS) {
      throw new GemRefusedException(what + " must have 1 to " + MAX_BOUNDS + " bounds");
    }
    List<Bound> bounds = new ArrayList<>();
    for (String text : texts) {
      Matcher bound = BOUND.matcher(text.length() > 64 ? "" : text);
      if (!bound.matches()) {
        throw new GemRefusedException(
            "%s must be a range of versions such as `~> 1.0`; it is `%s`"
                .formatted(what, Quote.brief(text)));
      }
      String operator = bound.group(1) == null ? "=" : bound.group(1);
      bounds.add(new Bound(operator, GemVersion.read(what, bound.group(2))));
    }
    return new VersionRange(bounds);
  }

  public boolean takes(GemVersion version) {
    return bounds.stream().allMatch(bound -> bound.takes(version));
  }

  @Override
  public String toString() {
    return bounds.stream().map(Bound::toString).collect(Collectors.joining(", "));
  }
}
