package org.wormholes.rules.codec;

/// Signs rule files; whoever holds the key implements it.
public interface RuleSigner {
  /// The Ed25519 public key, 32 bytes.
  byte[] publicKey();

  /// The Ed25519 signature of the message, 64 bytes.
  byte[] sign(byte[] message);
}
