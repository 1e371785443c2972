package org.wormholes.protocol.membership;

import java.security.MessageDigest;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.wire.WireException;

/// What a person is told who is invited: `417-lusab-babad`. The number says which of the host's
/// invitations is meant, the two words are its secret of 32 bits, in syllables that can be said on
/// the telephone (proquints, arXiv 0901.4016). Prints nothing of itself but by [#text()].
public final class InvitationCode {
  /// Numbers an invitation may have: 1 to this.
  static final int MAX_NUMBER = 999;

  /// Length of the secret.
  static final int SECRET_BYTES = 4;

  private static final String CONSONANTS = "bdfghjklmnprstvz";
  private static final String VOWELS = "aiou";
  private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,2})-(\\w{5})-(\\w{5})");
  private static final int MAX_TEXT = 64;

  private final int number;
  private final byte[] secret;

  InvitationCode(int number, byte[] secret) {
    if (number < 1 || number > MAX_NUMBER || secret.length != SECRET_BYTES) {
      throw new IllegalArgumentException("number must be 1..999 and the secret 4 bytes");
    }
    this.number = number;
    this.secret = secret.clone();
  }

  static InvitationCode create(int number, Entropy entropy) {
    return new InvitationCode(number, entropy.bytes(SECRET_BYTES));
  }

  /// Reads what a person typed: upper case and blanks around or instead of the dashes are allowed.
  ///
  /// @throws WireException if it has not the form of a code
  public static InvitationCode parse(String text) throws WireException {
    String plain =
        text.length() > MAX_TEXT
            ? ""
            : text.strip().toLowerCase(Locale.ROOT).replaceAll("[\\s-]+", "-");
    Matcher parts = FORM.matcher(plain);
    if (!parts.matches()) {
      throw new WireException("an invitation's code looks like 417-lusab-babad");
    }
    int high = word(parts.group(2));
    int low = word(parts.group(3));
    byte[] secret = {(byte) (high >> 8), (byte) high, (byte) (low >> 8), (byte) low};
    return new InvitationCode(Integer.parseInt(parts.group(1)), secret);
  }

  private static int word(String text) throws WireException {
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      String letters = i % 2 == 0 ? CONSONANTS : VOWELS;
      int digit = letters.indexOf(text.charAt(i));
      if (digit < 0) {
        throw new WireException("`" + text + "` is not a word of an invitation's code");
      }
      value = value * letters.length() + digit;
    }
    return value;
  }

  private static String word(int value) {
    StringBuilder text = new StringBuilder();
    int rest = value;
    for (int i = 4; i >= 0; i--) {
      String letters = i % 2 == 0 ? CONSONANTS : VOWELS;
      text.append(letters.charAt(rest % letters.length()));
      rest /= letters.length();
    }
    return text.reverse().toString();
  }

  /// The form [#parse] reads. A secret until it is used.
  public String text() {
    return number
        + "-"
        + word((secret[0] & 0xff) << 8 | (secret[1] & 0xff))
        + "-"
        + word((secret[2] & 0xff) << 8 | (secret[3] & 0xff));
  }

  int number() {
    return number;
  }

  byte[] exposeSecret() {
    return secret.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InvitationCode code
        && number == code.number
        && MessageDigest.isEqual(secret, code.secret);
  }

  @Override
  public int hashCode() {
    return number;
  }

  @Override
  public String toString() {
    return "InvitationCode(" + number + ")";
  }
}
