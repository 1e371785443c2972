package org.wormholes.protocol.link;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.noise.CipherState;
import org.wormholes.protocol.noise.HandshakeState;
import org.wormholes.protocol.noise.NoiseProtocol;
import org.wormholes.protocol.wire.ByteSink;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// How two neighbours come to share keys: three messages of fixed size, after which there is a
/// [LinkSession]. See `spec/protocol/link.md`, sections 2 and 3.
///
/// The initiator calls [#start], then both call [#receive] with what the carrier brings until
/// [#done()]; bytes that follow the handshake are left in the buffer for the session.
///
/// | state | input | output | next |
/// |---|---|---|---|
/// | initiator, new | start | message 1 | waits for message 2 |
/// | initiator, waits | message 2 | message 3 | done |
/// | responder, new | message 1 | message 2 | waits for message 3 |
/// | responder, waits | message 3 | | done |
/// | any | a wrong message | WireException | dead |
///
/// A responder holds at most one message and does one handshake's work, whatever it is sent.
public final class LinkHandshake {
  /// Length of message 1, initiator to responder.
  public static final int MESSAGE_1 = 1_280;

  /// Length of message 2, responder to initiator.
  public static final int MESSAGE_2 = 1_280;

  /// Length of message 3, initiator to responder.
  public static final int MESSAGE_3 = 128;

  /// The version of the link protocol spoken here.
  public static final int VERSION = 1;

  static final String PROTOCOL = "Noise_XKhfs_25519+MLKEM768_AESGCM_SHA256";

  private static final NoiseProtocol NOISE = NoiseProtocol.of(PROTOCOL);
  private static final int PAYLOAD_1 = 32;
  private static final int PAYLOAD_2 = 128;
  private static final int PAYLOAD_3 = 64;
  private static final int ANONYMOUS = 0;
  private static final int NAMED = 1;

  private enum Phase {
    NEW,
    AWAITS_1,
    AWAITS_2,
    AWAITS_3,
    DONE,
    DEAD
  }

  private final boolean initiator;
  private final @Nullable NodeKey self;
  private final HandshakeState noise;
  private final byte[] message = new byte[Math.max(MESSAGE_1, MESSAGE_2)];
  private int filled;
  private Phase phase;
  private @Nullable NodeId peer;
  private @Nullable LinkSession session;

  private LinkHandshake(@Nullable NodeKey self, @Nullable NodeId peer, Entropy entropy) {
    this.initiator = peer != null;
    this.self = self;
    this.peer = peer;
    this.phase = initiator ? Phase.NEW : Phase.AWAITS_1;
    byte[] localStatic = self == null ? X25519.createPrivate(entropy) : self.exposeAgreementKey();
    byte[] remoteStatic = peer == null ? null : peer.agreementKey();
    this.noise =
        new HandshakeState(
            NOISE, initiator, Labels.LINK, localStatic, remoteStatic, List.of(), entropy);
  }

  /// A client without a name: its static key is thrown away.
  public static LinkHandshake initiator(NodeId peer, Entropy entropy) {
    return new LinkHandshake(null, peer, entropy);
  }

  /// A node that proves its identity to the peer.
  public static LinkHandshake initiator(NodeKey self, NodeId peer, Entropy entropy) {
    return new LinkHandshake(self, peer, entropy);
  }

  public static LinkHandshake responder(NodeKey self, Entropy entropy) {
    return new LinkHandshake(self, null, entropy);
  }

  /// The initiator's first message.
  public void start(ByteSink out) {
    if (phase != Phase.NEW) {
      throw new IllegalStateException("only a new initiator starts");
    }
    byte[] payload = new WireWriter(PAYLOAD_1).u8(VERSION).u8(VERSION).zeros(30).toArray();
    try {
      send(payload, out);
    } catch (WireException e) {
      throw new IllegalStateException("a node id has a usable agreement key", e);
    }
    phase = Phase.AWAITS_2;
  }

