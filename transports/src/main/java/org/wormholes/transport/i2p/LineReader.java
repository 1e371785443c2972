package org.wormholes.transport.i2p;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Cuts what a router sends into lines, each ended by a line feed (a carriage return before it is
/// dropped). A line longer than [#MAX_LINE] bytes is an error: the longest that SAM has are private
/// keys of some kilobytes.
final class LineReader {
  static final int MAX_LINE = 16 * 1024;

  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  /// The next whole line. What follows it stays in `in`; part of a line is kept for the next call.
  Optional<String> take(ByteBuffer in) throws SamException {
    while (in.hasRemaining()) {
      byte next = in.get();
      if (next == '\n') {
        String whole = line.toString(StandardCharsets.UTF_8);
        line.reset();
        return Optional.of(whole.endsWith("\r") ? whole.substring(0, whole.length() - 1) : whole);
      }
      if (line.size() == MAX_LINE) {
        throw SamReply.broken("a line of more than " + MAX_LINE + " bytes");
      }
      line.write(next);
    }
    return Optional.empty();
  }
}
