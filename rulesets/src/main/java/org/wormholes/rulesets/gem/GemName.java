package org.wormholes.rulesets.gem;

import java.util.regex.Pattern;

/// The name of a ruleset as a gem: `quiet-web` here, `wormholes-ruleset-quiet-web` in the gem.
///
/// @param text the short name: words of `a-z 0-9` joined by `-`
public record GemName(String text) implements Comparable<GemName> {
  public static final String PREFIX = "wormholes-ruleset-";
  public static final int MAX_CHARS = 40;

  private static final Pattern PLAIN = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  public GemName {
    if (!isValid(text)) {
      throw new IllegalArgumentException(
          "a ruleset's name must be words of a-z and 0-9 joined by `-`, such as quiet-web; it was `%s`"
              .formatted(Quote.brief(text)));
    }
  }

  public static boolean isValid(String text) {
    return text.length() <= MAX_CHARS && PLAIN.matcher(text).matches();
  }

  /// Reads a gem's full name.
  static GemName ofGem(String gem) throws GemRefusedException {
    if (!gem.startsWith(PREFIX) || !isValid(gem.substring(PREFIX.length()))) {
      throw new GemRefusedException(
          "the gem is called `%s`; a ruleset's gem is called `%sNAME`"
              .formatted(Quote.brief(gem), PREFIX));
    }
    return new GemName(gem.substring(PREFIX.length()));
  }

  /// The name of the gem.
  public String gem() {
    return PREFIX + text;
  }

  /// The name of its script, without folder.
  public String script() {
    return stem() + ".rb";
  }

  /// The name with underscores, as files are called.
  public String stem() {
    return text.replace('-', '_');
  }

  @Override
  public int compareTo(GemName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
