package org.wormholes.transport.pluggable;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import org.wormholes.transport.socket.HostPort;

/// A line that a pluggable transport's program writes to its standard output (Tor's `pt-spec`,
/// version 1, section 3.3).
sealed interface PtLine {
  /// The longest line that is read.
  int MAX_CHARS = 4_096;

  /// It cannot do what it was asked.
  ///
  /// @param why in its own words, at most 200 characters
  record Failed(String why) implements PtLine {}

  /// A transport can be used: where its SOCKS5 proxy listens.
  record Client(String transport, InetSocketAddress proxy) implements PtLine {}

  /// A transport listens for others.
  ///
  /// @param arguments what who dials it must know
  record Server(String transport, InetSocketAddress bound, Map<String, String> arguments)
      implements PtLine {}

  /// Nothing that matters here: version, end of a list, log, or a word that is not known.
  record Other() implements PtLine {}

  /// Reads a line. Programs write more than the specification knows, so nothing is an error but
  /// what says so.
  static PtLine parse(String line) {
    if (line.length() > MAX_CHARS) {
      return new Failed("a line of more than " + MAX_CHARS + " characters");
    }
    String[] words = line.split(" ", 5);
    return switch (words[0]) {
      case "VERSION-ERROR", "ENV-ERROR", "PROXY-ERROR", "CMETHOD-ERROR", "SMETHOD-ERROR" ->
          new Failed(shortened(line));
      case "VERSION" ->
          words.length > 1 && words[1].equals("1")
              ? new Other()
              : new Failed("it speaks another version: " + shortened(line));
      case "CMETHOD" -> client(words).orElseGet(() -> new Failed(shortened(line)));
      case "SMETHOD" -> server(words).orElseGet(() -> new Failed(shortened(line)));
      default -> new Other();
    };
  }

  private static Optional<PtLine> client(String[] words) {
    if (words.length < 4 || !words[2].equals("socks5")) {
      return Optional.empty();
    }
    return place(words[3])
        // A proxy elsewhere would be told in the clear whom we dial.
        .filter(place -> place.getAddress().isLoopbackAddress())
        .map(place -> new Client(words[1], place));
  }

  private static Optional<PtLine> server(String[] words) {
    if (words.length < 3) {
      return Optional.empty();
    }
    String options = words.length > 3 ? words[3] : "";
    Optional<Map<String, String>> arguments =
        options.startsWith("ARGS:")
            ? PtArguments.parse(options.substring("ARGS:".length()), ',')
            : Optional.of(Map.of());
    return place(words[2])
        .flatMap(place -> arguments.map(known -> new Server(words[1], place, known)));
  }

  private static Optional<InetSocketAddress> place(String text) {
    return HostPort.parse(text).flatMap(HostPort::literal).filter(it -> it.getPort() != 0);
  }

  private static String shortened(String text) {
    String plain = text.replaceAll("[^ -~]", "?");
    return plain.length() <= 200 ? plain : plain.substring(0, 200);
  }
}
