package org.wormholes.transport.tor;

import java.util.List;
import java.util.Optional;

/// One answer or event of tor's control port (control-spec, section 2.3): lines of one status.
///
/// @param code 2xx for *done*, 4xx and 5xx for *no*, 650 for an event
/// @param lines without their status, in order; a reply has at least one
record ControlReply(int code, List<Line> lines) {
  private static final int MAX_SHOWN = 160;

  /// One line.
  ///
  /// @param data what followed it, up to the line of a single point; empty for most
  record Line(String text, String data) {}

  ControlReply {
    lines = List.copyOf(lines);
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("a reply has lines");
    }
  }

  boolean ok() {
    return code / 100 == 2;
  }

  boolean isEvent() {
    return code >= 600;
  }

  /// The first line.
  String text() {
    return lines.getFirst().text();
  }

  /// What stands behind `key=` in one of the lines, or was sent as its data.
  Optional<String> value(String key) {
    String begin = key + "=";
    return lines.stream()
        .filter(line -> line.text().startsWith(begin))
        .findFirst()
        .map(line ->
            line.data().isEmpty() ? line.text().substring(begin.length()) : line.data().strip());
  }

  /// The refusal in words, without characters that would not show.
  TorException refusal(String what) {
    String shown = text().replaceAll("[^\\x20-\\x7e]", "?");
    return new TorException(
        "tor did not %s: %d %s"
            .formatted(
                what,
                code,
                shown.length() <= MAX_SHOWN ? shown : shown.substring(0, MAX_SHOWN) + "..."));
  }

  /// Redacted: replies hold keys and addresses.
  @Override
  public String toString() {
    return "ControlReply[" + code + ", " + lines.size() + " lines]";
  }
}
