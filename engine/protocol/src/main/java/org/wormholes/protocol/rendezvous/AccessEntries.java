package org.wormholes.protocol.rendezvous;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.Hkdf;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// One key, sealed to each client on a service's access list. Entries that are nobody's fill the
/// list up, so that its length says little. See `spec/protocol/rendezvous.md`, section 3.3.
final class AccessEntries {
  /// Clients on one list.
  static final int MAX_CLIENTS = 128;

  /// The list is filled up to a multiple of this.
  private static final int ROUND = 16;

  private static final int TAG = 8;
  private static final int KEY = 32;
  private static final int SEALED = KEY + AesGcm.TAG_BYTES;
  private static final int ENTRY = TAG + SEALED;

  /// The longest [#seal].
  static final int MAX_BYTES = X25519.KEY_BYTES + 1 + MAX_CLIENTS * ENTRY;

  private AccessEntries() {}

  static byte[] seal(
      ServiceCredential credential,
      byte[] salt,
      byte[] key,
      Collection<NodeId> clients,
      Entropy entropy) {
    byte[] secret = X25519.createPrivate(entropy);
    List<byte[]> entries = new ArrayList<>();
    for (NodeId client : clients) {
      entries.add(entry(credential, salt, key, secret, client));
    }
    while (entries.size() % ROUND != 0) {
      entries.add(entropy.bytes(ENTRY));
    }
    entries.sort(Arrays::compareUnsigned);
    var out = new WireWriter(MAX_BYTES).bytes(X25519.publicOf(secret)).u8(entries.size());
    entries.forEach(out::bytes);
    Arrays.fill(secret, (byte) 0);
    return out.toArray();
  }

  private static byte[] entry(
      ServiceCredential credential, byte[] salt, byte[] key, byte[] secret, NodeId client) {
    byte[] shared;
    try {
      shared = X25519.agree(secret, client.agreementKey());
    } catch (WireException e) {
      throw new IllegalArgumentException("a client's key must be of the prime order group", e);
    }
    byte[] material = material(credential, salt, shared);
    byte[] out = Arrays.copyOf(material, ENTRY);
    AesGcm.sealing(Arrays.copyOfRange(material, TAG, TAG + KEY)).seal(0, key, 0, KEY, out, TAG);
    return out;
  }

  /// Reads the list and finds our entry in it.
  ///
  /// @return the key; empty if there is no entry for this client
  static Optional<byte[]> open(
      ServiceCredential credential, byte[] salt, WireReader in, Optional<NodeKey> client)
      throws WireException {
    byte[] share = in.bytes(X25519.KEY_BYTES);
    int count = in.u8();
    if (count > MAX_CLIENTS) {
      throw new WireException("access list must have 0..128 entries, has " + count);
    }
    byte[] entries = in.bytes(count * ENTRY);
    if (client.isEmpty()) {
      return Optional.empty();
    }
    byte[] material = material(credential, salt, client.get().agree(share));
    byte[] tag = Arrays.copyOf(material, TAG);
    AesGcm opening = AesGcm.opening(Arrays.copyOfRange(material, TAG, TAG + KEY));
    byte[] key = new byte[KEY];
    for (int at = 0; at < entries.length; at += ENTRY) {
      if (MessageDigest.isEqual(tag, Arrays.copyOfRange(entries, at, at + TAG))
          && opening.open(0, entries, at + TAG, SEALED, key, 0)) {
        return Optional.of(key);
      }
    }
    return Optional.empty();
  }

  private static byte[] material(ServiceCredential credential, byte[] salt, byte[] shared) {
    byte[] prk = Hkdf.extract(credential.secret(), shared);
    byte[] info = ServiceCredential.labelled(Labels.RENDEZVOUS_ACCESS, salt);
    return Hkdf.expand(prk, info, TAG + KEY);
  }
}
