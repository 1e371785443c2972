package org.wormholes.rulesets.gem;

import java.util.regex.Pattern;

/// Who signed a gem: an Ed25519 public key.
///
/// @param key 64 hexadecimal digits
public record Signer(String key) {
  private static final Pattern PLAIN = Pattern.compile("[0-9a-f]{64}");

  public Signer {
    if (!isValid(key)) {
      throw new IllegalArgumentException("a signer is 64 hexadecimal digits");
    }
  }

  static boolean isValid(String key) {
    return PLAIN.matcher(key).matches();
  }

  /// What people compare: half of the key's SHA-256, in groups of four.
  public String fingerprint() {
    String digest = Digests.sha256(java.util.HexFormat.of().parseHex(key)).substring(0, 32);
    return String.join("-", digest.split("(?<=\\G.{4})"));
  }
}
