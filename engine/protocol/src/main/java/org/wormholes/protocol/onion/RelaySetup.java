package org.wormholes.protocol.onion;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.onion.SetupException.Kind;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;

/// A set-up packet with one hop's layer taken off, at the relay. See `spec/protocol/onion.md`,
/// sections 3 and 4.
public final class RelaySetup {
  private final @Nullable NodeId next;
  private final byte[] nextBody;
  private final byte[] early;
  private final HopKeys hop;
  private final byte[] clientShare;
  private final FreshShares shares;
  private @Nullable Reply reply;
  private boolean replied;

  /// What the way back needs.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Reply(byte[] key, Bytes freshShare, RelayLayer layer) {}

  private RelaySetup(
      @Nullable NodeId next,
      byte[] nextBody,
      byte[] early,
      HopKeys hop,
      byte[] clientShare,
      FreshShares shares) {
    this.next = next;
    this.nextBody = nextBody;
    this.early = early;
    this.hop = hop;
    this.clientShare = clientShare;
    this.shares = shares;
  }

  /// Takes our layer off the body of a SETUP cell.
  ///
  /// @param self our own name, which the keys are bound to
  /// @param entropy for the fresh share of our reply
  /// @throws SetupException if the packet is not for us, broken, or was here before
  public static RelaySetup peel(
      NodeId self, OnionKeyRing keys, ReplayCache replays, byte[] body, int offset, Entropy entropy)
      throws SetupException {
    return peel(self, keys, replays, body, offset, new FreshShares(entropy));
  }

  /// The same with shares that may have been made ahead.
  public static RelaySetup peel(
      NodeId self,
      OnionKeyRing keys,
      ReplayCache replays,
      byte[] body,
      int offset,
      FreshShares shares)
      throws SetupException {
    int keyId = BigEndian.i32(body, offset);
    OnionKeyPair key =
        keys.find(keyId)
            .orElseThrow(() -> new SetupException(Kind.STALE_KEY, "onion key is not held"));
    byte[] share = part(body, offset + SetupPacket.SHARE, offset + SetupPacket.KEM);
    try {
      HopKeys hop = agree(self, key, share, body, offset);
      byte[] plain = open(hop, body, offset);
      replays.add(keyId, hop.replayTag());
      return peeled(hop, share, plain, shares);
    } catch (SetupException e) {
      throw e;
    } catch (WireException e) {
      throw new SetupException(e);
    }
  }

  private static HopKeys agree(NodeId self, OnionKeyPair key, byte[] share, byte[] body, int offset)
      throws WireException {
    byte[] ciphertext = part(body, offset + SetupPacket.KEM, offset + SetupPacket.TAG);
    byte[] agreement = key.agree(share);
    byte[] secret = key.decapsulate(ciphertext);
    return HopKeys.derive(self, key.publicHash(), share, ciphertext, agreement, secret);
  }

  private static byte[] open(HopKeys hop, byte[] body, int offset) throws SetupException {
    byte[] sealed = new byte[SetupPacket.SEALED_BYTES + AesGcm.TAG_BYTES];
    System.arraycopy(body, offset + SetupPacket.SEALED, sealed, 0, SetupPacket.SEALED_BYTES);
    System.arraycopy(
        body, offset + SetupPacket.TAG, sealed, SetupPacket.SEALED_BYTES, AesGcm.TAG_BYTES);
    byte[] plain = new byte[SetupPacket.SEALED_BYTES];
    if (!AesGcm.openingOnce(hop.packetKey()).open(0, sealed, 0, sealed.length, plain, 0)) {
      throw new SetupException(Kind.BROKEN, "set-up packet does not open");
    }
    return plain;
  }

  private static RelaySetup peeled(HopKeys hop, byte[] share, byte[] plain, FreshShares shares)
      throws WireException {
    WireReader routing = new WireReader(plain, 0, SetupPacket.ROUTING);
    int kind = routing.u8();
    routing.zeros(1);
    int earlyLength = routing.u16();
    int nextKeyId = routing.i32();
    routing.zeros(8);
    byte[] node = routing.bytes(NodeId.BYTES);
    NodeId next = null;
    byte[] nextBody = new byte[0];
    byte[] early = new byte[0];
    switch (kind) {
      case SetupPacket.KIND_ONWARD -> {
        expectZero(earlyLength);
        next = NodeId.decode(node, 0);
        nextBody = nextBody(hop, plain, nextKeyId);
      }
      case SetupPacket.KIND_LAST -> {
        expectZero(nextKeyId);
        new WireReader(node).zeros(NodeId.BYTES);
        early = early(plain, earlyLength);
      }
      default -> throw new WireException("hop kind must be 1 or 2, was " + kind);
    }
    return new RelaySetup(next, nextBody, early, hop, share, shares);
  }

