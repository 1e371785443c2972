package org.wormholes.protocol.onion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.MlKem768;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// A circuit that the client is building: one packet out, one reply back, in one round trip. See
/// `spec/protocol/onion.md`, sections 3 and 4.
public final class ClientSetup {
  /// Bytes of payload that a reply can bring from the last hop.
  public static final int REPLY_CAPACITY = SetupPacket.REPLY_CAPACITY;

  private final List<Hop> hops;
  private final byte[] slackKey;
  private final byte[] packet;
  private byte @Nullable [] replyPayload;
  private boolean used;

  private ClientSetup(List<Hop> hops, byte[] slackKey, byte[] packet) {
    this.hops = hops;
    this.slackKey = slackKey;
    this.packet = packet;
  }

  /// Bytes that can travel with the set-up packet to the last hop: 12,796 for 3 hops.
  ///
  /// @param hops 1 to 8
  public static int earlyCapacity(int hops) {
    checkHops(hops);
    return SetupPacket.earlyCapacity(hops);
  }

  /// Makes the packet.
  ///
  /// @param path 1 to 8 hops, nearest first
  /// @param early payload for the last hop, at most [#earlyCapacity]; it is only as forward secret
  ///   as the relays' onion keys
  /// @throws WireException if a relay published a key that is not valid
  public static ClientSetup build(List<HopKey> path, byte[] early, Entropy entropy)
      throws WireException {
    checkHops(path.size());
    if (early.length > earlyCapacity(path.size())) {
      throw new IllegalArgumentException(
          "early payload must be 0.." + earlyCapacity(path.size()) + ", was " + early.length);
    }
    List<Hop> hops = new ArrayList<>();
    for (HopKey hop : path) {
      hops.add(Hop.create(hop, entropy));
    }
    byte[] paddingKey = entropy.bytes(AesGcm.KEY_BYTES);
    byte[] slackKey = entropy.bytes(AesGcm.KEY_BYTES);
    return new ClientSetup(hops, slackKey, packet(hops, early, paddingKey));
  }

  private static void checkHops(int hops) {
    if (hops < 1 || hops > Cells.MAX_HOPS) {
      throw new IllegalArgumentException("path must have 1..8 hops, was " + hops);
    }
  }

  /// The body of the SETUP cell, 16,352 bytes.
  public byte[] packet() {
    return packet.clone();
  }

  public int hops() {
    return hops.size();
  }

  /// Opens the body of the SETUP_REPLY cell and makes the circuit's layers. To be called once; the
  /// set-up's secrets are gone afterwards, also when it fails.
  ///
  /// @throws WireException if a hop's part does not open; the message names the hop
  public ClientOnion finish(byte[] reply, int offset) throws WireException {
    if (used) {
      throw new IllegalStateException("set-up is finished already");
    }
    used = true;
    try {
      return new ClientOnion(openReply(reply, offset), slackKey);
    } finally {
      hops.forEach(Hop::destroy);
    }
  }

  /// What the last hop sent along, [#REPLY_CAPACITY] bytes, zeros where it sent less. After
  /// [#finish].
  public byte[] replyPayload() {
    if (replyPayload == null) {
      throw new IllegalStateException("no reply yet");
    }
    return replyPayload;
  }

  // onion.md 3.3.
  private static byte[] packet(List<Hop> hops, byte[] early, byte[] paddingKey) {
    byte[] sealed = sealLast(hops, early, paddingKey);
    for (int i = hops.size() - 2; i >= 0; i--) {
      sealed = sealOnward(hops.get(i), hops.get(i + 1), sealed);
    }
    byte[] packet = new byte[SetupPacket.BYTES];
    BigEndian.putI32(packet, 0, hops.getFirst().key.key().id());
    hops.getFirst().copyTo(packet, SetupPacket.SHARE);
    System.arraycopy(sealed, SetupPacket.SEALED_BYTES, packet, SetupPacket.TAG, AesGcm.TAG_BYTES);
    System.arraycopy(sealed, 0, packet, SetupPacket.SEALED, SetupPacket.SEALED_BYTES);
    return packet;
  }

  /// Ciphertext, then tag, of the last hop.
  private static byte[] sealLast(List<Hop> hops, byte[] early, byte[] paddingKey) {
    byte[] plain = new byte[SetupPacket.SEALED_BYTES];
    plain[0] = SetupPacket.KIND_LAST;
    BigEndian.putU16(plain, 2, early.length);
    System.arraycopy(early, 0, plain, SetupPacket.ROUTING, early.length);
    byte[] tail = tail(hops);
    int from = SetupPacket.ROUTING + early.length;
    int until = plain.length - tail.length;
    System.arraycopy(SetupPacket.keyStream(paddingKey, until - from), 0, plain, from, until - from);
    System.arraycopy(tail, 0, plain, until, tail.length);
    return hops.getLast().seal(plain);
  }

  /// What the fillers of all hops before the last become in the last hop's plaintext.
  private static byte[] tail(List<Hop> hops) {
    byte[] tail = new byte[0];
    for (int i = 0; i < hops.size(); i++) {
      byte[] stream = SetupPacket.keyStream(hops.get(i).keys.packetKey(), SetupPacket.SEALED_BYTES);
      SetupPacket.mask(tail, 0, stream, stream.length - tail.length, tail.length);
      if (i < hops.size() - 1) {
        int length = tail.length;
        tail = Arrays.copyOf(tail, length + SetupPacket.BLOCK);
        byte[] filler = SetupPacket.keyStream(hops.get(i).keys.fillerKey(), SetupPacket.BLOCK);
        System.arraycopy(filler, 0, tail, length, SetupPacket.BLOCK);
      }
    }
    return tail;
  }

