package org.wormholes.rules.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Utf8;

/// Reads canonical bytes, and only those: whatever the writer would have written otherwise is
/// refused.
///
/// No count is believed: what follows a head must fit into the bytes that are left, each thing
/// being at least 8 bytes long. Kryo's own ways to read strings and arrays, which trust their
/// counts, are closed.
final class RuleInput extends Input {
  /// The longest string, in bytes of UTF-8.
  static final int MAX_STRING = 4 * Expr.MAX_TEXT;

  private final Kryo kryo;
  private char[] scratch = {};
  private Verdict.Final[] targets = new Verdict.Final[0];

  private int format = Formats.FIRST;
  private boolean inRoute;

  // The last head.
  private int kind;
  private int detail;
  private int count;

  RuleInput(Kryo kryo, byte[] bytes, int offset, int length) {
    super(bytes, offset, length);
    this.kryo = kryo;
  }

  /// The first format that can say what was read so far: as [Formats#of].
  int format() {
    return format;
  }

  /// Notes that what is read is of the second format.
  void isOfSecondFormat() {
    isOf(Formats.SECOND);
  }

  /// Notes that what is read is of this format, or of one before.
  void isOf(int least) {
    format = Math.max(format, least);
  }

  /// Notes a fact that is asked for, and where: see [#inRoute].
  void asks(Fact fact) {
    if (Formats.isOfSecond(fact) || (inRoute && fact == Fact.COUNTRY)) {
      isOfSecondFormat();
    }
  }

  /// Says whether what comes is the condition of a route.
  void inRoute(boolean is) {
    inRoute = is;
  }

  int detail() {
    return detail;
  }

  int count() {
    return count;
  }

  int left() {
    return limit - position;
  }

  void head() {
    kind = readShort() & 0xffff;
    detail = readShort() & 0xffff;
    count = readInt();
  }

  void head(int wanted) {
    head();
    if (kind != wanted) {
      throw new KryoException("expected kind %d, was %d".formatted(wanted, kind));
    }
  }

  /// Refuses a last head that says more than it should.
  void plain() {
    if (detail != 0 || count != 0) {
      throw new KryoException("a plain head must have zeros");
    }
  }

  void noCount() {
    if (count != 0) {
      throw new KryoException("a head must have count 0");
    }
  }

  boolean flag() {
    if (detail > 1) {
      throw new KryoException("a flag must be 0 or 1, was " + detail);
    }
    return detail == 1;
  }

  /// The count of the last head, checked: so many things of `size` bytes fit into what is left.
  int checkedCount(int size) {
    if (count < 0 || (long) count * size > left()) {
      throw new KryoException("a count of %d is beyond the %d bytes left".formatted(count, left()));
    }
    return count;
  }

  /// Reads something of this type.
  <T> T node(Class<T> wanted) {
    head();
    return body(wanted);
  }

  /// Reads what the last head announced.
  private <T> T body(Class<T> wanted) {
    Registration registration = kryo.getRegistration(kind);
    if (registration == null || !wanted.isAssignableFrom(registration.getType())) {
      throw new KryoException("expected %s, was kind %d".formatted(wanted.getSimpleName(), kind));
    }
    return wanted.cast(read(registration));
  }

  @SuppressWarnings("unchecked") // a registration's serializer is for its type
  private Object read(Registration registration) {
    Serializer<Object> serializer = registration.getSerializer();
    return kryo.readObject(this, (Class<Object>) registration.getType(), serializer);
  }

  <T> List<T> list(Class<T> wanted) {
    head(Kinds.LIST);
    return items(wanted);
  }

  /// Reads as many as the last head counts.
  <T> List<T> items(Class<T> wanted) {
    noDetail();
    int size = checkedCount(8);
    if (size == 0) {
      return List.of();
    }
    @SuppressWarnings("unchecked") // an array of T, made as such
    T[] items = (T[]) Array.newInstance(wanted, size);
    for (int i = 0; i < size; i++) {
      items[i] = node(wanted);
    }
    return List.of(items);
  }

  void noDetail() {
    if (detail != 0) {
      throw new KryoException("a head must have detail 0");
    }
  }

  List<String> texts() {
    head(Kinds.LIST);
    noDetail();
    return List.of(strings());
  }

  /// Reads as many strings as the last head counts.
  String[] strings() {
    String[] strings = new String[checkedCount(8)];
    for (int i = 0; i < strings.length; i++) {
      strings[i] = text();
    }
    return strings;
  }

