package org.wormholes.runtime.control;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// A flow that is opened through new rules right after they were swapped in, on the way any
/// application's would take. When it fails, the rules that ran before are put back.
///
/// `https://host/path` and `http://host/path` fetch a page and want an answer below 400;
/// `host:port` wants a connection.
///
/// @param target what to reach, as above
/// @param entry the tunnel by whose entry the flow comes in; empty for the first of the ruleset
/// @param timeout how long it may take; it is tried again until then, since a new tunnel first has
///   to learn of its network
public record Probe(String target, String entry, Duration timeout) {
  /// Most probes of one apply.
  public static final int MAX_PROBES = 16;

  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);
  public static final Duration MAX_TIMEOUT = Duration.ofMinutes(10);

  private static final int MAX_TARGET = 2_000;
  private static final Pattern WITH_ENTRY = Pattern.compile("([\\w.-]+)=(.+)");

  public Probe {
    if (target.length() > MAX_TARGET) {
      throw new IllegalArgumentException(
          "a probe has at most %d characters, was %d".formatted(MAX_TARGET, target.length()));
    }
    if (page(target).isEmpty()) {
      place(target);
    }
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(MAX_TIMEOUT) > 0) {
      throw new IllegalArgumentException(
          "a probe's time-out must be above 0 and at most 10 minutes, was " + timeout);
    }
  }

  /// A probe as it is written: `[TUNNEL=]TARGET`.
  public static Probe parse(String text, Duration timeout) {
    var parts = WITH_ENTRY.matcher(text);
    return parts.matches()
        ? new Probe(parts.group(2), parts.group(1), timeout)
        : new Probe(text, "", timeout);
  }

  /// The page to fetch; empty when a connection is enough.
  public Optional<URI> page() {
    return page(target);
  }

  /// Where to connect.
  public Place place() {
    Optional<URI> page = page(target);
    if (page.isEmpty()) {
      return place(target);
    }
    URI uri = page.get();
    int standard = uri.getScheme().equals("https") ? 443 : 80;
    return new Place(bare(uri.getHost()), uri.getPort() < 0 ? standard : uri.getPort());
  }

  /// A host, never resolved on this side, and a port.
  public record Place(String host, int port) {}

  private static Optional<URI> page(String target) {
    if (!target.toLowerCase(Locale.ROOT).matches("https?://.*")) {
      return Optional.empty();
    }
    try {
      URI uri = new URI(target);
      if (uri.getHost() == null || uri.getUserInfo() != null || uri.getPort() > 65_535) {
        throw wrong(target);
      }
      return Optional.of(uri);
    } catch (URISyntaxException e) {
      throw wrong(target);
    }
  }

  private static Place place(String target) {
    int colon = target.lastIndexOf(':');
    String port = target.substring(colon + 1);
    if (colon < 1 || !port.matches("[0-9]{1,5}") || target.contains("/") || target.contains(" ")) {
      throw wrong(target);
    }
    int number = Integer.parseInt(port);
    String host = bare(target.substring(0, colon));
    if (number < 1 || number > 65_535 || host.isEmpty() || host.length() > 255) {
      throw wrong(target);
    }
    return new Place(host, number);
  }

  private static String bare(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  private static IllegalArgumentException wrong(String target) {
    return new IllegalArgumentException(
        "a probe must be https://HOST/PATH, http://HOST/PATH or HOST:PORT, was " + target);
  }
}
