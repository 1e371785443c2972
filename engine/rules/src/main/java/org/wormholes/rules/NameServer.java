package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Address;

/// A name server and how it is asked. It is named by its address, so that nothing has to be
/// resolved before it can be asked.
///
/// @param path of the resource that answers, for [Way#HTTPS]; empty otherwise
/// @param name what its certificate is for; empty means its address
/// @param pin SHA-256 of its certificate's public key (SubjectPublicKeyInfo) in lower-case hex,
///   which then is all that is checked; empty to trust whom the exit's Java trusts
public record NameServer(Way way, Address address, int port, String path, String name, String pin) {
  private static final String DEFAULT_PATH = "/dns-query";
  private static final int MAX_CHARS = 512;
  private static final Pattern FORM =
      Pattern.compile(
          "(?:(tls|https)://)?(\\[[0-9A-Fa-f:.]+]|[0-9A-Fa-f.]+|[0-9A-Fa-f:.]+)(?::([1-9][0-9]{0,4}))?"
              + "(/[A-Za-z0-9._~/-]*)?(?:#([^,#]*?)(?:,?sha256:([0-9A-Fa-f]{64}))?)?");
  private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9._~/-]{0,127}");
  private static final Pattern PIN = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern NAME =
      Pattern.compile(
          "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){1,9}");

  public NameServer {
    requireNonNull(way, "way");
    requireNonNull(address, "address");
    Checks.within("a port", port, 1, 65_535);
    check(way == Way.HTTPS ? PATH.matcher(path).matches() : path.isEmpty(), "path", path);
    boolean secure = way != Way.PLAIN;
    check(name.isEmpty() || (secure && isName(name)), "name", name);
    check(pin.isEmpty() || (secure && PIN.matcher(pin).matches()), "pin", pin);
  }

  private static void check(boolean right, String what, String was) {
    if (!right) {
      throw new IllegalArgumentException(
          "a resolver can't have such a %s: `%s`".formatted(what, was));
    }
  }

  private static boolean isName(String text) {
    return text.length() <= 253 && NAME.matcher(text).matches() && Address.parse(text).isEmpty();
  }

  /// How a name server is asked.
  public enum Way {
    /// UDP, and TCP where an answer does not fit (RFC 1035).
    PLAIN("", 53),
    /// DNS over TLS (RFC 7858).
    TLS("tls://", 853),
    /// DNS over HTTPS (RFC 8484).
    HTTPS("https://", 443);

    private final String start;
    private final int port;

    Way(String start, int port) {
      this.start = start;
      this.port = port;
    }
  }

  /// Reads `ADDRESS`, `tls://ADDRESS` or `https://ADDRESS/PATH`, each with a port or without, and
  /// the last two with `#NAME`, `#sha256:PIN` or `#NAME,sha256:PIN` or without.
  public static Optional<NameServer> parse(String text) {
    Matcher parts = FORM.matcher(text.length() <= MAX_CHARS ? text : "");
    if (!parts.matches()) {
      return Optional.empty();
    }
    Way way =
        switch (String.valueOf(parts.group(1))) {
          case "tls" -> Way.TLS;
          case "https" -> Way.HTTPS;
          default -> Way.PLAIN;
        };
    String host = parts.group(2);
    boolean bracketed = host.startsWith("[");
    boolean six = host.indexOf(':') >= 0;
    boolean bare = way == Way.PLAIN && parts.group(3) == null && parts.group(4) == null;
    if (bracketed != six && (bracketed || !bare)) {
      return Optional.empty();
    }
    try {
      return Address.parse(bracketed ? host.substring(1, host.length() - 1) : host)
          .map(address ->
              new NameServer(
                  way,
                  address,
                  parts.group(3) == null ? way.port : Integer.parseInt(parts.group(3)),
                  parts.group(4) == null ? way == Way.HTTPS ? DEFAULT_PATH : "" : parts.group(4),
                  lower(parts.group(5)),
                  lower(parts.group(6))));
    } catch (IllegalArgumentException notOne) {
      return Optional.empty();
    }
  }

  private static String lower(@Nullable String text) {
    return text == null ? "" : text.toLowerCase(Locale.ROOT);
  }

  /// The one text that means it: with its port, and its path.
  @Override
  public String toString() {
    String host = address.isIpv4() ? address.toString() : "[" + address + "]";
    String who = pin.isEmpty() ? name : name + (name.isEmpty() ? "" : ",") + "sha256:" + pin;
    return way.start + host + ":" + port + path + (who.isEmpty() ? "" : "#" + who);
  }
}
