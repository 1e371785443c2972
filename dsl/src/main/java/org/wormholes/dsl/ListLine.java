package org.wormholes.dsl;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.wormholes.rules.expr.Address;

/// One line of a list of domains, as people publish them: a domain, a line of a hosts file that
/// leads nowhere (`0.0.0.0 ads.example`), or the plainest rule of an ad blocker (`||ads.example^`).
/// What says more than that is refused, so that no list means less than its author thinks.
final class ListLine {
  private static final Set<String> NOWHERE = Set.of("0.0.0.0", "127.0.0.1", "::", "::1");

  /// What hosts files say of the machine itself.
  private static final Set<String> OWN_NAMES =
      Set.of(
          "localhost",
          "localhost.localdomain",
          "local",
          "broadcasthost",
          "ip6-localhost",
          "ip6-loopback",
          "ip6-localnet",
          "ip6-mcastprefix",
          "ip6-allnodes",
          "ip6-allrouters",
          "ip6-allhosts",
          "0.0.0.0");

  private ListLine() {}

  /// The line without what is no part of its entry.
  static String withoutComment(String line) {
    int comment = line.indexOf('#');
    String said = (comment < 0 ? line : line.substring(0, comment)).strip();
    return said.startsWith("!") || said.startsWith("[") ? "" : said;
  }

  /// The domains of a line that has something to say; none where it speaks of the machine itself.
  static List<String> domains(String line) {
    if (line.startsWith("||")) {
      return List.of(blocked(line));
    }
    if (line.startsWith("@@") || line.startsWith("/") || line.indexOf('$') >= 0) {
      throw Mistake.of("this is more than a domain: \"" + shown(line) + '"')
          .hinting("of an ad blocker's rules only `||example.org^` is understood");
    }
    int space = blank(line);
    return space < 0 ? List.of(domain(line)) : hosts(line, space);
  }

  private static String blocked(String line) {
    if (!line.endsWith("^") || line.indexOf('*') >= 0) {
      throw Mistake.of("this is more than a domain: \"" + shown(line) + '"')
          .hinting("of an ad blocker's rules only `||example.org^` is understood");
    }
    return domain(line.substring(2, line.length() - 1));
  }

  private static List<String> hosts(String line, int space) {
    String to = line.substring(0, space);
    if (Address.parse(to).isEmpty()) {
      throw Mistake.of("this is no domain: \"" + shown(line) + '"').hinting("write one a line");
    }
    if (!NOWHERE.contains(to)) {
      throw Mistake.of("this line gives a name the address " + to)
          .hinting("only lines that lead nowhere are understood: `0.0.0.0 ads.example`");
    }
    return List.of(line.substring(space).strip().split("\\s+")).stream()
        .filter(name -> !OWN_NAMES.contains(name))
        .map(ListLine::domain)
        .toList();
  }

  private static String domain(String text) {
    String name = text.toLowerCase(Locale.ROOT);
    for (String everything : List.of("*.", "+.", ".")) {
      if (name.startsWith(everything)) {
        throw Mistake.of("this is no domain: \"" + shown(text) + '"')
            .hinting(
                "write \"" + name.substring(everything.length()) + "\": it has all names under it");
      }
    }
    return Membership.requireDomain(name);
  }

  private static int blank(String line) {
    for (int i = 0; i < line.length(); i++) {
      if (line.charAt(i) == ' ' || line.charAt(i) == '\t') {
        return i;
      }
    }
    return -1;
  }

  private static String shown(String line) {
    return line.length() <= 80 ? line : line.substring(0, 80) + "…";
  }
}
