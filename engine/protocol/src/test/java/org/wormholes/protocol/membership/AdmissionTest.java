package org.wormholes.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.Bytes;

final class AdmissionTest {
  private final Membership founder = new Membership(Club.CHARTER, Club.key(0));
  private final Membership member = new Membership(Club.CHARTER, Club.key(1));
  private final Membership guest = new Membership(Club.CHARTER, Club.key(2));
  private final SignedStatement mine = MembershipTest.certify(0, 1, 1, Club.START);
  private final SignedStatement below = MembershipTest.certify(1, 2, 0, Club.START);

  @Test
  void twoMembersThatNeverMetAdmitEachOther() {
    publish(member, mine);
    publish(guest, mine, below);
    Meeting meeting = new Meeting(guest, founder);
    assertThat(meeting.initiator).containsExactly(admitted());
    assertThat(meeting.responder).containsExactly(admitted(mine, below));
  }

  @Test
  void whoHasNoProofSaysNothingAtAll() {
    Admission stranger = Admission.initiator(Gate.of(guest), Club.id(0));
    assertThat(stranger.on(new Admission.Input.Start(), Club.START))
        .containsExactly(refused("this node does not belong to the network itself"));
  }

  @Test
  void aChainThatIsAnothersIsRefusedWithoutAWord() {
    publish(guest, mine, below);
    Meeting meeting = new Meeting(guest, founder, Club.id(9));
    assertThat(meeting.responder).containsExactly(refused("does not belong to the network"));
    assertThat(meeting.answers).isZero();
  }

  @Test
  void whoWasRevokedIsRefusedThoughItsChainIsWhole() {
    publish(guest, mine, below);
    publish(founder, mine, MembershipTest.revocation(0, 1, Club.START.plusSeconds(1)));
    Meeting meeting = new Meeting(guest, founder);
    assertThat(meeting.responder).containsExactly(refused("does not belong to the network"));
    assertThat(meeting.answers).isZero();
  }

  @Test
  void theCallerChecksWhoItCalled() {
    publish(member, mine);
    Membership pretender =
        new Membership(new Charter(Club.NETWORK, Set.of(Club.id(7))), Club.key(7));
    publish(
        pretender,
        SignedStatement.sign(
            new Statement.Certificate(
                Club.NETWORK,
                Club.id(1),
                Club.id(7),
                Set.of(),
                0,
                Club.START,
                Club.START.plusSeconds(60)),
            Club.key(7)));
    Meeting meeting = new Meeting(member, pretender);
    assertThat(meeting.responder).containsExactly(admitted(mine));
    assertThat(meeting.initiator).containsExactly(refused("does not belong to the network"));
  }

  @Test
  void anotherNetworkAndNoNetworkLookAlike() {
    publish(member, mine);
    Admission elsewhere = Admission.responder(name -> Optional.empty(), Optional.of(Club.id(1)));
    elsewhere.on(new Admission.Input.Start(), Club.START);
    List<Admission.Output> first = elsewhere.on(received(present(member)), Club.START);
    assertThat(first).singleElement().isInstanceOf(Admission.Output.Refused.class);

    Admission nobody = Admission.responder(memberships(founder), Optional.empty());
    nobody.on(new Admission.Input.Start(), Club.START);
    assertThat(nobody.on(received(present(member)), Club.START))
        .containsExactly(refused("has no name"));
  }

  @Test
  void anythingElseFirstIsRefused() {
    for (Admission.Input input :
        List.of(
            new Admission.Input.SomethingElse(),
            received(Bytes.ofHex("01")),
            received(new MembershipMessage.Want(List.of()).encode()),
            received(Bytes.EMPTY))) {
      Admission door = Admission.responder(memberships(founder), Optional.of(Club.id(1)));
      door.on(new Admission.Input.Start(), Club.START);
      assertThat(door.on(input, Club.START))
          .singleElement()
          .isInstanceOf(Admission.Output.Refused.class);
      assertThat(door.on(input, Club.START)).as("said once").isEmpty();
    }
  }

  @Test
  void whoIsSilentIsRefusedAtTheDeadlineAndNotBefore() {
    Admission door = Admission.responder(memberships(founder), Optional.of(Club.id(1)));
    Instant deadline = Club.START.plus(Admission.PATIENCE);
    assertThat(door.on(new Admission.Input.Start(), Club.START))
        .containsExactly(new Admission.Output.WakeAt(deadline));
    Admission.Input time = new Admission.Input.DeadlineReached();
    assertThat(door.on(time, deadline.minusMillis(1))).isEmpty();
    assertThat(door.on(time, deadline)).containsExactly(refused("did not present itself in time"));
  }

  @Test
  void anOpenNetworkTakesWhoHasNoNameAndDoesNotAnswer() {
    Admission caller = Admission.initiator(Gate.open(Club.NETWORK), Club.id(0));
    List<Admission.Output> said = caller.on(new Admission.Input.Start(), Club.START);
    assertThat(said).last().isEqualTo(admitted());
    Admission called = Admission.responder(name -> Optional.of(Gate.open(name)), Optional.empty());
    called.on(new Admission.Input.Start(), Club.START);
    assertThat(said.getFirst()).isInstanceOf(Admission.Output.Send.class);
    Bytes message = ((Admission.Output.Send) said.getFirst()).message();
    assertThat(called.on(received(message), Club.START)).containsExactly(admitted());
  }

  private static Admission.Output refused(String reason) {
    return new Admission.Output.Refused(reason);
  }

  private static Admission.Output admitted(SignedStatement... chain) {
    return new Admission.Output.Admitted(Club.NETWORK, List.of(chain));
  }

  private static Admission.Input received(Bytes message) {
    return new Admission.Input.Received(message);
  }

  private static Bytes present(Membership who) {
    List<Bytes> chain =
        who.chain(who.self(), Club.START).orElseThrow().stream()
            .map(SignedStatement::encoded)
            .toList();
    return new MembershipMessage.Present(Club.NETWORK, chain).encode();
  }

  private static Function<Bytes, Optional<Gate>> memberships(Membership one) {
    return name -> Optional.of(Gate.of(one)).filter(gate -> gate.network().equals(name));
  }

  private static void publish(Membership to, SignedStatement... statements) {
    to.on(new Membership.Input.Publish(List.of(statements)), Club.START);
  }

  /// What becomes of both sides of a link.
  private static final class Meeting {
    final List<Admission.Output> initiator = new ArrayList<>();
    final List<Admission.Output> responder = new ArrayList<>();
    int answers;

    Meeting(Membership caller, Membership called) {
      this(caller, called, caller.self());
    }

    /// @param proved who the caller proved to be in the handshake
    Meeting(Membership caller, Membership called, org.wormholes.protocol.crypto.NodeId proved) {
      Admission near = Admission.initiator(Gate.of(caller), called.self());
      Admission far = Admission.responder(memberships(called), Optional.of(proved));
      far.on(new Admission.Input.Start(), Club.START);
      for (Admission.Output output : near.on(new Admission.Input.Start(), Club.START)) {
        if (output instanceof Admission.Output.Send(Bytes message)) {
          hear(far.on(received(message), Club.START), near);
        }
      }
    }

    private void hear(List<Admission.Output> outputs, Admission near) {
      for (Admission.Output output : outputs) {
        if (output instanceof Admission.Output.Send(Bytes message)) {
          answers++;
          initiator.addAll(near.on(received(message), Club.START));
        } else {
          responder.add(output);
        }
      }
    }
  }
}