  /// Takes bytes until the handshake is done, and writes what is to be answered.
  ///
  /// @throws WireException if the peer is not who it should be or breaks the protocol; close the
  ///   carrier without a word
  public void receive(ByteBuffer in, ByteSink out) throws WireException {
    try {
      while (expectedBytes() > 0 && fill(in)) {
        byte[] payload = noise.read(Arrays.copyOf(message, filled));
        filled = 0;
        hear(new WireReader(payload), out);
      }
    } catch (WireException e) {
      phase = Phase.DEAD;
      throw e;
    }
  }

  public boolean done() {
    return phase == Phase.DONE;
  }

  /// The session of a handshake that is done.
  ///
  /// @throws IllegalStateException if not done
  public LinkSession session() {
    if (session == null) {
      throw new IllegalStateException("handshake is not done");
    }
    return session;
  }

  /// The node that the peer proved to be; empty before the end, and for a client without a name.
  public Optional<NodeId> peer() {
    return done() ? Optional.ofNullable(peer) : Optional.empty();
  }

  private int expectedBytes() {
    return switch (phase) {
      case AWAITS_1 -> MESSAGE_1;
      case AWAITS_2 -> MESSAGE_2;
      case AWAITS_3 -> MESSAGE_3;
      case NEW, DONE, DEAD -> 0;
    };
  }

  private boolean fill(ByteBuffer in) {
    int part = Math.min(expectedBytes() - filled, in.remaining());
    in.get(message, filled, part);
    filled += part;
    return filled == expectedBytes();
  }

  private void hear(WireReader payload, ByteSink out) throws WireException {
    switch (phase) {
      case AWAITS_1 -> {
        hearVersions(payload);
        send(new WireWriter(PAYLOAD_2).u8(VERSION).zeros(PAYLOAD_2 - 1).toArray(), out);
        phase = Phase.AWAITS_3;
      }
      case AWAITS_2 -> {
        hearVersion(payload);
        send(introduction(), out);
        finish();
      }
      case AWAITS_3 -> {
        hearIntroduction(payload);
        finish();
      }
      case NEW, DONE, DEAD -> throw new IllegalStateException("nothing is expected now");
    }
  }

  private void hearVersions(WireReader payload) throws WireException {
    int lowest = payload.u8();
    int highest = payload.u8();
    if (lowest > VERSION || highest < VERSION) {
      throw new WireException("expected link version 1, peer has " + lowest + ".." + highest);
    }
    payload.zeros(payload.remaining());
  }

  private void hearVersion(WireReader payload) throws WireException {
    int version = payload.u8();
    if (version != VERSION) {
      throw new WireException("expected link version 1, peer chose " + version);
    }
    payload.zeros(payload.remaining());
  }

  private byte[] introduction() {
    WireWriter payload = new WireWriter(PAYLOAD_3);
    if (self == null) {
      return payload.zeros(PAYLOAD_3).toArray();
    }
    return payload.u8(NAMED).zeros(3).bytes(self.id().key()).zeros(28).toArray();
  }

  private void hearIntroduction(WireReader payload) throws WireException {
    int kind = payload.u8();
    payload.zeros(3);
    switch (kind) {
      case ANONYMOUS -> payload.zeros(NodeId.BYTES);
      case NAMED -> peer = proven(NodeId.decode(payload.bytes(NodeId.BYTES), 0));
      default -> throw new WireException("introduction must be 0 or 1, was " + kind);
    }
    payload.zeros(28);
    payload.end();
  }

  /// link.md 3.3: the static key of the handshake must be the image of the name that is claimed.
  private NodeId proven(NodeId claimed) throws WireException {
    if (!Arrays.equals(claimed.agreementKey(), noise.remoteStatic())) {
      throw new WireException("peer claims a name that is not its own");
    }
    return claimed;
  }

  private void send(byte[] payload, ByteSink out) throws WireException {
    byte[] sealed = noise.write(payload);
    out.write(sealed, 0, sealed.length);
  }

  private void finish() {
    Bytes binding = Bytes.of(noise.transcript());
    CipherState[] states = noise.split();
    byte[] first = states[0].exposeKey();
    byte[] second = states[1].exposeKey();
    session =
        initiator
            ? new LinkSession(true, peer, binding, first, second)
            : new LinkSession(false, peer, binding, second, first);
    phase = Phase.DONE;
  }
}
