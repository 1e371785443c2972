package org.wormholes.protocol.rendezvous;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.MlKem768;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.onion.OnionPublicKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// A client's half of an introduction: what it leaves with an introduction point, and the keys that
/// follow from the service's answer. Used once. See `spec/protocol/rendezvous.md`, section 6.
public final class ClientIntroduction {
  /// Length of what is left with the introduction point.
  public static final int BYTES = 1_344;

  /// Length of the service's answer: its fresh share, then a confirmation.
  public static final int ANSWER_BYTES = X25519.KEY_BYTES + IntroductionKeys.CONFIRMATION_BYTES;

  /// Length of the cookie under which the ends meet.
  public static final int COOKIE_BYTES = 32;

  static final int HEAD = 4 + X25519.KEY_BYTES + MlKem768.CIPHERTEXT_BYTES + 4 + 8 + 8;
  static final int PLAIN = BYTES - HEAD - AesGcm.TAG_BYTES;

  private final byte[] secret;
  private final byte[] share;
  private final byte[] ciphertext;
  private final OnionPublicKey key;
  private final NodeId point;
  private final byte[] staticAgreement;
  private final IntroductionKeys keys;
  private final Optional<NodeKey> client;

  private ClientIntroduction(
      ServiceCredential credential,
      NodeId pointKey,
      OnionPublicKey key,
      Optional<NodeKey> client,
      Entropy entropy)
      throws WireException {
    this.key = key;
    this.client = client;
    point = pointKey;
    secret = X25519.createPrivate(entropy);
    share = X25519.publicOf(secret);
    MlKem768.Encapsulation sealed = MlKem768.encapsulate(key.encapsulation().toArray(), entropy);
    ciphertext = sealed.ciphertext();
    byte[] agreement = X25519.agree(secret, key.agreement().toArray());
    staticAgreement =
        client.isPresent() ? client.get().agree(key.agreement().toArray()) : new byte[0];
    keys =
        IntroductionKeys.derive(
            credential, pointKey, key, share, ciphertext, agreement, sealed.secret());
  }

  /// Draws the keys of an introduction.
  ///
  /// @param client our key, where the service has an access list
  /// @throws WireException if the service's keys are not usable
  public static ClientIntroduction create(
      ServiceCredential credential,
      NodeId pointKey,
      OnionPublicKey key,
      Optional<NodeKey> client,
      Entropy entropy)
      throws WireException {
    return new ClientIntroduction(credential, pointKey, key, client, entropy);
  }

  /// Does the work that a service asks for, perhaps for long.
  public Optional<Puzzle.Proof> work(Puzzle puzzle, int effort, long tries, Entropy entropy) {
    return effort == 0
        ? Optional.of(Puzzle.Proof.none())
        : puzzle.solve(point, Bytes.of(share), effort, tries, entropy);
  }

  /// What to leave with the introduction point, [#BYTES] long.
  ///
  /// @param relay where we wait for the service
  /// @param cookie 32 bytes we named to that relay
  public byte[] message(NodeId relay, Bytes cookie, Puzzle.Proof proof) {
    if (cookie.size() != COOKIE_BYTES) {
      throw new IllegalArgumentException("cookie must be 32 bytes, was " + cookie.size());
    }
    var plain = new WireWriter(PLAIN).bytes(relay.key()).bytes(cookie);
    if (client.isPresent()) {
      plain.u8(1).bytes(client.get().id().key()).bytes(keys.clientProof(staticAgreement));
    }
    plain.zeros(PLAIN - plain.size());
    var out =
        new WireWriter(BYTES)
            .i32(key.id())
            .bytes(share)
            .bytes(ciphertext)
            .i32(proof.effort())
            .i64(proof.head())
            .i64(proof.nonce());
    byte[] sealed = new byte[PLAIN + AesGcm.TAG_BYTES];
    AesGcm.sealing(keys.packetKey()).seal(0, plain.toArray(), 0, PLAIN, sealed, 0);
    return out.bytes(sealed).toArray();
  }

  /// What follows from the service's answer. Once.
  ///
  /// @throws WireException if it is not that service's answer to this introduction
  public EndLayer finish(byte[] answer) throws WireException {
    var in = new WireReader(answer);
    byte[] fresh = in.bytes(X25519.KEY_BYTES);
    byte[] confirmation = in.bytes(IntroductionKeys.CONFIRMATION_BYTES);
    in.end();
    IntroductionKeys.Ends ends = keys.ends(X25519.agree(secret, fresh), fresh);
    Arrays.fill(secret, (byte) 0);
    if (!MessageDigest.isEqual(confirmation, ends.confirmation())) {
      throw new WireException("the service's answer has a wrong confirmation");
    }
    return new EndLayer(ends.toService(), ends.toClient());
  }
}
