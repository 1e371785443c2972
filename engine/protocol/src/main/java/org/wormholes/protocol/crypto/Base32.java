package org.wormholes.protocol.crypto;

import org.wormholes.protocol.wire.WireException;

/// Base 32 in lower case without padding (RFC 4648 section 6), for whole groups of five bytes.
final class Base32 {
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

  private Base32() {}

  static String encode(byte[] bytes) {
    StringBuilder text = new StringBuilder(bytes.length / 5 * 8);
    long group = 0;
    for (int i = 0; i < bytes.length; i++) {
      group = group << 8 | (bytes[i] & 0xff);
      if (i % 5 == 4) {
        for (int shift = 35; shift >= 0; shift -= 5) {
          text.append(ALPHABET.charAt((int) (group >>> shift) & 31));
        }
        group = 0;
      }
    }
    return text.toString();
  }

  static byte[] decode(String text) throws WireException {
    byte[] bytes = new byte[text.length() / 8 * 5];
    long group = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = ALPHABET.indexOf(text.charAt(i));
      if (digit < 0) {
        throw new WireException("node address has a character outside a-z and 2-7");
      }
      group = group << 5 | digit;
      if (i % 8 == 7) {
        for (int k = 0; k < 5; k++) {
          bytes[i / 8 * 5 + k] = (byte) (group >>> (32 - 8 * k));
        }
        group = 0;
      }
    }
    return bytes;
  }
}
