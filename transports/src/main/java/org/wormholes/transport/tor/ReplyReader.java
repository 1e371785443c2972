package org.wormholes.transport.tor;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Cuts what a control port sends into replies (control-spec, section 2.3). Keeps at most
/// [#MAX_REPLY] bytes of one; what is longer is an error.
final class ReplyReader {
  static final int MAX_REPLY = 64 * 1024;

  private static final int STATUS = 3;

  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final List<ControlReply.Line> lines = new ArrayList<>();
  private @Nullable String dataOf;
  private StringBuilder data = new StringBuilder();
  private String status = "";
  private int size;

  /// The next whole reply. What follows it stays in `in`; part of one is kept for the next call.
  Optional<ControlReply> take(ByteBuffer in) throws TorException {
    while (in.hasRemaining()) {
      byte next = in.get();
      if (++size > MAX_REPLY) {
        throw broken("a reply of more than " + MAX_REPLY + " bytes");
      }
      if (next != '\n') {
        line.write(next);
        continue;
      }
      String whole = line.toString(StandardCharsets.UTF_8);
      line.reset();
      Optional<ControlReply> reply =
          onLine(whole.endsWith("\r") ? whole.substring(0, whole.length() - 1) : whole);
      if (reply.isPresent()) {
        return reply;
      }
    }
    return Optional.empty();
  }

  private Optional<ControlReply> onLine(String text) throws TorException {
    if (dataOf != null) {
      onData(dataOf, text);
      return Optional.empty();
    }
    if (text.length() <= STATUS || !text.substring(0, STATUS).matches("[2-6][0-9]{2}")) {
      throw broken("a line without a status");
    }
    String found = text.substring(0, STATUS);
    if (!status.isEmpty() && !status.equals(found)) {
      throw broken("two statuses in one reply");
    }
    status = found;
    String rest = text.substring(STATUS + 1);
    switch (text.charAt(STATUS)) {
      case '-' -> lines.add(new ControlReply.Line(rest, ""));
      case '+' -> dataOf = rest;
      case ' ' -> {
        lines.add(new ControlReply.Line(rest, ""));
        return Optional.of(finish());
      }
      default -> throw broken("a line of an unknown kind");
    }
    return Optional.empty();
  }

  /// A point alone ends the data; one more stands before each line that begins with one.
  private void onData(String of, String text) {
    if (text.equals(".")) {
      lines.add(new ControlReply.Line(of, data.toString()));
      data = new StringBuilder();
      dataOf = null;
    } else {
      data.append(text.startsWith(".") ? text.substring(1) : text).append('\n');
    }
  }

  private ControlReply finish() {
    ControlReply reply = new ControlReply(Integer.parseInt(status), lines);
    lines.clear();
    status = "";
    size = 0;
    return reply;
  }

  private static TorException broken(String why) {
    return new TorException("what answers is no control port of tor: " + why);
  }
}
