package org.wormholes.protocol.membership;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.CPace;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireWriter;

/// How a guest that knows a code becomes a member (`spec/protocol/membership.md`, section 5). The
/// agreement from the code is bound to the link and to the names that its handshake proved, so
/// nobody between the two gets more than one guess.
///
/// | state | input | output | next |
/// |---|---|---|---|
/// | guest, new | start | knock | waits for the answer |
/// | guest, waits | an answer with a right proof | proof | waits for the welcome |
/// | guest, waits | a welcome that holds | Welcomed | done |
/// | host, new | a knock | answer | waits for the proof |
/// | host, waits | a right proof | Redeemed | waits for [#welcome] |
/// | any | anything else, or [#PATIENCE] passes | Refused | done |
public final class Invitation {
  /// How long all of it may take.
  public static final Duration PATIENCE = Duration.ofSeconds(20);

  /// What is to be done.
  public sealed interface Output {
    /// Send a DIRECTORY frame of at most 4,096 bytes.
    record Send(Bytes message) implements Output {}

    /// Host: the invitation is used. Admit the guest on these terms and call [#welcome].
    record Redeemed(NodeId guest, Invitations.Terms terms) implements Output {}

    /// Guest: this node belongs to the network.
    ///
    /// @param name what the host calls it
    /// @param chain for [Membership.Input.Publish]
    record Welcomed(String name, Charter charter, List<SignedStatement> chain) implements Output {
      public Welcomed {
        chain = List.copyOf(chain);
      }
    }

    /// Close the link.
    record Refused(String reason) implements Output {}
  }

  private enum Phase {
    AWAITS_KNOCK,
    AWAITS_ANSWER,
    AWAITS_PROOF,
    AWAITS_TERMS,
    AWAITS_WELCOME,
    DONE
  }

  private final @Nullable Invitations book;
  private final NodeId self;
  private final NodeId peer;
  private final byte[] binding;
  private final Entropy entropy;
  private final Instant deadline;
  private @Nullable InvitationCode code;
  private @Nullable CPace agreement;
  private byte[] key = new byte[0];
  private Phase phase;

  private Invitation(
      @Nullable Invitations book,
      @Nullable InvitationCode code,
      NodeId self,
      NodeId peer,
      Bytes binding,
      Entropy entropy,
      Instant now) {
    this.book = book;
    this.code = code;
    this.self = self;
    this.peer = peer;
    this.binding = binding.toArray();
    this.entropy = entropy;
    this.deadline = now.plus(PATIENCE);
    this.phase = book == null ? Phase.AWAITS_ANSWER : Phase.AWAITS_KNOCK;
  }

  /// The side that was told a code.
  ///
  /// @param host who the handshake proved to be at the other end
  /// @param binding what names the link and no other, the same at both ends
  public static Invitation guest(
      InvitationCode code, NodeId self, NodeId host, Bytes binding, Entropy entropy, Instant now) {
    return new Invitation(null, code, self, host, binding, entropy, now);
  }

  /// The side that has invited.
  ///
  /// @param guest who the handshake proved to be at the other end
  public static Invitation host(
      Invitations book, NodeId self, NodeId guest, Bytes binding, Entropy entropy, Instant now) {
    return new Invitation(book, null, self, guest, binding, entropy, now);
  }

  /// Whether a DIRECTORY frame is about an invitation.
  public static boolean isAbout(Bytes message) {
    return message.size() > 0
        && message.at(0) >= InvitationMessage.KNOCK
        && message.at(0) <= InvitationMessage.WELCOME;
  }

  /// When to call [#onDeadline].
  public Instant deadline() {
    return deadline;
  }

  /// The guest's first word.
  public List<Output> start() {
    if (code == null || agreement != null) {
      throw new IllegalStateException("only a new guest starts");
    }
    CPace mine = begin(code, code.number());
    return List.of(send(new InvitationMessage.Knock(code.number(), Bytes.of(mine.share()))));
  }

  /// A DIRECTORY frame arrived.
  public List<Output> on(Bytes message, Instant now) {
    if (phase == Phase.DONE) {
      return List.of();
    }
    try {
      return switch (InvitationMessage.decode(message)) {
        case InvitationMessage.Knock knock when phase == Phase.AWAITS_KNOCK -> onKnock(knock, now);
        case InvitationMessage.Answer answer when phase == Phase.AWAITS_ANSWER -> onAnswer(answer);
        case InvitationMessage.Proof proof when phase == Phase.AWAITS_PROOF -> onProof(proof, now);
        case InvitationMessage.Welcome welcome when phase == Phase.AWAITS_WELCOME ->
            onWelcome(welcome, now);
        case InvitationMessage _ -> refuse("said something out of turn");
      };
    } catch (WireException e) {
      return refuse(String.valueOf(e.getMessage()));
    }
  }

