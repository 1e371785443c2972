package org.wormholes.protocol.crypto;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.EncodedKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.KEM;
import javax.crypto.SecretKey;
import org.wormholes.protocol.wire.WireException;

/// The key encapsulation mechanism ML-KEM-768 (FIPS 203), on the JDK's.
public final class MlKem768 {
  public static final int PUBLIC_BYTES = 1_184;
  public static final int CIPHERTEXT_BYTES = 1_088;
  public static final int SECRET_BYTES = 32;

  /// Seed of a key pair: d, then z.
  public static final int SEED_BYTES = 64;

  private static final int EXPANDED_BYTES = 2_400;

  // What stands before the raw key in X.509 and PKCS #8, for id-alg-ml-kem-768.
  private static final byte[] X509_PREFIX =
      HexFormat.of().parseHex("308204b2300b0609608648016503040402038204a100");
  private static final byte[] PKCS8_PREFIX =
      HexFormat.of().parseHex("30820978020100300b060960864801650304040204820964" + "04820960");

  private MlKem768() {}

  /// What the sender of an encapsulation gets: 1,088 bytes for the wire, 32 bytes to keep.
  public static final class Encapsulation {
    private final byte[] ciphertext;
    private final byte[] secret;

    private Encapsulation(byte[] ciphertext, byte[] secret) {
      this.ciphertext = ciphertext;
      this.secret = secret;
    }

    public byte[] ciphertext() {
      return ciphertext;
    }

    public byte[] secret() {
      return secret;
    }
  }

  /// A key pair. The private half lives in the JDK's own type.
  public static final class Pair {
    final PrivateKey privateKey;
    private final KEM.Decapsulator decapsulator;
    private final byte[] publicKey;

    private Pair(PrivateKey privateKey, byte[] publicKey) throws GeneralSecurityException {
      this.privateKey = privateKey;
      this.decapsulator = kem().newDecapsulator(privateKey);
      this.publicKey = publicKey;
    }

    /// The 1,184 bytes of the public key, a copy.
    public byte[] publicKey() {
      return publicKey.clone();
    }

    /// The secret of 32 bytes. A ciphertext that was tampered with gives another secret, not an
    /// error (FIPS 203, implicit rejection).
    ///
    /// @throws WireException if the ciphertext has not 1,088 bytes
    public byte[] decapsulate(byte[] ciphertext) throws WireException {
      if (ciphertext.length != CIPHERTEXT_BYTES) {
        throw new WireException("ml-kem ciphertext must be 1088 bytes, was " + ciphertext.length);
      }
      try {
        return secret(decapsulator.decapsulate(ciphertext));
      } catch (GeneralSecurityException e) {
        throw lacking(e);
      }
    }
  }

  public static Pair create(Entropy entropy) {
    return ofSeed(entropy.bytes(SEED_BYTES));
  }

  /// The pair that follows from 64 bytes of seed.
  public static Pair ofSeed(byte[] seed) {
    if (seed.length != SEED_BYTES) {
      throw new IllegalArgumentException("ml-kem seed must be 64 bytes, was " + seed.length);
    }
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("ML-KEM-768");
      generator.initialize(-1, EntropyRandom.replaying(seed));
      KeyPair pair = generator.generateKeyPair();
      byte[] encoded = pair.getPublic().getEncoded();
      return new Pair(
          pair.getPrivate(), Arrays.copyOfRange(encoded, X509_PREFIX.length, encoded.length));
    } catch (GeneralSecurityException e) {
      throw lacking(e);
    }
  }

  /// A fresh secret for the holder of a public key.
  ///
  /// @throws WireException if the public key has the wrong length or a coefficient out of range
  public static Encapsulation encapsulate(byte[] publicKey, Entropy entropy) throws WireException {
    if (publicKey.length != PUBLIC_BYTES) {
      throw new WireException("ml-kem public key must be 1184 bytes, was " + publicKey.length);
    }
    try {
      KEM.Encapsulated result =
          kem().newEncapsulator(decodePublic(publicKey), new EntropyRandom(entropy)).encapsulate();
      return new Encapsulation(result.encapsulation(), secret(result.key()));
    } catch (GeneralSecurityException e) {
      throw new WireException("ml-kem public key is not valid", e);
    }
  }

  /// The pair of an expanded private key of 2,400 bytes, which holds its public key and a hash.
  ///
  /// @throws WireException if length or hash is wrong
  static Pair ofExpanded(byte[] expanded) throws WireException {
    if (expanded.length != EXPANDED_BYTES) {
      throw new WireException("ml-kem private key must be 2400 bytes, was " + expanded.length);
    }
    try {
      EncodedKeySpec spec = new PKCS8EncodedKeySpec(joined(PKCS8_PREFIX, expanded));
      PrivateKey key = KeyFactory.getInstance("ML-KEM-768").generatePrivate(spec);
      return new Pair(key, Arrays.copyOfRange(expanded, 1_152, 1_152 + PUBLIC_BYTES));
    } catch (GeneralSecurityException e) {
      throw new WireException("ml-kem private key is not valid", e);
    }
  }

  private static PublicKey decodePublic(byte[] raw) throws GeneralSecurityException {
    return KeyFactory.getInstance("ML-KEM-768")
        .generatePublic(new X509EncodedKeySpec(joined(X509_PREFIX, raw)));
  }

  private static byte[] joined(byte[] prefix, byte[] raw) {
    byte[] out = Arrays.copyOf(prefix, prefix.length + raw.length);
    System.arraycopy(raw, 0, out, prefix.length, raw.length);
    return out;
  }

  private static KEM kem() throws GeneralSecurityException {
    return KEM.getInstance("ML-KEM-768");
  }

  private static byte[] secret(SecretKey key) {
    return key.getEncoded();
  }

  private static IllegalStateException lacking(GeneralSecurityException e) {
    return new IllegalStateException("this JDK lacks ML-KEM-768", e);
  }
}
