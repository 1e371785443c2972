package org.wormholes.rulesets.gem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.wormholes.rules.Ruleset;

/// Writes into a project what can be worked out: its golden text and its permissions.
public final class ProjectFile {
  private static final String FIELD = "permissions:";

  private ProjectFile() {}

  /// Writes the golden text and the permissions that these rules have; the rest of `ruleset.yaml`
  /// stays as it is, comments included.
  public static void write(Project project, Ruleset rules) throws IOException {
    Files.writeString(project.folder().resolve(project.golden()), ProjectCheck.golden(rules));
    Path file = project.folder().resolve(Project.FILE);
    Files.writeString(file, replaced(Files.readString(file), Permissions.of(rules)));
  }

  static String replaced(String text, Permissions permissions) {
    StringBuilder out = new StringBuilder();
    boolean inside = false;
    Optional<Integer> at = Optional.empty();
    for (String line : text.lines().toList()) {
      if (line.startsWith(FIELD)) {
        inside = true;
        at = Optional.of(out.length());
      } else if (inside && isOther(line)) {
        inside = false;
      }
      if (!inside) {
        out.append(line).append('\n');
      }
    }
    return out.insert(at.orElse(out.length()), permissions(permissions)).toString();
  }

  /// A line that no longer belongs to the field before it.
  private static boolean isOther(String line) {
    return !line.isBlank() && !line.startsWith(" ") && !line.startsWith("-");
  }

  /// The field, as people would write it.
  static String permissions(Permissions permissions) {
    StringBuilder text = new StringBuilder(FIELD);
    permissions
        .byKind()
        .forEach((kind, lines) -> {
          if (!lines.isEmpty()) {
            text.append("\n  ").append(kind).append(':');
            for (String line : lines) {
              text.append("\n  - ").append(quoted(line));
            }
          }
        });
    if (text.length() == FIELD.length()) {
      text.append(" {}");
    }
    return text.append('\n').toString();
  }

  private static String quoted(String line) {
    return "\"" + line.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