  public List<Output> onDeadline(Instant now) {
    return phase == Phase.DONE || now.isBefore(deadline) ? List.of() : refuse("took too long");
  }

  private List<Output> onKnock(InvitationMessage.Knock knock, Instant now) throws WireException {
    if (book == null) {
      throw new IllegalStateException("a guest is not knocked at");
    }
    Optional<InvitationCode> expected = book.challenge(knock.number(), now);
    if (expected.isEmpty()) {
      return refuse("too many guests in a minute");
    }
    code = expected.get();
    CPace mine = begin(code, knock.number());
    byte[] share = mine.share();
    key = mine.responderKey(self.key().toArray(), knock.share().toArray(), peer.key().toArray());
    phase = Phase.AWAITS_PROOF;
    return List.of(
        send(new InvitationMessage.Answer(Bytes.of(share), Bytes.of(CPace.responderProof(key)))));
  }

  private List<Output> onAnswer(InvitationMessage.Answer answer) throws WireException {
    if (agreement == null) {
      return refuse("answered before it was asked");
    }
    key =
        agreement.initiatorKey(
            self.key().toArray(), answer.share().toArray(), peer.key().toArray());
    if (!MessageDigest.isEqual(CPace.responderProof(key), answer.proof().toArray())) {
      return refuse("the code is wrong, was used, or has ended");
    }
    phase = Phase.AWAITS_WELCOME;
    return List.of(send(new InvitationMessage.Proof(Bytes.of(CPace.initiatorProof(key)))));
  }

  private List<Output> onProof(InvitationMessage.Proof proof, Instant now) {
    if (book == null || code == null) {
      throw new IllegalStateException("only a host that was knocked at awaits a proof");
    }
    if (!MessageDigest.isEqual(CPace.initiatorProof(key), proof.proof().toArray())) {
      return refuse("does not know the code");
    }
    Optional<Invitations.Terms> terms = book.redeem(code, now);
    if (terms.isEmpty()) {
      return refuse("the invitation was used meanwhile");
    }
    phase = Phase.AWAITS_TERMS;
    return List.of(new Output.Redeemed(peer, terms.get()));
  }

  /// The host's last word, after Redeemed.
  ///
  /// @param name what people call the network, up to 64 printable characters without blanks
  /// @param chain the guest's new certificate, after those above it
  public List<Output> welcome(String name, Charter charter, List<SignedStatement> chain) {
    if (phase != Phase.AWAITS_TERMS) {
      throw new IllegalStateException("nobody has redeemed an invitation");
    }
    phase = Phase.DONE;
    List<Bytes> encoded = chain.stream().map(SignedStatement::encoded).toList();
    return List.of(send(new InvitationMessage.Welcome(name, charter, encoded)));
  }

  private List<Output> onWelcome(InvitationMessage.Welcome welcome, Instant now)
      throws WireException {
    List<SignedStatement> chain = new ArrayList<>();
    for (Bytes each : welcome.chain()) {
      chain.add(SignedStatement.decode(each));
    }
    if (!new Roster(welcome.charter()).proves(chain, self, now)) {
      return refuse("welcomes with a certificate that does not hold");
    }
    phase = Phase.DONE;
    return List.of(new Output.Welcomed(welcome.name(), welcome.charter(), chain));
  }

  /// membership.md 5: "The channel is the label and the number, the session the link."
  private CPace begin(InvitationCode known, int number) {
    byte[] suffix = (" " + number).getBytes(StandardCharsets.US_ASCII);
    byte[] channel =
        new WireWriter(Labels.INVITATION.length + suffix.length)
            .bytes(Labels.INVITATION)
            .bytes(suffix)
            .toArray();
    CPace mine = CPace.begin(known.exposeSecret(), channel, binding, entropy);
    agreement = mine;
    return mine;
  }

  private static Output send(InvitationMessage message) {
    return new Output.Send(message.encode());
  }

  private List<Output> refuse(String reason) {
    phase = Phase.DONE;
    return List.of(new Output.Refused(reason));
  }
}
