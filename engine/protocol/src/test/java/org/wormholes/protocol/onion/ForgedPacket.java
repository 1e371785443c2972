package org.wormholes.protocol.onion;

import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.MlKem768;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.WireException;

/// A set-up packet that opens at its relay and holds whatever the test wants.
final class ForgedPacket {
  private ForgedPacket() {}

  /// @param plain up to all that is sealed; the rest is zeros
  static byte[] of(NodeId node, OnionPublicKey key, byte[] plain, Entropy entropy)
      throws WireException {
    byte[] secret = X25519.createPrivate(entropy);
    byte[] share = X25519.publicOf(secret);
    var encapsulation = MlKem768.encapsulate(key.encapsulation().toArray(), entropy);
    HopKeys keys =
        HopKeys.derive(
            node,
            HopKeys.hash(key),
            share,
            encapsulation.ciphertext(),
            X25519.agree(secret, key.agreement().toArray()),
            encapsulation.secret());
    byte[] sealed = new byte[SetupPacket.SEALED_BYTES + AesGcm.TAG_BYTES];
    System.arraycopy(plain, 0, sealed, 0, plain.length);
    AesGcm.sealing(keys.packetKey()).seal(0, sealed, 0, SetupPacket.SEALED_BYTES, sealed, 0);
    byte[] packet = new byte[SetupPacket.BYTES];
    BigEndian.putI32(packet, 0, key.id());
    System.arraycopy(share, 0, packet, SetupPacket.SHARE, share.length);
    System.arraycopy(
        encapsulation.ciphertext(), 0, packet, SetupPacket.KEM, MlKem768.CIPHERTEXT_BYTES);
    System.arraycopy(sealed, SetupPacket.SEALED_BYTES, packet, SetupPacket.TAG, AesGcm.TAG_BYTES);
    System.arraycopy(sealed, 0, packet, SetupPacket.SEALED, SetupPacket.SEALED_BYTES);
    return packet;
  }
}