  /// Makes the fresh share and the keys that follow from it, most of the work of a set-up. A relay
  /// does it when the packet is on its way to the next hop; what needs it before does it then.
  public void prepareReply() {
    prepared();
  }

  private Reply prepared() {
    Reply known = reply;
    if (known == null) {
      FreshShares.Share own = shares.take();
      Bytes fresh = Bytes.of(own.share());
      RelayLayer layer = new RelayLayer(hop.layers(agreed(own.secret()), fresh));
      known = new Reply(hop.replyKey(), fresh, layer);
      reply = known;
      Arrays.fill(own.secret(), (byte) 0);
      hop.destroy();
    }
    return known;
  }

  private byte[] agreed(byte[] secret) {
    try {
      return X25519.agree(secret, clientShare);
    } catch (WireException e) {
      throw new IllegalStateException("the share was good for the first agreement", e);
    }
  }

  private static byte[] nextBody(HopKeys hop, byte[] plain, int nextKeyId) {
    byte[] body = new byte[SetupPacket.BYTES];
    int kept = SetupPacket.SEALED_BYTES - SetupPacket.ROUTING;
    BigEndian.putI32(body, 0, nextKeyId);
    System.arraycopy(plain, SetupPacket.ROUTING, body, SetupPacket.SHARE, kept);
    byte[] filler = SetupPacket.keyStream(hop.fillerKey(), SetupPacket.BLOCK);
    System.arraycopy(filler, 0, body, SetupPacket.SHARE + kept, SetupPacket.BLOCK);
    return body;
  }

  private static byte[] early(byte[] plain, int length) throws WireException {
    if (length > SetupPacket.earlyCapacity(1)) {
      throw new WireException("early payload must fit the packet, was " + length);
    }
    return part(plain, SetupPacket.ROUTING, SetupPacket.ROUTING + length);
  }

  private static void expectZero(int value) throws WireException {
    if (value != 0) {
      throw new WireException("unused routing field must be 0");
    }
  }

  private static byte[] part(byte[] array, int from, int until) {
    return Arrays.copyOfRange(array, from, until);
  }

  /// Whether we are the last hop.
  public boolean last() {
    return next == null;
  }

  /// The node to send [#nextBody()] to.
  ///
  /// @throws IllegalStateException at the last hop
  public NodeId next() {
    if (next == null) {
      throw new IllegalStateException("we are the last hop");
    }
    return next;
  }

  /// The body of the SETUP cell for the next node, 16,352 bytes; empty at the last hop.
  public byte[] nextBody() {
    return nextBody;
  }

  /// The client's early payload at the last hop, perhaps empty.
  public byte[] early() {
    return early;
  }

  /// Our layer for the cells after the set-up. To be used once the reply is on its way.
  public RelayLayer layer() {
    return prepared().layer();
  }

  /// Adds our layer to the reply of the next hop and writes the body for the previous one. Once.
  public void wrapReply(byte[] source, int offset, byte[] target, int targetOffset) {
    if (last()) {
      throw new IllegalStateException("the last hop seals a reply of its own");
    }
    System.arraycopy(
        source, offset + SetupPacket.REPLY_DROPPED, target, targetOffset, SetupPacket.REPLY_SHARE);
    finishReply(target, targetOffset);
  }

  /// Writes the reply of the last hop. Once.
  ///
  /// @param payload at most [ClientSetup#REPLY_CAPACITY] bytes for the client
  public void sealReply(byte[] payload, byte[] target, int targetOffset) {
    if (!last()) {
      throw new IllegalStateException("only the last hop seals a reply of its own");
    }
    if (payload.length > SetupPacket.REPLY_CAPACITY) {
      throw new IllegalArgumentException("reply payload must be 0..15968, was " + payload.length);
    }
    Arrays.fill(target, targetOffset, targetOffset + SetupPacket.REPLY_SHARE, (byte) 0);
    System.arraycopy(payload, 0, target, targetOffset + SetupPacket.REPLY_SLACK, payload.length);
    finishReply(target, targetOffset);
  }

  private void finishReply(byte[] target, int targetOffset) {
    if (replied) {
      throw new IllegalStateException("there is one reply to a set-up");
    }
    replied = true;
    Reply ready = prepared();
    ready.freshShare().copyTo(target, targetOffset + SetupPacket.REPLY_SHARE);
    AesGcm.sealingOnce(ready.key())
        .seal(0, target, targetOffset, SetupPacket.REPLY_PLAIN, target, targetOffset);
    Arrays.fill(ready.key(), (byte) 0);
  }
}
