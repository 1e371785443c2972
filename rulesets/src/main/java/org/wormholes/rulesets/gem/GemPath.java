package org.wormholes.rulesets.gem;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Which paths a file in a ruleset's gem may have, and which files there may be at all.
final class GemPath {
  /// The header of a tar holds no longer name without an extension of the format.
  static final int MAX_CHARS = 100;

  private static final int MAX_DEPTH = 6;
  private static final Pattern PART = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
  private static final Set<String> ENDINGS =
      Set.of("rb", "txt", "md", "yaml", "yml", "json", "csv", "golden", "conf");
  private static final Set<String> BARE = Set.of("license", "copying", "notice", "changelog");

  /// What RubyGems or a build would run by its name alone.
  private static final Set<String> RUN =
      Set.of("rubygems_plugin.rb", "extconf.rb", "mkrf_conf.rb", "gemfile.rb");

  private GemPath() {}

  /// The path, if it stays inside the gem and is of a kind that a ruleset has.
  static String checked(String path) throws GemRefusedException {
    String shown = Quote.brief(path);
    if (path.isEmpty()) {
      throw new GemRefusedException("a path in the gem is empty");
    }
    if (path.length() > MAX_CHARS) {
      throw new GemRefusedException(
          "the path `%s` is longer than %d characters".formatted(shown, MAX_CHARS));
    }
    if (path.startsWith("/") || path.startsWith("\\") || path.indexOf(':') >= 0) {
      throw new GemRefusedException("the path `%s` is absolute".formatted(shown));
    }
    String[] parts = path.split("/", -1);
    for (String part : parts) {
      if (part.equals("..") || part.equals(".")) {
        throw new GemRefusedException("the path `%s` leads out of the gem".formatted(shown));
      }
      if (!PART.matcher(part).matches()) {
        throw new GemRefusedException(
            "the path `%s` has characters that no file of a ruleset has".formatted(shown));
      }
    }
    if (parts.length > MAX_DEPTH) {
      throw new GemRefusedException("the path `%s` is nested too deeply".formatted(shown));
    }
    checkKind(shown, parts[parts.length - 1].toLowerCase(Locale.ROOT));
    return path;
  }

  private static void checkKind(String shown, String file) throws GemRefusedException {
    if (RUN.contains(file)) {
      throw new GemRefusedException("the gem has `%s`, which RubyGems would run".formatted(shown));
    }
    int dot = file.lastIndexOf('.');
    boolean known = dot < 0 ? BARE.contains(file) : ENDINGS.contains(file.substring(dot + 1));
    if (!known) {
      throw new GemRefusedException(
          "`%s` is no file of a ruleset, which has scripts, lists and texts only".formatted(shown));
    }
  }
}
