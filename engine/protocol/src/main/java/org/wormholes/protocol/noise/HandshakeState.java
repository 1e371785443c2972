package org.wormholes.protocol.noise;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.MlKem768;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.wire.WireException;

/// One side of a handshake (Noise section 5.3). Messages are written and read in turn until
/// [#finished()]; then [#split()]. After a [WireException] the handshake is over.
public final class HandshakeState {
  private final boolean initiator;
  private final Entropy entropy;
  private final SymmetricState symmetric;
  private final Deque<byte[]> secrets;
  private final boolean mixesEphemerals;
  private final List<List<Token>> messages;
  private int turn;

  private byte @Nullable [] localStatic;
  private byte @Nullable [] localEphemeral;
  private byte @Nullable [] remoteStatic;
  private byte @Nullable [] remoteEphemeral;
  private MlKem768.@Nullable Pair localKem;
  private byte @Nullable [] remoteKem;

  /// @param localStatic private key, where the pattern needs one
  /// @param remoteStatic public key, where the pattern knows one before
  /// @param secrets pre-shared keys of 32 bytes, one for each psk of the pattern
  public HandshakeState(
      NoiseProtocol protocol,
      boolean initiator,
      byte[] prologue,
      byte @Nullable [] localStatic,
      byte @Nullable [] remoteStatic,
      List<byte[]> secrets,
      Entropy entropy) {
    Pattern pattern = protocol.pattern();
    this.initiator = initiator;
    this.entropy = entropy;
    this.localStatic = localStatic == null ? null : localStatic.clone();
    this.remoteStatic = remoteStatic;
    this.secrets = new ArrayDeque<>(secrets);
    this.mixesEphemerals = pattern.has(Token.PSK);
    this.messages = pattern.messages();
    this.symmetric = protocol.symmetricState();
    symmetric.mixHash(prologue);
    if (pattern.initiatorKnown()) {
      symmetric.mixHash(staticOf(initiator));
    }
    if (pattern.responderKnown()) {
      symmetric.mixHash(staticOf(!initiator));
    }
  }

  public boolean finished() {
    return turn == messages.size();
  }

  /// Our next message.
  ///
  /// @throws WireException if a key that the peer sent before is refused now that it is used
  public byte[] write(byte[] payload) throws WireException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Token token : nextMessage(true)) {
      write(token, out);
    }
    out.writeBytes(symmetric.encryptAndHash(payload));
    return out.toByteArray();
  }

  /// The payload of the peer's next message.
  ///
  /// @throws WireException if the message is cut, changed, or holds a key that is refused
  public byte[] read(byte[] message) throws WireException {
    Cut cut = new Cut(message);
    for (Token token : nextMessage(false)) {
      read(token, cut);
    }
    return symmetric.decryptAndHash(cut.rest());
  }

  /// Hash of the whole handshake (Noise section 11.2).
  public byte[] transcript() {
    return symmetric.transcript();
  }

  /// The peer's static public key, once it is known.
  public byte[] remoteStatic() {
    return present(remoteStatic).clone();
  }

  /// The initiator's sending state, then the responder's.
  public CipherState[] split() {
    if (!finished()) {
      throw new IllegalStateException("handshake is not finished");
    }
    CipherState[] states = symmetric.split();
    destroy();
    return states;
  }

  private List<Token> nextMessage(boolean writing) {
    if (finished() || ((turn % 2 == 0) == initiator) != writing) {
      throw new IllegalStateException("it is not our turn to " + (writing ? "write" : "read"));
    }
    return messages.get(turn++);
  }

  private void write(Token token, ByteArrayOutputStream out) throws WireException {
    switch (token) {
      case E -> {
        localEphemeral = X25519.createPrivate(entropy);
        byte[] publicKey = X25519.publicOf(localEphemeral);
        out.writeBytes(publicKey);
        mixEphemeral(publicKey);
      }
      case S -> out.writeBytes(symmetric.encryptAndHash(X25519.publicOf(present(localStatic))));
      case E1 -> {
        localKem = MlKem768.create(entropy);
        out.writeBytes(symmetric.encryptAndHash(localKem.publicKey()));
      }
      case EKEM1 -> {
        var encapsulation = MlKem768.encapsulate(present(remoteKem), entropy);
        out.writeBytes(symmetric.encryptAndHash(encapsulation.ciphertext()));
        symmetric.mixKey(encapsulation.secret());
      }
      case EE, ES, SE, SS, PSK -> mix(token);
    }
  }

  private void read(Token token, Cut cut) throws WireException {
    switch (token) {
      case E -> {
        remoteEphemeral = cut.next(X25519.KEY_BYTES);
        mixEphemeral(remoteEphemeral);
      }
      case S -> remoteStatic = symmetric.decryptAndHash(cut.next(sealed(X25519.KEY_BYTES)));
      case E1 -> remoteKem = symmetric.decryptAndHash(cut.next(sealed(MlKem768.PUBLIC_BYTES)));
      case EKEM1 -> {
        byte[] ciphertext = symmetric.decryptAndHash(cut.next(sealed(MlKem768.CIPHERTEXT_BYTES)));
        symmetric.mixKey(present(localKem).decapsulate(ciphertext));
      }
      case EE, ES, SE, SS, PSK -> mix(token);
    }
  }

  private void mixEphemeral(byte[] publicKey) {
    symmetric.mixHash(publicKey);
    // Noise section 9.2: with a pre-shared key the ephemeral keys randomize the encryption.
    if (mixesEphemerals) {
      symmetric.mixKey(publicKey);
    }
  }

  private void mix(Token token) throws WireException {
    switch (token) {
      case EE -> symmetric.mixKey(X25519.agree(present(localEphemeral), present(remoteEphemeral)));
      case SS -> symmetric.mixKey(X25519.agree(present(localStatic), present(remoteStatic)));
      case ES -> mixCrossed(initiator);
      case SE -> mixCrossed(!initiator);
      case PSK -> symmetric.mixKeyAndHash(secrets.removeFirst());
      case E, S, E1, EKEM1 -> throw new AssertionError(token);
    }
  }

  private void mixCrossed(boolean withOurEphemeral) throws WireException {
    symmetric.mixKey(
        withOurEphemeral
            ? X25519.agree(present(localEphemeral), present(remoteStatic))
            : X25519.agree(present(localStatic), present(remoteEphemeral)));
  }

  private byte[] staticOf(boolean ours) {
    return ours ? X25519.publicOf(present(localStatic)) : present(remoteStatic);
  }

  private int sealed(int length) {
    return symmetric.hasKey() ? length + NoiseCipher.TAG_BYTES : length;
  }

  private void destroy() {
    if (localEphemeral != null) {
      Arrays.fill(localEphemeral, (byte) 0);
    }
    if (localStatic != null) {
      Arrays.fill(localStatic, (byte) 0);
    }
    localKem = null;
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("the pattern needs a key that was not given");
    }
    return value;
  }

  /// What is left of a message.
  private static final class Cut {
    private final byte[] message;
    private int position;

    Cut(byte[] message) {
      this.message = message;
    }

    byte[] next(int length) throws WireException {
      if (length > message.length - position) {
        throw new WireException("handshake message is cut short");
      }
      position += length;
      return Arrays.copyOfRange(message, position - length, position);
    }

    byte[] rest() {
      return Arrays.copyOfRange(message, position, message.length);
    }
  }
}
