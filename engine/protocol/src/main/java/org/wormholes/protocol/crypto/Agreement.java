package org.wormholes.protocol.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Provider;
import java.util.Optional;
import javax.crypto.KeyAgreement;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.conscrypt.Conscrypt;
import org.conscrypt.OpenSSLX25519PrivateKey;
import org.conscrypt.OpenSSLX25519PublicKey;
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
      return Optional.of(new InBoringSsl(Conscrypt.newProvider()));
    } catch (GeneralSecurityException | LinkageError absent) {
      return Optional.empty();
    }
  }

  /// Raw keys, and one object a thread: looking one up costs as much as the agreement when caches
  /// are cold, as they are after a pause.
  final class InBoringSsl implements Agreement {
    private static final OpenSSLX25519PrivateKey NOBODYS =
        new OpenSSLX25519PrivateKey(new byte[X25519.POINT_SIZE]);

    private final Provider provider;
    private final ThreadLocal<KeyAgreement> perThread = ThreadLocal.withInitial(this::fresh);

    InBoringSsl(Provider provider) throws GeneralSecurityException {
      this.provider = provider;
      perThread.set(KeyAgreement.getInstance("XDH", provider));
    }

    private KeyAgreement fresh() {
      try {
        return KeyAgreement.getInstance("XDH", provider);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("Conscrypt lacks X25519", e);
      }
    }

    @Override
    public byte[] agree(byte[] privateKey, byte[] publicKey) throws WireException {
      OpenSSLX25519PrivateKey secret = new OpenSSLX25519PrivateKey(privateKey.clone());
      KeyAgreement agreement = perThread.get();
      try {
        agreement.init(secret);
        var _ = agreement.doPhase(new OpenSSLX25519PublicKey(publicKey), true);
        byte[] agreed = agreement.generateSecret();
        agreement.init(NOBODYS); // it would keep a copy of the secret
        return agreed;
      } catch (InvalidKeyException e) {
        throw lowOrder();
      } finally {
        secret.destroy();
      }
    }
  }

  private static WireException lowOrder() {
    return new WireException("x25519 public key is of low order");
  }

  /// Loaded when the first agreement is asked for.
  final class Best {
    static final Agreement AGREEMENT = inBoringSsl().orElseGet(Agreement::inJava);

    private Best() {}
  }
}