  private static byte[] sealOnward(Hop hop, Hop next, byte[] nextSealed) {
    byte[] plain = new byte[SetupPacket.SEALED_BYTES];
    plain[0] = SetupPacket.KIND_ONWARD;
    BigEndian.putI32(plain, 4, next.key.key().id());
    next.key.node().key().copyTo(plain, SetupPacket.NEXT_NODE);
    next.copyTo(plain, SetupPacket.ROUTING);
    System.arraycopy(
        nextSealed,
        SetupPacket.SEALED_BYTES,
        plain,
        SetupPacket.BLOCK - AesGcm.TAG_BYTES,
        AesGcm.TAG_BYTES);
    System.arraycopy(
        nextSealed, 0, plain, SetupPacket.BLOCK, SetupPacket.SEALED_BYTES - SetupPacket.BLOCK);
    return hop.seal(plain);
  }

  // onion.md 4.3.
  private List<LayerKeys> openReply(byte[] reply, int offset) throws WireException {
    byte[][] dropped = dropped();
    byte[] body = Arrays.copyOfRange(reply, offset, offset + SetupPacket.BYTES);
    List<LayerKeys> layers = new ArrayList<>();
    byte[] plain = body;
    for (int i = 0; i < hops.size(); i++) {
      plain = hops.get(i).openReply(i + 1, body);
      layers.add(hops.get(i).layers(i + 1, plain));
      if (i < hops.size() - 1) {
        body = new byte[SetupPacket.BYTES];
        System.arraycopy(dropped[i + 1], 0, body, 0, SetupPacket.REPLY_DROPPED);
        System.arraycopy(plain, 0, body, SetupPacket.REPLY_DROPPED, SetupPacket.REPLY_SHARE);
      }
    }
    replyPayload = Arrays.copyOfRange(plain, SetupPacket.REPLY_SLACK, SetupPacket.REPLY_SHARE);
    return layers;
  }

  /// For each hop but the first, the 48 bytes of its body that the hop before it dropped.
  private byte[][] dropped() {
    byte[][] dropped = new byte[hops.size()][];
    byte[] slack = new byte[(hops.size() - 1) * SetupPacket.REPLY_DROPPED];
    for (int i = hops.size() - 1; i > 0; i--) {
      int length = i * SetupPacket.REPLY_DROPPED;
      byte[] stream = SetupPacket.keyStream(hops.get(i).keys.replyKey(), length);
      SetupPacket.mask(slack, 0, stream, 0, length);
      dropped[i] = Arrays.copyOf(slack, SetupPacket.REPLY_DROPPED);
      slack = Arrays.copyOfRange(slack, SetupPacket.REPLY_DROPPED, length);
    }
    return dropped;
  }

  /// The client's side of one hop.
  private static final class Hop {
    final HopKey key;
    final byte[] secret;
    final byte[] share;
    final byte[] ciphertext;
    final HopKeys keys;

    Hop(HopKey key, byte[] secret, byte[] share, byte[] ciphertext, HopKeys keys) {
      this.key = key;
      this.secret = secret;
      this.share = share;
      this.ciphertext = ciphertext;
      this.keys = keys;
    }

    static Hop create(HopKey key, Entropy entropy) throws WireException {
      byte[] secret = X25519.createPrivate(entropy);
      byte[] share = X25519.publicOf(secret);
      byte[] agreement = X25519.agree(secret, key.key().agreement().toArray());
      var encapsulation = MlKem768.encapsulate(key.key().encapsulation().toArray(), entropy);
      HopKeys keys =
          HopKeys.derive(
              key.node(),
              HopKeys.hash(key.key()),
              share,
              encapsulation.ciphertext(),
              agreement,
              encapsulation.secret());
      return new Hop(key, secret, share, encapsulation.ciphertext(), keys);
    }

    void copyTo(byte[] target, int offset) {
      System.arraycopy(share, 0, target, offset, share.length);
      System.arraycopy(ciphertext, 0, target, offset + share.length, ciphertext.length);
    }

    byte[] seal(byte[] plain) {
      byte[] sealed = new byte[plain.length + AesGcm.TAG_BYTES];
      AesGcm.sealing(keys.packetKey()).seal(0, plain, 0, plain.length, sealed, 0);
      return sealed;
    }

    byte[] openReply(int number, byte[] body) throws WireException {
      byte[] plain = new byte[SetupPacket.REPLY_PLAIN];
      if (!AesGcm.openingOnce(keys.replyKey()).open(0, body, 0, body.length, plain, 0)) {
        throw new WireException("set-up reply does not open at hop " + number);
      }
      return plain;
    }

    LayerKeys layers(int number, byte[] plain) throws WireException {
      Bytes fresh = Bytes.of(plain, SetupPacket.REPLY_SHARE, X25519.KEY_BYTES);
      try {
        return keys.layers(X25519.agree(secret, fresh.toArray()), fresh);
      } catch (WireException e) {
        throw new WireException("set-up reply has a bad share at hop " + number, e);
      }
    }

    void destroy() {
      Arrays.fill(secret, (byte) 0);
      keys.destroy();
    }
  }
}
