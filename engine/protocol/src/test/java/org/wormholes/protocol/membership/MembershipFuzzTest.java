package org.wormholes.protocol.membership;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Statements and messages about membership: read, or refused in the one declared way.
final class MembershipFuzzTest {
  private static final int INPUTS = 8_000;

  @Test
  void readsOrRefusesMutatedStatements() {
    Random random = new Random(15);
    for (SignedStatement sample : statements()) {
      for (int i = 0; i < INPUTS; i++) {
        decode(mutated(sample.encoded().toArray(), random));
      }
    }
  }

  @Test
  void aMemberAndItsDoorSurviveMutatedMessages() {
    Random random = new Random(16);
    List<Bytes> samples = samples();
    Membership membership = new Membership(Club.CHARTER, Club.key(0));
    Instant now = Club.START;
    for (int i = 0; i < INPUTS; i++) {
      Bytes message = mutated(samples.get(random.nextInt(samples.size())).toArray(), random);
      membership.on(new Membership.Input.LinkUp(1, random.nextBoolean()), now);
      membership.on(new Membership.Input.Received(1, message), now);
      Admission door =
          Admission.responder(name -> Optional.of(Gate.of(membership)), Optional.of(Club.id(1)));
      door.on(new Admission.Input.Start(), now);
      door.on(new Admission.Input.Received(message), now);
      now = now.plus(Duration.ofMillis(random.nextInt(2_000)));
    }
  }

  @FuzzTest
  void takesOrRefusesAnyBytes(byte[] data) {
    decode(Bytes.of(data));
    invitation(Bytes.of(data));
    try {
      MembershipMessage.decode(Bytes.of(data)).encode();
    } catch (WireException refused) {
      // The one declared outcome for anything else.
    }
  }

  @Test
  void readsOrRefusesMutatedMessagesOfInvitations() {
    Random random = new Random(17);
    List<Bytes> signed = statements().stream().map(SignedStatement::encoded).toList();
    byte[] welcome =
        new InvitationMessage.Welcome("garden", Club.CHARTER, signed).encode().toArray();
    for (int i = 0; i < INPUTS; i++) {
      invitation(mutated(welcome, random));
    }
  }

  private static void invitation(Bytes bytes) {
    try {
      InvitationMessage.decode(bytes).encode();
    } catch (WireException refused) {
      // The one declared outcome for anything else.
    }
  }

  private static void decode(Bytes bytes) {
    try {
      SignedStatement.decode(bytes);
    } catch (WireException refused) {
      // The one declared outcome for anything else.
    }
  }

  private static List<SignedStatement> statements() {
    return List.of(
        MembershipTest.certify(0, 1, 2, Club.START, "relay", "exit"),
        MembershipTest.revocation(0, 1, Club.START));
  }

  private static List<Bytes> samples() {
    List<Bytes> signed = statements().stream().map(SignedStatement::encoded).toList();
    Bytes id = statements().getFirst().id();
    return List.of(
        new MembershipMessage.Present(Club.NETWORK, signed.subList(0, 1)).encode(),
        new MembershipMessage.Statements(true, signed).encode(),
        new MembershipMessage.Summary(java.util.Collections.nCopies(MembershipMessage.BUCKETS, 7L))
            .encode(),
        new MembershipMessage.Listing(List.of(new MembershipMessage.Bucket(id.at(0), List.of(id))))
            .encode(),
        new MembershipMessage.Want(List.of(id, id)).encode());
  }

  private static Bytes mutated(byte[] sample, Random random) {
    byte[] bytes = sample.clone();
    for (int flips = random.nextInt(4); flips > 0; flips--) {
      // Mostly where lengths and counts stand.
      int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(bytes.length, 120));
      bytes[at] = (byte) random.nextInt();
    }
    int cut = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
    return Bytes.of(bytes, 0, cut);
  }
}
