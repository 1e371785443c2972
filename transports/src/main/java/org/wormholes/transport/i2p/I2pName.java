package org.wormholes.transport.i2p;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// A name of I2P: `site.i2p` from an address book, or a hash, `52 characters.b32.i2p`.
///
/// I2P, "Naming and Address Book": a b32 name is the SHA-256 of the binary destination in base32,
/// lower case, without padding; 56 or more characters name an encrypted lease set.
///
/// @param text lower case, ending in `.i2p`
public record I2pName(String text) {
  private static final int MAX_CHARS = 253;
  private static final Pattern HOST =
      Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+i2p");
  private static final Pattern HASH = Pattern.compile("[a-z2-7]{52}|[a-z2-7]{56,63}");
  private static final String HASH_SUFFIX = ".b32.i2p";
  private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

  /// A binary destination: 384 bytes of keys, then a certificate whose length stands in its first
  /// 3.
  private static final int MIN_DESTINATION = 387;

  private static final int MAX_DESTINATION = 4096;

  public I2pName {
    if (text.length() > MAX_CHARS || !HOST.matcher(text).matches()) {
      throw new IllegalArgumentException("not a name of I2P: " + text);
    }
    if (text.endsWith(HASH_SUFFIX) && !HASH.matcher(hashOf(text)).matches()) {
      throw new IllegalArgumentException("not a hash of I2P: " + text);
    }
  }

  /// Reads a name, in whatever case; empty if it is none.
  public static Optional<I2pName> parse(String name) {
    try {
      return Optional.of(new I2pName(name.toLowerCase(Locale.ROOT)));
    } catch (IllegalArgumentException none) {
      return Optional.empty();
    }
  }

  /// The name of a destination as SAM prints it: base64 with `-` and `~`. Empty if it is none.
  public static Optional<I2pName> ofDestination(String base64) {
    if (base64.length() > MAX_DESTINATION * 4 / 3 + 4) {
      return Optional.empty();
    }
    byte[] binary;
    try {
      binary = Base64.getDecoder().decode(base64.replace('-', '+').replace('~', '/'));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
    if (binary.length < MIN_DESTINATION || binary.length != lengthOf(binary)) {
      return Optional.empty();
    }
    return Optional.of(new I2pName(base32(sha256(binary)) + HASH_SUFFIX));
  }

  /// The public part of a private key as SAM prints it; empty if it is none.
  static Optional<String> destinationOfPrivate(String base64) {
    byte[] binary;
    try {
      binary = Base64.getDecoder().decode(base64.replace('-', '+').replace('~', '/'));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
    if (binary.length <= MIN_DESTINATION || binary.length <= lengthOf(binary)) {
      return Optional.empty();
    }
    byte[] destination = java.util.Arrays.copyOf(binary, lengthOf(binary));
    return Optional.of(
        Base64.getEncoder().encodeToString(destination).replace('+', '-').replace('/', '~'));
  }

  private static int lengthOf(byte[] destination) {
    // I2P, "Common structures", Certificate: a type of 1 byte, then a length of 2.
    return MIN_DESTINATION + ((destination[385] & 0xff) << 8) + (destination[386] & 0xff);
  }

  /// Whether the name is a hash, which every router can look up; other names only those whose
  /// address book has them.
  public boolean isHash() {
    return text.endsWith(HASH_SUFFIX);
  }

  private static String hashOf(String text) {
    return text.substring(0, text.length() - HASH_SUFFIX.length());
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  /// RFC 4648 section 6, lower case, without padding.
  private static String base32(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    int bits = 0;
    int held = 0;
    for (byte each : bytes) {
      bits = bits << 8 | (each & 0xff);
      held += 8;
      while (held >= 5) {
        held -= 5;
        text.append(BASE32.charAt(bits >> held & 31));
      }
      bits &= (1 << held) - 1;
    }
    if (held > 0) {
      text.append(BASE32.charAt(bits << (5 - held) & 31));
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return text;
  }
}
