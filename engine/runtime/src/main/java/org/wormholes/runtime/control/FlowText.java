package org.wormholes.runtime.control;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Given;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Host;

/// Flows as people write them: `https://example.org/page`, `example.org:22`, `udp://1.1.1.1:53`,
/// `[2001:db8::1]:443`; a host alone means its HTTPS port. With who opens it in front, `ann@curl
/// example.org:443`: the user (of the proxy and of this machine) and the program, of which either
/// may be left out. `:2525` is what comes in by a forwarded port of this machine.
public final class FlowText {
  private static final int MAX_TEXT = 2_048;
  private static final int HTTPS = 443;
  private static final Map<String, Integer> PORTS =
      Map.of(
          "http", 80, "https", HTTPS, "ws", 80, "wss", HTTPS, "ssh", 22, "ftp", 21, "git", 9418,
          "dns", 53, "smtp", 25);

  private FlowText() {}

  /// A port of this machine that a flow comes in by.
  record LocalPort(int port, Protocol protocol) {}

  /// Reads `:2525` or `udp://:5300`; empty for any other flow.
  static Optional<LocalPort> localPort(String text) {
    String rest = text.strip();
    boolean udp = rest.toLowerCase(Locale.ROOT).startsWith("udp://");
    String port = udp ? rest.substring("udp://".length()) : rest;
    return port.matches(":[0-9]{1,5}")
        ? Optional.of(
            new LocalPort(port(port.substring(1), text), udp ? Protocol.UDP : Protocol.TCP))
        : Optional.empty();
  }

  /// Whether it names a port of this machine, whose destination only a ruleset knows.
  public static boolean isLocalPort(String text) {
    return localPort(text).isPresent();
  }

  /// Reads a flow that starts at `when`, local time where it enters.
  ///
  /// @param user the proxy's user name, empty for none
  /// @param entry the tunnel whose entry it comes in by, empty for none in particular
  /// @throws IllegalArgumentException if it is none; the message says what was expected and is for
  ///   the person who wrote it
  public static FlowSample parse(String text, String user, String entry, LocalDateTime when) {
    String rest = text.strip();
    if (rest.isEmpty() || rest.length() > MAX_TEXT) {
      throw wrong(text);
    }
    String[] parts = rest.split("\\s+", 2);
    Opener opener = parts.length == 2 ? opener(parts[0], text) : new Opener("", "");
    rest = parts.length == 2 ? parts[1] : rest;
    int scheme = rest.indexOf("://");
    String word = scheme < 0 ? "" : rest.substring(0, scheme).toLowerCase(Locale.ROOT);
    rest = scheme < 0 ? rest : rest.substring(scheme + 3);
    rest = withoutUser(rest.split("[/?#]", 2)[0]);
    int colon = portColon(rest);
    String hostText = colon < 0 ? rest : rest.substring(0, colon);
    Host host = Host.parse(hostText).orElseThrow(() -> wrong(text));
    int port = colon < 0 ? defaultPort(word, text) : port(rest.substring(colon + 1), text);
    Protocol protocol =
        word.equals("udp") || word.equals("quic") || word.equals("dns")
            ? Protocol.UDP
            : Protocol.TCP;
    String proxyUser = user.isEmpty() ? opener.user() : user;
    return new FlowSample(
        host.text(),
        port,
        protocol,
        proxyUser,
        entry,
        when.toLocalTime().toSecondOfDay(),
        when.getDayOfWeek(),
        given(opener, word, host));
  }

  /// Who opens a flow; either may be empty.
  private record Opener(String user, String program) {}

  private static Opener opener(String who, String text) {
    int at = who.indexOf('@');
    if (at < 0 || who.length() == 1) {
      throw wrong(text);
    }
    return new Opener(who.substring(0, at), who.substring(at + 1));
  }

  /// What an application that is addressed so is seen to say and to be.
  private static List<Given> given(Opener opener, String scheme, Host host) {
    List<Given> given = new ArrayList<>();
    if (host instanceof Host.Name(String name)) {
      switch (scheme) {
        case "https", "wss" -> given.add(Given.text(Fact.SNI, name));
        case "http", "ws" -> given.add(Given.text(Fact.HTTP_HOST, name));
        default -> {}
      }
    }
    String program = opener.program();
    if (!program.isEmpty()) {
      given.add(Given.text(Fact.PROCESS, program.substring(program.lastIndexOf('/') + 1)));
    }
    if (program.indexOf('/') >= 0) {
      given.add(Given.text(Fact.PROCESS_PATH, program));
    }
    if (!opener.user().isEmpty()) {
      given.add(Given.text(Fact.LOCAL_USER, opener.user()));
    }
    given.sort(Given.ORDER);
    return given;
  }

  /// The flow in its plain form: `example.org:443/tcp`.
  public static String of(FlowSample flow) {
    String host = flow.host().indexOf(':') < 0 ? flow.host() : "[" + flow.host() + "]";
    return host + ":" + flow.port() + "/" + flow.protocol().word();
  }

  private static String withoutUser(String authority) {
    return authority.substring(authority.lastIndexOf('@') + 1);
  }

  /// Where the port begins: after the last colon, unless that belongs to a bare IPv6 address.
  private static int portColon(String authority) {
    int colon = authority.lastIndexOf(':');
    boolean bareIpv6 = colon != authority.indexOf(':') && !authority.startsWith("[");
    boolean insideBrackets = authority.startsWith("[") && authority.indexOf(']') > colon;
    return bareIpv6 || insideBrackets ? -1 : colon;
  }

  private static int defaultPort(String scheme, String text) {
    Optional<Integer> port =
        scheme.isEmpty() ? Optional.of(HTTPS) : Optional.ofNullable(PORTS.get(scheme));
    return port.orElseThrow(
        () -> new IllegalArgumentException("a port is expected, like %s:443".formatted(text)));
  }

  private static int port(String digits, String text) {
    if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) < 1) {
      throw wrong(text);
    }
    int port = Integer.parseInt(digits);
    if (port > 65_535) {
      throw wrong(text);
    }
    return port;
  }

  private static IllegalArgumentException wrong(String text) {
    String shown = text.length() <= 80 ? text : text.substring(0, 80) + "…";
    return new IllegalArgumentException(
        "a flow is expected, like https://example.org, 10.0.0.1:22, udp://1.1.1.1:53, `ann@curl example.org:443` or :2525, was `"
            + shown
            + "`");
  }
}
