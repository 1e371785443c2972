package org.wormholes.transport.tls;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What the first bytes inside TLS are. A link begins with 32 bytes of a public key, which look
/// random (`link.md` 2.1): the chance that they are taken for a request is below one in a billion,
/// and the dialler's next attempt has other ones.
enum Guess {
  /// Too little has come to tell.
  UNDECIDED,
  LINK,
  /// A request in HTTP/1, well-formed or not.
  HTTP_1,
  /// The preface of HTTP/2 (RFC 9113 section 3.4).
  HTTP_2;

  /// Bytes looked at.
  static final int MAX_BYTES = 32;

  private static final byte[] PREFACE = ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  private static final List<byte[]> METHODS =
      List.of(
          ascii("GET "),
          ascii("HEAD "),
          ascii("POST "),
          ascii("PUT "),
          ascii("DELETE "),
          ascii("OPTIONS "),
          ascii("PATCH "),
          ascii("TRACE "),
          ascii("CONNECT "));

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /// Reads nothing away.
  static Guess of(ByteBuf in) {
    if (in.readableBytes() >= PREFACE.length && startsWith(in, PREFACE)) {
      return HTTP_2;
    }
    for (byte[] method : METHODS) {
      if (in.readableBytes() >= method.length && startsWith(in, method)) {
        return HTTP_1;
      }
    }
    int seen = Math.min(in.readableBytes(), MAX_BYTES);
    for (int i = 0; i < seen; i++) {
      int next = in.getUnsignedByte(in.readerIndex() + i);
      if (!isText(next)) {
        return LINK;
      }
      if (next == '\n' && !startsWith(in, PREFACE)) {
        return HTTP_1;
      }
    }
    return seen < MAX_BYTES ? UNDECIDED : HTTP_1;
  }

  private static boolean startsWith(ByteBuf in, byte[] expected) {
    int length = Math.min(in.readableBytes(), expected.length);
    for (int i = 0; i < length; i++) {
      if (in.getByte(in.readerIndex() + i) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean isText(int c) {
    return (c >= ' ' && c < 0x7f) || c == '\r' || c == '\n' || c == '\t';
  }
}
