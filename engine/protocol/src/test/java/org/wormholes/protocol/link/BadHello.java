package org.wormholes.protocol.link;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.wormholes.protocol.crypto.Aead;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.crypto.Hkdf;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.MlKem768;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.wire.WireException;

/// A first message, by hand, from a client that holds the protocol but not its keys.
final class BadHello {
  private BadHello() {}

  /// With an ML-KEM public key whose coefficients are out of range.
  static byte[] to(NodeId responder, Entropy entropy) {
    byte[] name = LinkHandshake.PROTOCOL.getBytes(StandardCharsets.US_ASCII);
    byte[] chain = Hash.sha256(name);
    byte[] secret = X25519.createPrivate(entropy);
    byte[] share = X25519.publicOf(secret);
    byte[] transcript = Hash.sha256(chain, Labels.LINK);
    transcript = Hash.sha256(transcript, responder.agreementKey());
    transcript = Hash.sha256(transcript, share);
    byte[] keys = Hkdf.expand(Hkdf.extract(chain, agreed(secret, responder)), new byte[0], 64);
    byte[] key = Arrays.copyOfRange(keys, 32, 64);
    byte[] encapsulation = new byte[MlKem768.PUBLIC_BYTES];
    Arrays.fill(encapsulation, (byte) 0xff);
    byte[] sealed = Aead.AES_GCM.seal(key, new byte[12], transcript, encapsulation);
    transcript = Hash.sha256(transcript, sealed);
    byte[] payload = new byte[32];
    payload[0] = 1;
    payload[1] = 1;
    byte[] second = new byte[12];
    second[11] = 1;
    return ByteBuffer.allocate(LinkHandshake.MESSAGE_1)
        .put(share)
        .put(sealed)
        .put(Aead.AES_GCM.seal(key, second, transcript, payload))
        .array();
  }

  private static byte[] agreed(byte[] secret, NodeId responder) {
    try {
      return X25519.agree(secret, responder.agreementKey());
    } catch (WireException e) {
      throw new AssertionError(e);
    }
  }
}
