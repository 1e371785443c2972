package org.wormholes.dsl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.Entry;
import org.wormholes.rules.NameServer;
import org.wormholes.rules.Network;
import org.wormholes.rules.TrustAnchor;
import org.wormholes.rules.expr.AddressRange;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Host;

/// What values a parameter of a word takes: how it is described to people, how a constant is read
/// as one, and what to advise whoever gives something else.
///
/// @param described such as "a port from 0 to 65535"
/// @param read the value, or null if it does not fit
/// @param advice a hint about a value that does not fit, or an empty string
record Accepts<T>(
    String described, Function<Value, @Nullable T> read, Function<Value, String> advice) {
  private static final Pattern PLAIN_NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  /// A destination as a name or address with a port.
  record Endpoint(String host, int port) {}

  static final Accepts<String> NAME =
      new Accepts<>(
          "a name of a-z, 0-9, `-`, `_` and `.`, such as \"web\"",
          value ->
              value instanceof Value.Text(String text) && PLAIN_NAME.matcher(text).matches()
                  ? text
                  : null,
          Accepts::nameAdvice);

  static final Accepts<String> CARRIER =
      new Accepts<>(
          "names of carriers, such as `:tcp`",
          value -> {
            String name = nameOrText(value);
            return name != null && PLAIN_NAME.matcher(name).matches() ? name : null;
          },
          Accepts::nameAdvice);

  static final Accepts<String> VERSION =
      new Accepts<>(
          "a version of 1 to 64 characters, such as \"1.0\"",
          value ->
              value instanceof Value.Text(String text) && !text.isEmpty() && text.length() <= 64
                  ? text
                  : null,
          value -> Arithmetic.isNumber(value) ? "write it in quotes: \"" + value.show() + '"' : "");

  static final Accepts<String> TEXT =
      new Accepts<>(
          "text",
          value -> value instanceof Value.Text(String text) && text.length() <= 1024 ? text : null,
          value -> "");

  static final Accepts<Boolean> TRUTH =
      new Accepts<>(
          "`true` or `false`",
          value -> value instanceof Value.Truth(boolean yes) ? yes : null,
          value ->
              value instanceof Value.Text || value instanceof Value.Name
                  ? "write `true` or `false`, without quotes or colon"
                  : "");

  static final Accepts<String> HOST =
      new Accepts<>(
          "an address to listen on, such as \"127.0.0.1\"",
          value -> host(value, Host.class),
          value -> "");

  static final Accepts<AddressRange> INVENTED_4 = invented(true, "198.18.0.0/15");
  static final Accepts<AddressRange> INVENTED_6 = invented(false, "fd5a:9c17:b3e4::/48");

  static final Accepts<Endpoint> ENDPOINT =
      new Accepts<>(
          "a host and a port, such as \"example.org:22\"",
          value -> value instanceof Value.Text(String text) ? endpoint(text) : null,
          value ->
              value instanceof Value.Text(String text) && Host.parse(text).isPresent()
                  ? "add the port: \"" + text + ":22\""
                  : "");

  /// Where a probe goes.
  record Probed(Endpoint to, boolean tls) {}

  private static final String TLS = "tls://";

  static final Accepts<Probed> PROBE =
      new Accepts<>(
          "a host and a port, such as \"example.org:443\", or \"tls://example.org:443\" for a handshake",
          value -> value instanceof Value.Text(String text) ? probed(text) : null,
          value ->
              value instanceof Value.Text(String text) && Host.parse(text).isPresent()
                  ? "add the port: \"" + text + ":443\""
                  : "");

  static final Accepts<String> BOOTSTRAP =
      new Accepts<>(
          "`wormhole://ADDRESS@HOST:PORT` or `wormhole://ADDRESS@CARRIER+PLACE`, with an address of"
              + " 56 characters",
          value ->
              value instanceof Value.Text(String text) && Network.isBootstrap(text) ? text : null,
          value -> "`wormholes keys` shows a node's own address");

  static final Accepts<String> NODE =
      new Accepts<>(
          "the address of a node, 56 characters",
          value ->
              value instanceof Value.Text(String text) && Network.isAddress(text) ? text : null,
          value -> "`wormholes keys` shows a node's own address");

  static final Accepts<String> SERVER =
      new Accepts<>(
          "`:system`, or servers such as \"9.9.9.9:53\", \"tls://9.9.9.9\" or \"https://9.9.9.9/dns-query\"",
          Accepts::server,
          value ->
              value instanceof Value.Text
                  ? "a server is named by its address, such as \"tls://9.9.9.9#dns.quad9.net\", so that nothing has to be resolved to reach it"
                  : "");

  static final Accepts<TrustAnchor> TRUST_ANCHOR =
      new Accepts<>(
          "DS records, such as \"corp.example. DS 12345 13 2 0F1E…\"",
          value ->
              value instanceof Value.Text(String text)
                  ? TrustAnchor.parse(text).orElse(null)
                  : null,
          value ->
              "`dnssec-dsfromkey` or `ldns-key2ds -n` print it; algorithm 8, 10 or 13 to 16, digest of type 2 or 4");

  static final Accepts<String> LITERAL =
      new Accepts<>(
          "an address, such as \"127.0.0.1\"",
          value -> host(value, Host.Literal.class),
          value -> "a name would have to be asked of this machine's resolver");

  static final Accepts<String> HOST_NAME =
      new Accepts<>(
          "a name such as \"www.example.org\"", value -> host(value, Host.Name.class), value -> "");

  static final Accepts<String> COUNTRY =
      new Accepts<>(
          "two capital letters (ISO 3166-1), such as \"DE\"",
          value ->
              value instanceof Value.Text(String text)
                      && !text.isEmpty()
                      && Fact.COUNTRY.canEqual(text)
                  ? text
                  : null,
          value -> {
            String given = nameOrText(value);
            String upper = given == null ? "" : given.toUpperCase(Locale.ROOT);
            return upper.length() == 2 && Fact.COUNTRY.canEqual(upper)
                ? "write \"" + upper + '"'
                : "";
          });

  /// One name, or a list of names that differ.
  static final Accepts<List<String>> NAMES =
      new Accepts<>("names, such as %w[fast spare]", Accepts::names, Accepts::namesAdvice);

  static final Accepts<Map<String, Duration>> ROUND_TRIPS =
      new Accepts<>(
          "round trips by name, such as `{ \"web\" => 80.ms }`", Accepts::roundTrips, value -> "");

  static final Accepts<Integer> TIME =
      new Accepts<>(
          "a time of day, such as \"22:00\"",
          value -> value instanceof Value.Text(String text) ? Clock.parse(text) : null,
          value -> "");

  static Accepts<Integer> whole(int least, int most, String purpose) {
    return new Accepts<>(
        "a whole number from " + least + " to " + most + purpose,
        value ->
            value instanceof Value.Whole(long number) && number >= least && number <= most
                ? (int) number
                : null,
        value -> value instanceof Value.Text ? "write the number without quotes" : "");
  }

  static Accepts<Integer> port(boolean anyFree) {
    return anyFree ? whole(0, 65_535, " (0 takes any free port)") : whole(1, 65_535, "");
  }

  static Accepts<Duration> duration(Duration least, Duration most, String example) {
    return new Accepts<>(
        "a duration from "
            + Units.showSpan(least.toNanos())
            + " to "
            + Units.showSpan(most.toNanos())
            + ", such as `"
            + example
            + "`",
        value ->
            value instanceof Value.Span(long nanos)
                    && nanos >= least.toNanos()
                    && nanos <= most.toNanos()
                ? Duration.ofNanos(nanos)
                : null,
        value ->
            Arithmetic.isNumber(value)
                ? "give the number a unit: `"
                    + value.show()
                    + example.substring(example.indexOf('.'))
                    + "`"
                : "");
  }

  /// A size in bytes.
  static Accepts<Integer> size(int least, int most, String example) {
    return new Accepts<>(
        "a size from %d to %d bytes, such as `%s`".formatted(least, most, example),
        value ->
            value instanceof Value.Size(long bytes) && bytes >= least && bytes <= most
                ? Integer.valueOf((int) bytes)
                : null,
        value ->
            Arithmetic.isNumber(value)
                ? "give the number a unit: `" + value.show() + ".bytes`"
                : "");
  }

  /// One of a few words, written as a symbol (text is taken too).
  static Accepts<String> oneOf(String... words) {
    List<String> known = List.copyOf(Arrays.asList(words));
    List<String> symbols = known.stream().map(word -> ":" + word).toList();
    return new Accepts<>(
        known.size() == 1 ? "`" + symbols.getFirst() + "`" : "one of " + String.join(", ", symbols),
        value -> {
          String word = nameOrText(value);
          return word != null && known.contains(word) ? word : null;
        },
        value -> {
          String word = nameOrText(value);
          return word == null
              ? ""
              : Suggestion.nearest(word, known)
                  .map(found -> "did you mean `:" + found + "`?")
                  .orElse("");
        });
  }

  /// A host of this kind, in its plain form.
  private static @Nullable String host(Value value, Class<? extends Host> kind) {
    return value instanceof Value.Text(String text)
        ? Host.parse(text).filter(kind::isInstance).map(Host::text).orElse(null)
        : null;
  }

  /// A list whose every element the other takes.
  static <T> Accepts<List<T>> listOf(Accepts<T> each) {
    return new Accepts<>(
        "a list with " + each.described(),
        value -> {
          if (!(value instanceof Value.Items(List<Value> items))) {
            return null;
          }
          List<T> read = new ArrayList<>();
          for (Value item : items) {
            T element = each.read().apply(item);
            if (element == null || read.contains(element)) {
              return null;
            }
            read.add(element);
          }
          return List.copyOf(read);
        },
        value -> {
          if (value instanceof Value.Items(List<Value> items)) {
            return items.stream()
                .map(each.advice())
                .filter(hint -> !hint.isEmpty())
                .findFirst()
                .orElse("");
          }
          return "write it in brackets: `[" + value.show() + "]`";
        });
  }

  static @Nullable String nameOrText(Value value) {
    return switch (value) {
      case Value.Name(String name) -> name;
      case Value.Text(String text) -> text;
      default -> null;
    };
  }

  private static List<Value> itemsOf(Value value) {
    return value instanceof Value.Items(List<Value> items) ? items : List.of(value);
  }

  private static boolean isName(@Nullable String text) {
    return text != null && PLAIN_NAME.matcher(text).matches();
  }

  private static @Nullable List<String> names(Value value) {
    List<String> names = new ArrayList<>();
    for (Value item : itemsOf(value)) {
      String name = nameOrText(item);
      if (name == null || !isName(name) || names.contains(name)) {
        return null;
      }
      names.add(name);
    }
    return names.isEmpty() ? null : List.copyOf(names);
  }

  private static String namesAdvice(Value value) {
    List<Value> items = itemsOf(value);
    for (Value item : items) {
      if (!isName(nameOrText(item))) {
        return nameAdvice(item);
      }
    }
    return items.isEmpty() ? "" : "name each of them once";
  }

  private static @Nullable Map<String, Duration> roundTrips(Value value) {
    if (!(value instanceof Value.Table(Map<Value, Value> pairs))) {
      return null;
    }
    Map<String, Duration> trips = new LinkedHashMap<>();
    for (Map.Entry<Value, Value> pair : pairs.entrySet()) {
      String name = nameOrText(pair.getKey());
      boolean fits =
          name != null
              && PLAIN_NAME.matcher(name).matches()
              && pair.getValue() instanceof Value.Span(long nanos)
              && nanos >= 0;
      if (!fits) {
        return null;
      }
      trips.put(name, Duration.ofNanos(((Value.Span) pair.getValue()).nanos()));
    }
    return trips;
  }

  private static @Nullable Probed probed(String text) {
    boolean tls = text.startsWith(TLS);
    Endpoint to = endpoint(tls ? text.substring(TLS.length()) : text);
    return to == null ? null : new Probed(to, tls);
  }

  /// `host:port`, or `[address]:port`.
  static @Nullable Endpoint endpoint(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    if (colon < 1 || (host.indexOf(':') >= 0 && !host.startsWith("["))) {
      return null;
    }
    Integer port = port(text.substring(colon + 1));
    String plain = Host.parse(host).map(Host::text).orElse(null);
    return port == null || plain == null ? null : new Endpoint(plain, port);
  }

  static @Nullable Integer port(String digits) {
    if (digits.isEmpty()
        || digits.length() > 5
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return null;
    }
    int port = Integer.parseInt(digits);
    return port >= 1 && port <= 65_535 ? Integer.valueOf(port) : null;
  }

  private static @Nullable String server(Value value) {
    if (value instanceof Value.Name(String name)) {
      return name.equals("system") ? "system" : null;
    }
    if (!(value instanceof Value.Text(String text))) {
      return null;
    }
    return NameServer.parse(text).map(NameServer::toString).orElse(null);
  }

  private static String nameAdvice(Value value) {
    String given = nameOrText(value);
    if (given == null) {
      return "";
    }
    String plain =
        given
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9._-]+", "-")
            .replaceAll("^[^a-z0-9]+|-+$", "");
    return PLAIN_NAME.matcher(plain).matches() ? "write \"" + plain + '"' : "";
  }

  private static Accepts<AddressRange> invented(boolean four, String example) {
    return new Accepts<>(
        "a range of 256 or more IPv%d addresses that are not public, such as \"%s\""
            .formatted(four ? 4 : 6, example),
        value ->
            value instanceof Value.Text(String text)
                ? AddressRange.parse(text)
                    .filter(range -> Entry.Dns.isUsable(range, four))
                    .orElse(null)
                : null,
        value -> "leave it out for \"" + example + '"');
  }
}
