package org.wormholes.rules.codec;

/// Checks Ed25519 signatures.
@FunctionalInterface
public interface SignatureCheck {
  /// Whether the signature is the key's over the message. Never throws.
  boolean isValid(byte[] publicKey, byte[] message, byte[] signature);

  /// With what every Java has; keys of low order and keys in another spelling are refused.
  static SignatureCheck ofTheJdk() {
    return new JdkEd25519();
  }
}
