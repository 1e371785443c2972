package org.wormholes.dsl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.wormholes.rules.Position;

/// One ruleset's text, and where in it a byte stands. Lines and columns count from 1; columns are
/// characters (code points), not bytes.
final class Source {
  /// Most bytes of a line that a position carries along.
  private static final int LONGEST_EXCERPT = 240;

  private final String file;
  private final byte[] bytes;
  private final int[] lineStarts;
  private int lineKept;
  private String textKept = "";

  private Source(String file, byte[] bytes) {
    this.file = file;
    this.bytes = bytes;
    this.lineStarts = lineStarts(bytes);
  }

  static Source of(String file, byte[] bytes) {
    return new Source(file, bytes.clone());
  }

  String file() {
    return file;
  }

  byte[] bytes() {
    return bytes.clone();
  }

  int length() {
    return bytes.length;
  }

  int lineCount() {
    return lineStarts.length;
  }

  /// The byte at an offset, or 0 past the end.
  byte at(int offset) {
    return offset >= 0 && offset < bytes.length ? bytes[offset] : 0;
  }

  String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// Where a call's name stands, looking from the end of its receiver over spaces, dots and
  /// comments; -1 if it does not follow.
  int find(int from, byte[] name) {
    int at = from;
    while (at < bytes.length) {
      byte b = bytes[at];
      if (b == '#') {
        while (at < bytes.length && bytes[at] != '\n') {
          at++;
        }
      } else if (startsWith(at, name)) {
        return at;
      } else if (b == ' ' || b == '\t' || b == '\r' || b == '\n' || b == '.' || b == '&' || b == ':'
          || b == '\\') {
        at++;
      } else {
        return -1;
      }
    }
    return -1;
  }

  private boolean startsWith(int at, byte[] name) {
    return at + name.length <= bytes.length
        && Arrays.equals(bytes, at, at + name.length, name, 0, name.length);
  }

  /// Whether the bytes are UTF-8 without a zero byte, as every ruleset must be.
  boolean isText() {
    try {
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes));
    } catch (CharacterCodingException e) {
      return false;
    }
    for (byte b : bytes) {
      if (b == 0) {
        return false;
      }
    }
    return true;
  }

  String slice(int from, int to) {
    int start = clamp(from);
    return new String(bytes, start, Math.max(0, clamp(to) - start), StandardCharsets.UTF_8);
  }

  int lineOf(int offset) {
    int found = Arrays.binarySearch(lineStarts, clamp(offset));
    return found >= 0 ? found + 1 : -found - 1;
  }

  /// A line's text without its break, cut when it is very long.
  synchronized String line(int line) {
    if (line < 1 || line > lineStarts.length) {
      return "";
    }
    if (line != lineKept) {
      textKept = read(line);
      lineKept = line;
    }
    return textKept;
  }

  private String read(int line) {
    int start = lineStarts[line - 1];
    int end = Math.min(lineEnd(line), start + LONGEST_EXCERPT);
    while (end > start && end < bytes.length && (bytes[end] & 0xC0) == 0x80) {
      end--;
    }
    return slice(start, end);
  }

  /// The place of a span of bytes; a span over several lines is cut at the end of its first.
  Position position(int from, int to) {
    int start = clamp(from);
    int line = lineOf(start);
    int end = Math.min(clamp(to), lineEnd(line));
    int column = codePoints(lineStarts[line - 1], start) + 1;
    return new Position(file, line, column, Math.max(1, codePoints(start, end)), line(line));
  }

  /// The place of a whole line, from its first visible character.
  Position positionOfLine(int line) {
    int at = Math.clamp(line, 1, lineStarts.length);
    int end = lineEnd(at);
    int start = lineStarts[at - 1];
    while (start < end && (bytes[start] == ' ' || bytes[start] == '\t')) {
      start++;
    }
    return position(start, end);
  }

  private int lineEnd(int line) {
    int end = line < lineStarts.length ? lineStarts[line] - 1 : bytes.length;
    return end > lineStarts[line - 1] && bytes[end - 1] == '\r' ? end - 1 : end;
  }

  private int codePoints(int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      if ((bytes[i] & 0xC0) != 0x80) {
        count++;
      }
    }
    return count;
  }

  private int clamp(int offset) {
    return Math.clamp(offset, 0, bytes.length);
  }

  private static int[] lineStarts(byte[] bytes) {
    int[] starts = new int[16];
    int count = 1;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        if (count == starts.length) {
          starts = Arrays.copyOf(starts, count * 2);
        }
        starts[count++] = i + 1;
      }
    }
    return Arrays.copyOf(starts, count);
  }
}
