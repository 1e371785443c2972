package org.wormholes.rules.write;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The fields of a JSON object (RFC 8259), read strictly, so that all nodes see the same: no key
/// twice in an object, no half of a surrogate pair, at most [#MAX_DEPTH] deep. What breaks this is
/// no JSON.
final class JsonObject {
  static final int MAX_DEPTH = 32;

  /// Stands for `null`, which is a value too.
  private static final Object NULL = new Object();

  private static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed() {
      super("malformed", null, false, false);
    }
  }

  private final String text;
  private int at;

  private JsonObject(String text) {
    this.text = text;
  }

  /// The fields, or empty where the text is no JSON object.
  static Optional<Map<String, Object>> read(String text) {
    JsonObject reader = new JsonObject(text);
    try {
      reader.space();
      if (reader.next() != '{') {
        return Optional.empty();
      }
      Map<String, Object> fields = reader.object(1);
      reader.space();
      return reader.at == text.length() ? Optional.of(fields) : Optional.empty();
    } catch (Malformed malformed) {
      return Optional.empty();
    }
  }

  /// What stands at the path, whose parts are joined by dots, or null.
  static @Nullable Object find(Map<String, Object> fields, String path) {
    Map<?, ?> inside = fields;
    int from = 0;
    while (true) {
      int dot = path.indexOf('.', from);
      Object found = inside.get(dot < 0 ? path.substring(from) : path.substring(from, dot));
      if (dot < 0 || !(found instanceof Map<?, ?> deeper)) {
        return dot < 0 ? found : null;
      }
      inside = deeper;
      from = dot + 1;
    }
  }

  private Map<String, Object> object(int depth) throws Malformed {
    Map<String, Object> fields = new HashMap<>();
    space();
    if (peek() == '}') {
      at++;
      return fields;
    }
    while (true) {
      space();
      expect('"');
      String key = string();
      space();
      expect(':');
      if (fields.put(key, value(depth)) != null) {
        throw new Malformed();
      }
      if (!more('}')) {
        return fields;
      }
    }
  }

  private List<Object> array(int depth) throws Malformed {
    List<Object> items = new ArrayList<>();
    space();
    if (peek() == ']') {
      at++;
      return items;
    }
    while (true) {
      items.add(value(depth));
      if (!more(']')) {
        return items;
      }
    }
  }

  private boolean more(char end) throws Malformed {
    space();
    char c = next();
    if (c != ',' && c != end) {
      throw new Malformed();
    }
    return c == ',';
  }

  private Object value(int depth) throws Malformed {
    space();
    char c = next();
    return switch (c) {
      case '{' -> object(deeper(depth));
      case '[' -> array(deeper(depth));
      case '"' -> string();
      case 't' -> word("rue", true);
      case 'f' -> word("alse", false);
      case 'n' -> word("ull", NULL);
      default -> number(c);
    };
  }

  private static int deeper(int depth) throws Malformed {
    if (depth >= MAX_DEPTH) {
      throw new Malformed();
    }
    return depth + 1;
  }

  private Object word(String rest, Object meaning) throws Malformed {
    if (!text.startsWith(rest, at)) {
      throw new Malformed();
    }
    at += rest.length();
    return meaning;
  }

  /// The nearest double, at most the largest finite one; there is no -0.
  private Double number(char first) throws Malformed {
    int from = at - 1;
    char c = first == '-' ? next() : first;
    if (c < '0' || c > '9') {
      throw new Malformed();
    }
    if (c != '0') {
      digits(0);
    }
    if (peek() == '.') {
      at++;
      digits(1);
    }
    if (peek() == 'e' || peek() == 'E') {
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits(1);
    }
    double value = Double.parseDouble(text.substring(from, at));
    return Math.clamp(value, -Double.MAX_VALUE, Double.MAX_VALUE) + 0.0;
  }

  private void digits(int least) throws Malformed {
    int from = at;
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
    if (at - from < least) {
      throw new Malformed();
    }
  }

  /// The string whose opening quote was read.
  private String string() throws Malformed {
    StringBuilder read = new StringBuilder();
    while (true) {
      char c = next();
      if (c == '"') {
        return wellFormed(read.toString());
      }
      if (c < 0x20) {
        throw new Malformed();
      }
      read.append(c == '\\' ? escaped() : c);
    }
  }

  private char escaped() throws Malformed {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> hexadecimal();
      default -> throw new Malformed();
    };
  }

  private char hexadecimal() throws Malformed {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      char c = next();
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw new Malformed();
      }
      value = 16 * value + digit;
    }
    return (char) value;
  }

  private static String wellFormed(String text) throws Malformed {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new Malformed();
      }
    }
    return text;
  }

  private void space() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private void expect(char wanted) throws Malformed {
    if (next() != wanted) {
      throw new Malformed();
    }
  }

  private char next() throws Malformed {
    if (at == text.length()) {
      throw new Malformed();
    }
    return text.charAt(at++);
  }

  /// The next character, or 0 at the end.
  private char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }
}
