package org.wormholes.protocol.noise;

import org.wormholes.protocol.crypto.Aead;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.WireException;

/// The ciphers with keys of 32 and tags of 16 bytes (Noise sections 12.3 and 12.4).
enum NoiseCipher {
  CHACHA_POLY {
    @Override
    byte[] nonce(long counter) {
      byte[] nonce = new byte[12];
      BigEndian.putI64(nonce, 4, Long.reverseBytes(counter));
      return nonce;
    }

    @Override
    Aead aead() {
      return Aead.CHACHA20_POLY1305;
    }
  },
  AES_GCM {
    @Override
    byte[] nonce(long counter) {
      byte[] nonce = new byte[12];
      BigEndian.putI64(nonce, 4, counter);
      return nonce;
    }

    @Override
    Aead aead() {
      return Aead.AES_GCM;
    }
  };

  static final int TAG_BYTES = 16;

  abstract byte[] nonce(long counter);

  abstract Aead aead();

  byte[] seal(byte[] key, long counter, byte[] aad, byte[] plaintext) {
    return aead().seal(key, nonce(counter), aad, plaintext);
  }

  byte[] open(byte[] key, long counter, byte[] aad, byte[] sealed) throws WireException {
    return aead()
        .open(key, nonce(counter), aad, sealed)
        .orElseThrow(() -> new WireException("handshake message does not open"));
  }
}
