package org.wormholes.protocol;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Reads the files of `spec/vectors`, which are JSON with bytes as hex.
public final class Vectors {
  private Vectors() {}

  /// One object of a file.
  public static final class Case {
    private final Map<String, Object> fields;

    private Case(Map<String, Object> fields) {
      this.fields = fields;
    }

    public boolean has(String name) {
      return fields.get(name) != null;
    }

    public String text(String name) {
      return Objects.requireNonNull(fields.get(name), name).toString();
    }

    public int number(String name) {
      return Integer.parseInt(text(name));
    }

    public byte[] bytes(String name) {
      return HexFormat.of().parseHex(text(name));
    }

    public Case child(String name) {
      return of(Objects.requireNonNull(fields.get(name), name));
    }

    public List<Case> cases(String name) {
      return ((List<?>) Objects.requireNonNull(fields.get(name), name))
          .stream().map(Case::of).toList();
    }

    public List<String> texts(String name) {
      return ((List<?>) Objects.requireNonNull(fields.get(name), name))
          .stream().map(Object::toString).toList();
    }

    /// Names and values as they stand in the file.
    public Map<String, Object> fields() {
      return fields;
    }

    @SuppressWarnings("unchecked")
    private static Case of(Object value) {
      return new Case((Map<String, Object>) value);
    }

    @Override
    public String toString() {
      String text = fields.toString();
      return text.substring(0, Math.min(text.length(), 300));
    }
  }

  /// A file that holds one object.
  public static Case read(String path) {
    return Case.of(parse(path));
  }

  /// A file that holds a list of objects.
  public static List<Case> readList(String path) {
    return ((List<?>) parse(path)).stream().map(Case::of).toList();
  }

  private static Object parse(String path) {
    try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + path)) {
      return JSON.std.anyFrom(Objects.requireNonNull(in, path));
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    }
  }
}
