package org.wormholes.protocol.rendezvous;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.MlKem768;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.onion.OnionKeyPair;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// A service's half of an introduction: read in two steps, the cheap one before it waits in an
/// [IntroductionQueue]. See `spec/protocol/rendezvous.md`, section 6.
public final class ServiceIntroduction {
  private final NodeId relay;
  private final Bytes cookie;
  private final Optional<NodeId> client;
  private final byte[] share;
  private final IntroductionKeys keys;

  private ServiceIntroduction(
      NodeId relay, Bytes cookie, Optional<NodeId> client, byte[] share, IntroductionKeys keys) {
    this.relay = relay;
    this.cookie = cookie;
    this.client = client;
    this.share = share;
    this.keys = keys;
  }

  /// What stands before the sealed part, and is read without any key.
  ///
  /// @param share the client's X25519 share, 32 bytes
  public record Head(int keyId, Bytes share, Puzzle.Proof proof) {}

  /// Reads what stands before the sealed part.
  ///
  /// @throws WireException if the length or the effort is wrong
  public static Head head(byte[] message) throws WireException {
    if (message.length != ClientIntroduction.BYTES) {
      throw new WireException("introduction must be 1344 bytes, was " + message.length);
    }
    var in = new WireReader(message);
    int keyId = in.i32();
    Bytes share = Bytes.of(in.bytes(X25519.KEY_BYTES));
    in.bytes(MlKem768.CIPHERTEXT_BYTES);
    int effort = in.i32();
    if (effort < 0 || effort > Puzzle.MAX_EFFORT) {
      throw new WireException("effort must be 0..1000000, was " + Integer.toUnsignedString(effort));
    }
    return new Head(keyId, share, new Puzzle.Proof(effort, in.i64(), in.i64()));
  }

  /// Opens an introduction.
  ///
  /// @param pointKey the name we have at the relay it came from
  /// @throws WireException if it is not for us, not sound, or was here before
  public static ServiceIntroduction open(
      byte[] message,
      ServiceCredential credential,
      NodeId pointKey,
      OnionKeyPair key,
      ReplayMemory replays)
      throws WireException {
    Head head = head(message);
    if (head.keyId() != key.id()) {
      throw new WireException("introduction is for another key");
    }
    byte[] share = head.share().toArray();
    int kem = 4 + X25519.KEY_BYTES;
    byte[] ciphertext = Arrays.copyOfRange(message, kem, kem + MlKem768.CIPHERTEXT_BYTES);
    IntroductionKeys keys =
        IntroductionKeys.derive(
            credential,
            pointKey,
            key.publicKey(),
            share,
            ciphertext,
            key.agree(share),
            key.decapsulate(ciphertext));
    byte[] plain = new byte[ClientIntroduction.PLAIN];
    int sealed = ClientIntroduction.HEAD;
    if (!AesGcm.openingOnce(keys.packetKey())
        .open(0, message, sealed, message.length - sealed, plain, 0)) {
      throw new WireException("introduction does not open");
    }
    if (!replays.add(keys.replayTag())) {
      throw new WireException("introduction was here before, or too many were");
    }
    return read(new WireReader(plain), key, share, keys);
  }

  private static ServiceIntroduction read(
      WireReader in, OnionKeyPair key, byte[] share, IntroductionKeys keys) throws WireException {
    NodeId relay = NodeId.decode(in.bytes(NodeId.BYTES), 0);
    Bytes cookie = Bytes.of(in.bytes(ClientIntroduction.COOKIE_BYTES));
    int named = in.u8();
    Optional<NodeId> client = Optional.empty();
    if (named == 1) {
      NodeId claimed = NodeId.decode(in.bytes(NodeId.BYTES), 0);
      byte[] proof = keys.clientProof(key.agree(claimed.agreementKey()));
      if (!MessageDigest.isEqual(proof, in.bytes(proof.length))) {
        throw new WireException("client does not hold the key it names");
      }
      client = Optional.of(claimed);
    } else if (named != 0) {
      throw new WireException("client must be named by 0 or 1, was " + named);
    }
    in.zeros(in.remaining());
    return new ServiceIntroduction(relay, cookie, client, share, keys);
  }

  /// Where the client waits.
  public NodeId relay() {
    return relay;
  }

  /// Under which name it waits there.
  public Bytes cookie() {
    return cookie;
  }

  /// Who it is, if it says; it has shown that it holds the key.
  public Optional<NodeId> client() {
    return client;
  }

  /// What the service sends the client, and what covers their cells.
  ///
  /// @param answer [ClientIntroduction#ANSWER_BYTES] bytes
  public record Accepted(Bytes answer, EndLayer layer) {}

  /// Answers. Once.
  public Accepted accept(Entropy entropy) {
    byte[] secret = X25519.createPrivate(entropy);
    byte[] fresh = X25519.publicOf(secret);
    IntroductionKeys.Ends ends;
    try {
      ends = keys.ends(X25519.agree(secret, share), fresh);
    } catch (WireException e) {
      throw new IllegalStateException("the share was good for the first agreement", e);
    }
    Arrays.fill(secret, (byte) 0);
    byte[] answer =
        new WireWriter(ClientIntroduction.ANSWER_BYTES)
            .bytes(fresh)
            .bytes(ends.confirmation())
            .toArray();
    return new Accepted(Bytes.of(answer), new EndLayer(ends.toClient(), ends.toService()));
  }
}
