package org.wormholes.runtime.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Records as JSON.
///
/// A record is an object whose keys are its components in snake case. An absent `Optional` has no
/// key. A `Duration` is a number of milliseconds and its key ends in `_ms`; an `Instant` is text in
/// ISO 8601; an enum constant is its name in lower case. Keys that are not known are skipped when
/// reading, so that older programs read newer answers; a list or map that is missing is empty.
public final class Json {
  /// Deepest nesting that is read.
  public static final int MAX_DEPTH = 32;

  /// Longest text that is read, in characters: the largest ruleset in Base64.
  public static final int MAX_TEXT = 96 << 20;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_TEXT)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();
  private static final JSON COMPACT = JSON.builder(FACTORY).build();
  private static final JSON PRETTY = COMPACT.with(JSON.Feature.PRETTY_PRINT_OUTPUT);
  private static final Map<Class<?>, Shape> SHAPES = new ConcurrentHashMap<>();

  private Json() {}

  /// The JSON of `value` on one line.
  public static String compact(Object value) {
    return written(COMPACT, value);
  }

  /// The JSON of `value` over several lines, for people.
  public static String pretty(Object value) {
    return written(PRETTY, value);
  }

  /// Reads one JSON value made of maps, lists, strings, numbers and booleans.
  public static Object read(String text) throws JsonException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      Object value = COMPACT.anyFrom(parser);
      if (value == null) {
        throw new JsonException("expected a JSON value, was null or nothing");
      }
      if (parser.nextToken() != null) {
        throw new JsonException("expected one JSON value, and something comes after it");
      }
      return value;
    } catch (IOException e) {
      throw new JsonException("expected JSON: " + firstLine(e.getMessage()));
    }
  }

  /// Reads one JSON value as a `T`.
  public static <T extends Record> T read(Class<T> type, String text) throws JsonException {
    return type.cast(decodeOne(type, read(text), "value"));
  }

  /// The keys of a record type, in the order they are written.
  public static List<String> keys(Class<? extends Record> type) {
    return Shape.of(type).fields().stream().map(Field::key).toList();
  }

  /// The key under which a record component of this name and type is written.
  static String key(RecordComponent component) {
    StringBuilder key = new StringBuilder();
    for (char c : component.getName().toCharArray()) {
      if (Character.isUpperCase(c)) {
        key.append('_');
      }
      key.append(Character.toLowerCase(c));
    }
    return component.getGenericType().getTypeName().contains(Duration.class.getName())
        ? key + "_ms"
        : key.toString();
  }

  private static String written(JSON json, Object value) {
    try {
      return json.asString(encode(value));
    } catch (IOException e) {
      throw new UncheckedIOException("writing JSON", e);
    }
  }

  private static @Nullable Object encode(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Record record -> encodeRecord(record);
      case Optional<?> optional -> encode(optional.orElse(null));
      case OptionalDouble number -> number.isPresent() ? finite(number.getAsDouble()) : null;
      case Duration duration -> millis(duration);
      case Instant instant -> instant.toString();
      case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
      case Map<?, ?> map -> encodeMap(map);
      case List<?> list -> list.stream().map(Json::encode).toList();
      case String text -> text;
      case Number number -> number;
      case Boolean yes -> yes;
      default -> throw new IllegalArgumentException("no JSON for a " + value.getClass().getName());
    };
  }

  private static Map<String, Object> encodeRecord(Record record) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (Field field : Shape.of(record.getClass()).fields()) {
      Object value = encode(field.in(record));
      if (value != null) {
        object.put(field.key(), value);
      }
    }
    return object;
  }

  /// Sorted, so that the same map is always the same text, unless it has an order of its own.
  private static Map<String, Object> encodeMap(Map<?, ?> map) {
    Map<String, Object> object =
        map instanceof LinkedHashMap ? new LinkedHashMap<>() : new TreeMap<>();
    map.forEach((key, value) -> {
      Object encoded = encode(value);
      if (encoded != null) {
        object.put(String.valueOf(key), encoded);
      }
    });
    return object;
  }

  private static @Nullable Double finite(double number) {
    return Double.isFinite(number) ? number : null;
  }

  /// Milliseconds, with microseconds as decimals.
  private static BigDecimal millis(Duration duration) {
    BigDecimal millis = BigDecimal.valueOf(duration.toNanos() / 1_000, 3).stripTrailingZeros();
    return millis.scale() < 0 ? millis.setScale(0) : millis;
  }

  private static @Nullable Object decode(Class<?> raw, Type type, @Nullable Object tree, String at)
      throws JsonException {
    if (raw == Optional.class) {
      return Optional.ofNullable(tree == null ? null : decode(argument(type, 0), tree, at));
    }
    if (raw == OptionalDouble.class) {
      return tree == null
          ? OptionalDouble.empty()
          : OptionalDouble.of(expect(Number.class, tree, at).doubleValue());
    }
    if (raw == List.class) {
      return tree == null ? List.of() : decodeList(argument(type, 0), tree, at);
    }
    if (raw == Map.class) {
      return tree == null ? Map.of() : decodeMap(argument(type, 1), tree, at);
    }
    if (tree == null) {
      throw new JsonException(at + " is missing");
    }
    return decodeOne(raw, tree, at);
  }

  private static Object decode(Type type, Object tree, String at) throws JsonException {
    Class<?> raw =
        type instanceof ParameterizedType p ? (Class<?>) p.getRawType() : (Class<?>) type;
    Object value = decode(raw, type, tree, at);
    if (value == null) {
      throw new JsonException(at + " is missing");
    }
    return value;
  }

  private static Object decodeOne(Class<?> raw, Object tree, String at) throws JsonException {
    if (raw.isRecord()) {
      return decodeRecord(raw, expect(Map.class, tree, at), at);
    }
    if (raw.isEnum()) {
      return decodeEnum(raw, expect(String.class, tree, at), at);
    }
    if (raw == String.class) {
      return expect(String.class, tree, at);
    }
    if (raw == boolean.class || raw == Boolean.class) {
      return expect(Boolean.class, tree, at);
    }
    if (raw == long.class || raw == Long.class) {
      return whole(tree, at, Long.MIN_VALUE, Long.MAX_VALUE);
    }
    if (raw == int.class || raw == Integer.class) {
      return (int) whole(tree, at, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    if (raw == Duration.class) {
      return duration(expect(Number.class, tree, at).doubleValue(), at);
    }
    if (raw == Instant.class) {
      return instant(expect(String.class, tree, at), at);
    }
    throw new IllegalArgumentException("no JSON for a " + raw.getName());
  }

  private static long whole(Object tree, String at, long least, long most) throws JsonException {
    Number number = expect(Number.class, tree, at);
    boolean fits =
        (number instanceof Long || number instanceof Integer)
            && number.longValue() >= least
            && number.longValue() <= most;
    if (!fits) {
      throw new JsonException(at + " must be a whole number in range, was " + brief(tree));
    }
    return number.longValue();
  }

  private static Duration duration(double millis, String at) throws JsonException {
    if (!(Math.abs(millis) < 1e15)) {
      throw new JsonException(at + " must be milliseconds, was " + millis);
    }
    return Duration.ofNanos(Math.round(millis * 1e3) * 1_000);
  }

  private static Instant instant(String text, String at) throws JsonException {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new JsonException(at + " must be a time like 2026-01-31T12:00:00Z, was " + brief(text));
    }
  }

  private static Object decodeEnum(Class<?> raw, String text, String at) throws JsonException {
    for (Object constant : raw.getEnumConstants()) {
      if (((Enum<?>) constant).name().toLowerCase(Locale.ROOT).equals(text)) {
        return constant;
      }
    }
    throw new JsonException(at + " is not one of the known words, was " + brief(text));
  }

  private static List<Object> decodeList(Type element, Object tree, String at)
      throws JsonException {
    List<Object> list = new ArrayList<>();
    for (Object each : expect(List.class, tree, at)) {
      if (each == null) {
        throw new JsonException(at + "[" + list.size() + "] is null");
      }
      list.add(decode(element, each, at + "[" + list.size() + "]"));
    }
    return List.copyOf(list);
  }

  private static Map<String, Object> decodeMap(Type element, Object tree, String at)
      throws JsonException {
    Map<String, Object> map = new LinkedHashMap<>();
    for (Map.Entry<?, ?> each : ((Map<?, ?>) expect(Map.class, tree, at)).entrySet()) {
      String key = String.valueOf(each.getKey());
      Object value = each.getValue();
      if (value == null) {
        throw new JsonException(at + "." + key + " is null");
      }
      map.put(key, decode(element, value, at + "." + key));
    }
    return map;
  }

  private static Object decodeRecord(Class<?> raw, Map<?, ?> tree, String at) throws JsonException {
    Shape shape = Shape.of(raw);
    @Nullable Object[] arguments = new @Nullable Object[shape.fields().size()];
    for (int i = 0; i < arguments.length; i++) {
      Field field = shape.fields().get(i);
      RecordComponent component = field.component();
      arguments[i] =
          decode(
              component.getType(),
              component.getGenericType(),
              tree.get(field.key()),
              at + "." + field.key());
    }
    return shape.create(arguments, at);
  }

  private static <T> T expect(Class<T> type, Object tree, String at) throws JsonException {
    if (!type.isInstance(tree) || tree instanceof BigInteger) {
      throw new JsonException(
          "%s must be %s, was %s"
              .formatted(at, type.getSimpleName().toLowerCase(Locale.ROOT), brief(tree)));
    }
    return type.cast(tree);
  }

  private static Type argument(Type type, int index) {
    return ((ParameterizedType) type).getActualTypeArguments()[index];
  }

  private static String brief(Object tree) {
    String text = String.valueOf(tree);
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "unreadable" : message.lines().findFirst().orElse("unreadable");
  }

  /// A record component and its key.
  private record Field(String key, RecordComponent component) {
    @Nullable Object in(Record record) {
      try {
        return component.getAccessor().invoke(record);
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException("reading " + component, e);
      }
    }
  }

  /// What a record type looks like.
  private record Shape(List<Field> fields, Constructor<?> constructor) {
    static Shape of(Class<?> type) {
      return SHAPES.computeIfAbsent(type, Shape::inspect);
    }

    private static Shape inspect(Class<?> type) {
      RecordComponent[] components = type.getRecordComponents();
      List<Field> fields = new ArrayList<>();
      Class<?>[] types = new Class<?>[components.length];
      for (int i = 0; i < components.length; i++) {
        components[i].getAccessor().setAccessible(true);
        fields.add(new Field(Json.key(components[i]), components[i]));
        types[i] = components[i].getType();
      }
      try {
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        return new Shape(List.copyOf(fields), constructor);
      } catch (NoSuchMethodException e) {
        throw new IllegalStateException("a record without its constructor: " + type, e);
      }
    }

    Object create(@Nullable Object[] arguments, String at) throws JsonException {
      try {
        return constructor.newInstance(arguments);
      } catch (InvocationTargetException e) {
        throw new JsonException(at + ": " + e.getTargetException().getMessage());
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("creating " + constructor, e);
      }
    }
  }
}