  <T> Optional<T> optional(Class<T> wanted) {
    head(Kinds.OPTION);
    noCount();
    return flag() ? Optional.of(node(wanted)) : Optional.empty();
  }

  String text() {
    head(Kinds.STRING);
    noDetail();
    return string();
  }

  /// Reads the text whose length in bytes is the last count.
  String string() {
    int length = checkedCount(1);
    if (length > MAX_STRING) {
      throw new KryoException("a string must have at most %d bytes".formatted(MAX_STRING));
    }
    if (length == 0) {
      return "";
    }
    int from = position;
    skipPadded(length);
    if (isAscii(from, length)) {
      return new String(buffer, from, length, StandardCharsets.ISO_8859_1);
    }
    if (!Utf8.isWellFormed(buffer, from, from + length)) {
      throw new KryoException("a string is not UTF-8");
    }
    if (scratch.length == 0) {
      scratch = new char[MAX_STRING];
    }
    // The JDK's own way makes several arrays for a string that is not ASCII.
    return new String(scratch, 0, Utf8.decode(buffer, from, from + length, scratch));
  }

  /// Reads the bytes whose number is the last count.
  byte[] bytes() {
    byte[] bytes = new byte[checkedCount(1)];
    System.arraycopy(buffer, position, bytes, 0, bytes.length);
    skipPadded(bytes.length);
    return bytes;
  }

  /// Reads a string of nothing but ASCII.
  String asciiText() {
    String text = text();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 128) {
        throw new KryoException("expected ASCII");
      }
    }
    return text;
  }

  private boolean isAscii(int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (buffer[i] < 0) {
        return false;
      }
    }
    return true;
  }

  private void skipPadded(int length) {
    int padded = (length + 7) & -8;
    if (padded > left()) {
      throw new KryoException("padding is missing");
    }
    for (int i = position + length; i < position + padded; i++) {
      if (buffer[i] != 0) {
        throw new KryoException("padding must be zero");
      }
    }
    position += padded;
  }

  Duration duration() {
    long seconds = readLong();
    int nanos = readInt();
    zero();
    if (nanos < 0 || nanos > 999_999_999) {
      throw new KryoException("a duration must have 0..999999999 nanoseconds");
    }
    return Duration.ofSeconds(seconds, nanos);
  }

  void zero() {
    if (readInt() != 0) {
      throw new KryoException("reserved bytes must be zero");
    }
  }

  /// Learns the tunnels, groups and gateways that verdicts may go to.
  void targets(Verdict.Final[] all) {
    targets = all;
  }

  /// The verdict that begins in the last head.
  Verdict verdict() {
    if (detail == Kinds.MARK) {
      noCount();
      isOfSecondFormat();
      return new Verdict.Mark(text());
    }
    return finalVerdict();
  }

  /// The verdict in the last head, which marks nothing.
  Verdict.Final finalVerdict() {
    if (detail == Kinds.TO && count >= 0 && count < targets.length) {
      return targets[count];
    }
    noCount();
    return switch (detail) {
      case Kinds.REFUSE -> Verdict.REFUSE;
      case Kinds.DIRECT -> Verdict.DIRECT;
      default -> throw new KryoException("no such verdict");
    };
  }

  @Override
  public String readString() {
    throw closed();
  }

  @Override
  public StringBuilder readStringBuilder() {
    throw closed();
  }

  @Override
  public byte[] readBytes(int length) {
    throw closed();
  }

  @Override
  public int[] readInts(int length) {
    throw closed();
  }

  @Override
  public int[] readInts(int length, boolean optimizePositive) {
    throw closed();
  }

  @Override
  public long[] readLongs(int length) {
    throw closed();
  }

  @Override
  public long[] readLongs(int length, boolean optimizePositive) {
    throw closed();
  }

  @Override
  public float[] readFloats(int length) {
    throw closed();
  }

  @Override
  public double[] readDoubles(int length) {
    throw closed();
  }

  @Override
  public short[] readShorts(int length) {
    throw closed();
  }

  @Override
  public char[] readChars(int length) {
    throw closed();
  }

  @Override
  public boolean[] readBooleans(int length) {
    throw closed();
  }

  private static UnsupportedOperationException closed() {
    return new UnsupportedOperationException("this way to read trusts its count");
  }
}
