package org.wormholes.runtime.sniff;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.wormholes.rules.expr.Host;

/// Finds the `Host` of an HTTP/1 request (RFC 9112 section 3.2) as soon as its line is complete.
final class RequestHead {
  private static final int MAX_METHOD = 20;
  private static final String HOST = "host:";

  private RequestHead() {}

  /// Reads the first `length` bytes of a stream.
  static Reading read(byte[] stream, int length) {
    int method = 0;
    while (method < length && isMethod(stream[method])) {
      method++;
    }
    if (method > MAX_METHOD || (method < length && (method == 0 || stream[method] != ' '))) {
      return Reading.OTHER;
    }
    int end = lineEnd(stream, 0, length);
    if (end < 0) {
      return Reading.MORE;
    }
    String first = line(stream, 0, end);
    if (!first.endsWith(" HTTP/1.1") && !first.endsWith(" HTTP/1.0")) {
      return Reading.OTHER;
    }
    return header(stream, end + 1, length);
  }

  private static Reading header(byte[] stream, int from, int length) {
    int start = from;
    for (int end = lineEnd(stream, start, length); end >= 0; end = lineEnd(stream, start, length)) {
      String line = line(stream, start, end);
      if (line.isEmpty()) {
        return Reading.NAMELESS;
      }
      if (line.regionMatches(true, 0, HOST, 0, HOST.length())) {
        return new Reading.Said(plain(line.substring(HOST.length()).strip()));
      }
      start = end + 1;
    }
    return Reading.MORE;
  }

  private static boolean isMethod(byte c) {
    return (c >= 'A' && c <= 'Z') || c == '-';
  }

  private static int lineEnd(byte[] stream, int from, int length) {
    for (int i = from; i < length; i++) {
      if (stream[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private static String line(byte[] stream, int start, int end) {
    int last = end > start && stream[end - 1] == '\r' ? end - 1 : end;
    return new String(stream, start, last - start, StandardCharsets.ISO_8859_1);
  }

  /// Without its port, which only an address in brackets can hide.
  private static String plain(String value) {
    int colon = value.lastIndexOf(':');
    String host = colon > value.lastIndexOf(']') ? value.substring(0, colon) : value;
    Optional<Host> parsed = Host.parse(host);
    return parsed.map(Host::text).orElse("");
  }
}
