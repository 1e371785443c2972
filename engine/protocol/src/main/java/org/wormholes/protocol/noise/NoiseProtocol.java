package org.wormholes.protocol.noise;

/// A complete set of choices (Noise section 8), over Curve25519 and, for `hfs`, ML-KEM-768.
public final class NoiseProtocol {
  private final String name;
  private final Pattern pattern;
  private final NoiseCipher cipher;
  private final NoiseHash hash;

  private NoiseProtocol(String name, Pattern pattern, NoiseCipher cipher, NoiseHash hash) {
    this.name = name;
    this.pattern = pattern;
    this.cipher = cipher;
    this.hash = hash;
  }

  /// The protocol of this name.
  ///
  /// @param name such as `Noise_XKhfs_25519+MLKEM768_AESGCM_SHA256`
  /// @throws IllegalArgumentException if a part of the name is not supported
  public static NoiseProtocol of(String name) {
    String[] parts = name.split("_", -1);
    if (parts.length != 5 || !parts[0].equals("Noise")) {
      throw new IllegalArgumentException("not the name of a noise protocol: " + name);
    }
    Pattern pattern = Pattern.of(parts[1]);
    String agreement = pattern.has(Token.EKEM1) ? "25519+MLKEM768" : "25519";
    if (!parts[2].equals(agreement)) {
      throw new IllegalArgumentException("expected " + agreement + " in " + name);
    }
    return new NoiseProtocol(name, pattern, cipher(parts[3]), hash(parts[4]));
  }

  public String name() {
    return name;
  }

  Pattern pattern() {
    return pattern;
  }

  SymmetricState symmetricState() {
    return new SymmetricState(hash, cipher, name);
  }

  private static NoiseCipher cipher(String name) {
    return switch (name) {
      case "ChaChaPoly" -> NoiseCipher.CHACHA_POLY;
      case "AESGCM" -> NoiseCipher.AES_GCM;
      default -> throw new IllegalArgumentException("unknown cipher " + name);
    };
  }

  private static NoiseHash hash(String name) {
    return switch (name) {
      case "SHA256" -> NoiseHash.SHA256;
      case "BLAKE2s" -> NoiseHash.BLAKE2S;
      default -> throw new IllegalArgumentException("unknown hash " + name);
    };
  }

  @Override
  public String toString() {
    return name;
  }
}
