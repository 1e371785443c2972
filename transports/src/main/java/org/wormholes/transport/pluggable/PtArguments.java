package org.wormholes.transport.pluggable;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Arguments of a pluggable transport, `key=value` with a separator between them; a backslash
/// stands before an equals sign, a separator or a backslash that is meant itself (Tor's `pt-spec`,
/// sections 3.3.3 and 3.5).
final class PtArguments {
  static final int MAX_ARGUMENTS = 16;

  private PtArguments() {}

  /// Empty if it is not of that form.
  static Optional<Map<String, String>> parse(String text, char separator) {
    Map<String, String> known = new LinkedHashMap<>();
    StringBuilder part = new StringBuilder();
    String key = null;
    for (int i = 0; i <= text.length(); i++) {
      char next = i < text.length() ? text.charAt(i) : separator;
      if (next == '\\' && i < text.length()) {
        i++;
        if (i == text.length()) {
          return Optional.empty();
        }
        part.append(text.charAt(i));
      } else if (next == '=' && key == null) {
        key = part.toString();
        part.setLength(0);
      } else if (next == separator && (i == text.length() || separator == text.charAt(i))) {
        if (key == null || key.isEmpty() || known.put(key, part.toString()) != null) {
          return Optional.empty();
        }
        if (known.size() > MAX_ARGUMENTS) {
          return Optional.empty();
        }
        key = null;
        part.setLength(0);
      } else {
        part.append(next);
      }
    }
    return Optional.of(known);
  }

  /// The form that [#parse] reads.
  static String format(Map<String, String> arguments, char separator) {
    StringBuilder text = new StringBuilder();
    arguments.forEach((key, value) -> {
      if (!text.isEmpty()) {
        text.append(separator);
      }
      escape(key, separator, text);
      text.append('=');
      escape(value, separator, text);
    });
    return text.toString();
  }

  private static void escape(String text, char separator, StringBuilder to) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' || c == '=' || c == separator) {
        to.append('\\');
      }
      to.append(c);
    }
  }
}
