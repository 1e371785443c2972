package org.wormholes.rules.expr;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A constant set of strings, compared exactly. Found by halving, so that no choice of strings
/// makes it slow.
///
/// Kept as one array of bytes until it is asked: each string as two bytes of length, the lower
/// first, and its UTF-8, in ascending order of those (as unsigned bytes). Thread-safe.
public final class TextSet implements Members {
  private final byte[] blob;
  private final int size;
  private String @Nullable [] sorted; // made when first asked; a race makes it twice

  private TextSet(byte[] blob, int size) {
    this.blob = blob;
    this.size = size;
  }

  /// The set of these strings, in any order, each at most [Expr#MAX_TEXT] characters.
  public static TextSet of(Collection<String> values) {
    byte[][] texts =
        values.stream()
            .distinct()
            .map(value -> value.getBytes(StandardCharsets.UTF_8))
            .sorted(Arrays::compareUnsigned)
            .toArray(byte[][]::new);
    byte[] blob = new byte[Arrays.stream(texts).mapToInt(text -> text.length + 2).sum()];
    int at = 0;
    for (byte[] text : texts) {
      if (text.length > 4 * Expr.MAX_TEXT) {
        throw tooLong();
      }
      blob[at] = (byte) text.length;
      blob[at + 1] = (byte) (text.length >> 8);
      System.arraycopy(text, 0, blob, at + 2, text.length);
      at += 2 + text.length;
    }
    return ofBytes(blob);
  }

  public static TextSet of(String... values) {
    return of(Arrays.asList(values));
  }

  /// The set in the form of [#bytes]. Bytes that are not exactly in that form are an
  /// [IllegalArgumentException]. The array is kept.
  public static TextSet ofBytes(byte[] blob) {
    int size = 0;
    int before = -1;
    for (int at = 0; at < blob.length; at = end(blob, at), size++) {
      if (blob.length - at < 2 || end(blob, at) > blob.length) {
        throw new IllegalArgumentException("a string of a set must not go beyond its end");
      }
      int end = end(blob, at);
      if (!Utf8.isWellFormed(blob, at + 2, end)) {
        throw new IllegalArgumentException("a string of a set must be UTF-8");
      }
      if (end - at > Expr.MAX_TEXT && Utf8.units(blob, at + 2, end) > Expr.MAX_TEXT) {
        throw tooLong();
      }
      boolean follows =
          before < 0
              || Arrays.compareUnsigned(blob, before + 2, end(blob, before), blob, at + 2, end) < 0;
      if (!follows) {
        throw new IllegalArgumentException("strings of a set must be in order and different");
      }
      before = at;
    }
    if (size > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "a set must have at most %d entries".formatted(MAX_ENTRIES));
    }
    return new TextSet(blob, size);
  }

  private static int end(byte[] blob, int at) {
    return at + 2 + ((blob[at] & 0xff) | (blob[at + 1] & 0xff) << 8);
  }

  private static IllegalArgumentException tooLong() {
    return new IllegalArgumentException(
        "a string must have at most %d characters".formatted(Expr.MAX_TEXT));
  }

  public boolean contains(String text) {
    String[] asked = sorted;
    if (asked == null) {
      asked = values().stream().sorted().toArray(String[]::new);
      sorted = asked;
    }
    return Arrays.binarySearch(asked, text) >= 0;
  }

  /// The canonical bytes; not to be changed.
  public byte[] bytes() {
    return blob;
  }

  /// The strings, in the order of their bytes.
  public List<String> values() {
    List<String> values = new ArrayList<>(size);
    for (int at = 0; at < blob.length; at = end(blob, at)) {
      values.add(text(at));
    }
    return values;
  }

  private String text(int at) {
    return new String(blob, at + 2, end(blob, at) - at - 2, StandardCharsets.UTF_8);
  }

  /// The strings that the fact can never equal.
  List<String> impossible(Fact fact) {
    if (!fact.isRestricted()) {
      return List.of();
    }
    List<String> impossible = new ArrayList<>(0);
    Slice slice = new Slice(blob);
    for (int at = 0; at < blob.length; at = end(blob, at)) {
      slice.from = at + 2;
      slice.to = end(blob, at);
      if (!fact.canEqual(slice)) {
        impossible.add(text(at));
      }
    }
    return impossible;
  }

  /// One string after the other, seen as characters; what is not ASCII is some character that is
  /// not ASCII.
  private static final class Slice implements CharSequence {
    private final byte[] bytes;
    private int from;
    private int to;

    Slice(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int length() {
      return to - from;
    }

    @Override
    public char charAt(int index) {
      return (char) bytes[from + index]; // a negative byte becomes a character beyond U+FF00
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return toString().substring(start, end);
    }

    @Override
    public String toString() {
      return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
  }

  @Override
  public Type type() {
    return Type.TEXT;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TextSet that && Arrays.equals(blob, that.blob);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(blob);
  }

  @Override
  public String toString() {
    return size <= 8 ? values().toString() : size + " strings";
  }
}
