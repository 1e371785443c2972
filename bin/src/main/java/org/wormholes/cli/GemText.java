package org.wormholes.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.rulesets.gem.LockedGem;
import org.wormholes.rulesets.gem.Permissions;
import org.wormholes.rulesets.gem.Signer;

/// Gems as a person reads them. What their authors wrote is cleaned.
final class GemText {
  private static final int LONGEST = 160;

  private GemText() {}

  /// What a ruleset may do, kind by kind.
  static List<String> permissions(Permissions permissions, String indent) {
    return kinds(permissions.byKind(), indent, "");
  }

  /// Lines of several kinds, each with a mark before it.
  static List<String> kinds(Map<String, List<String>> kinds, String indent, String mark) {
    Columns columns = new Columns(indent);
    kinds.forEach((kind, lines) -> {
      String label = kind;
      for (String line : lines) {
        columns.row(mark + label, Clean.line(line, LONGEST));
        label = " ".repeat(kind.length());
      }
    });
    List<String> lines = new ArrayList<>(columns.lines());
    if (lines.isEmpty()) {
      lines.add(indent + "nothing");
    }
    return lines;
  }

  static String signer(Optional<Signer> signer) {
    return signer.map(Signer::fingerprint).orElse("nobody");
  }

  static String named(LockedGem gem) {
    return gem.name() + " " + gem.version();
  }

  static String line(String text) {
    return Clean.line(text, LONGEST);
  }
}
