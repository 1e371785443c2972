package org.wormholes.protocol.crypto;

import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Argon2id (RFC 9106) with 128 KiB, one pass and one lane: a fraction of a millisecond here, and
/// little faster on hardware that has no memory near.
public final class MemoryHard {
  public static final int KIBIBYTES = 128;

  private MemoryHard() {}

  /// The hash of an input.
  ///
  /// @param salt at least 8 bytes
  /// @return 8 bytes
  public static byte[] hash(byte[] input, byte[] salt) {
    var parameters =
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(KIBIBYTES)
            .withIterations(1)
            .withParallelism(1)
            .withSalt(salt)
            .build();
    var generator = new Argon2BytesGenerator();
    generator.init(parameters);
    byte[] out = new byte[8];
    generator.generateBytes(input, out);
    return out;
  }
}
