package org.wormholes.protocol.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.KeyAgreement;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.conscrypt.Conscrypt;
import org.wormholes.protocol.wire.WireException;

/// Who computes agreements on Curve25519. Keys have 32 bytes; an agreement that ends in zero is
/// refused.
@FunctionalInterface
interface Agreement {
  byte[] agree(byte[] privateKey, byte[] publicKey) throws WireException;

  /// BoringSSL where it can be loaded, else Java.
  static Agreement best() {
    return Best.AGREEMENT;
  }

  static Agreement inJava() {
    return (privateKey, publicKey) -> {
      byte[] out = new byte[X25519.POINT_SIZE];
      if (!X25519.calculateAgreement(privateKey, 0, publicKey, 0, out, 0)) {
        throw lowOrder();
      }
      return out;
    };
  }

  /// BoringSSL's, through Conscrypt: half the time of Java's, and as fast for the first set-up as
  /// for the thousandth. Empty where Conscrypt has no native library for this machine.
  static Optional<Agreement> inBoringSsl() {
    try {
      Provider provider = Conscrypt.newProvider();
      KeyFactory keys = KeyFactory.getInstance("XDH", provider);
      return Optional.of((privateKey, publicKey) -> agree(provider, keys, privateKey, publicKey));
    } catch (GeneralSecurityException | LinkageError absent) {
      return Optional.empty();
    }
  }

  private static byte[] agree(
      Provider provider, KeyFactory keys, byte[] privateKey, byte[] publicKey)
      throws WireException {
    byte[] secret = Encoded.joined(Encoded.PKCS8_PREFIX, privateKey);
    try {
      KeyAgreement agreement = KeyAgreement.getInstance("XDH", provider);
      agreement.init(keys.generatePrivate(new PKCS8EncodedKeySpec(secret)));
      byte[] share = Encoded.joined(Encoded.X509_PREFIX, publicKey);
      var _ = agreement.doPhase(keys.generatePublic(new X509EncodedKeySpec(share)), true);
      return agreement.generateSecret();
    } catch (InvalidKeyException e) {
      throw lowOrder();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Conscrypt lacks X25519", e);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private static WireException lowOrder() {
    return new WireException("x25519 public key is of low order");
  }

  /// Raw keys of id-X25519 as JCA wants them (RFC 8410).
  final class Encoded {
    static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b656e032100");
    static final byte[] PKCS8_PREFIX = HexFormat.of().parseHex("302e020100300506032b656e04220420");

    private Encoded() {}

    static byte[] joined(byte[] prefix, byte[] raw) {
      byte[] out = Arrays.copyOf(prefix, prefix.length + raw.length);
      System.arraycopy(raw, 0, out, prefix.length, raw.length);
      return out;
    }
  }

  /// Loaded when the first agreement is asked for.
  final class Best {
    static final Agreement AGREEMENT = inBoringSsl().orElseGet(Agreement::inJava);

    private Best() {}
  }
}
