package org.wormholes.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

final class InvitationTest {
  private static final Instant NOW = Club.START;
  private static final Bytes LINK = Bytes.ofHex("17".repeat(32));
  private static final Invitations.Terms TERMS =
      new Invitations.Terms(
          Club.NETWORK, Set.of("relay"), 1, Duration.ofDays(90), NOW.plus(Duration.ofHours(1)));

  private final Entropy entropy = new Random(7)::nextBytes;
  private final Membership host = new Membership(Club.CHARTER, Club.key(0));
  private final Invitations book = new Invitations(entropy);

  @Test
  void whoKnowsTheCodeBecomesAMember() throws WireException {
    InvitationCode code = InvitationCode.parse(book.invite(TERMS, NOW).text());
    List<Invitation.Output> end = meet(code, LINK, LINK, NOW);
    assertThat(end)
        .singleElement()
        .isInstanceOfSatisfying(
            Invitation.Output.Welcomed.class,
            welcomed -> {
              assertThat(welcomed.name()).isEqualTo("garden");
              assertThat(welcomed.charter()).isEqualTo(Club.CHARTER);
              Membership guest = new Membership(welcomed.charter(), Club.key(5));
              guest.on(new Membership.Input.Publish(welcomed.chain()), NOW);
              assertThat(guest.member(Club.id(5), NOW).orElseThrow().roles())
                  .containsExactly("relay");
            });
  }

  @Test
  void anInvitationIsGoodForOneGuest() {
    InvitationCode code = book.invite(TERMS, NOW);
    assertThat(meet(code, LINK, LINK, NOW)).hasOnlyElementsOfType(Invitation.Output.Welcomed.class);
    assertThat(meet(code, LINK, LINK, NOW)).containsExactly(refused());
    assertThat(book.open(NOW)).isEmpty();
  }

  @Test
  void anInvitationEnds() {
    InvitationCode code = book.invite(TERMS, NOW);
    assertThat(meet(code, LINK, LINK, TERMS.ends())).containsExactly(refused());
    assertThatThrownBy(() -> book.invite(TERMS, TERMS.ends())).hasMessageContaining("7 days");
  }

  @Test
  void threeWrongCodesVoidAnInvitation() {
    InvitationCode code = book.invite(TERMS, NOW);
    byte[] secret = code.exposeSecret();
    secret[3] ^= 1;
    InvitationCode wrong = new InvitationCode(code.number(), secret);
    for (int left = 2; left >= 0; left--) {
      assertThat(meet(wrong, LINK, LINK, NOW)).containsExactly(refused());
      assertThat(book.open(NOW)).containsExactly(new Invitations.Open(code.number(), TERMS, left));
    }
    assertThat(meet(code, LINK, LINK, NOW)).containsExactly(refused());
  }

  @Test
  void aManInTheMiddleOfTwoLinksHasNoUseOfWhatHeHears() {
    InvitationCode code = book.invite(TERMS, NOW);
    Bytes other = Bytes.ofHex("18".repeat(32));
    assertThat(meet(code, LINK, other, NOW)).containsExactly(refused());
  }

  @Test
  void anUnknownNumberIsAnsweredLikeAKnownOne() {
    InvitationCode code = InvitationCode.create(500, entropy);
    assertThat(meet(code, LINK, LINK, NOW)).containsExactly(refused());
  }

  @Test
  void guestsAreAnsweredSoOftenAMinuteAndNotMore() {
    InvitationCode code = book.invite(TERMS, NOW);
    for (int i = 0; i < Invitations.MAX_ANSWERS; i++) {
      assertThat(book.challenge(1_000, NOW)).isPresent();
    }
    assertThat(book.challenge(code.number(), NOW)).isEmpty();
    assertThat(book.challenge(code.number(), NOW.plusSeconds(60))).contains(code);
  }

  @Test
  void oneOfTwoGuestsWithTheSameCodeIsLate() {
    InvitationCode code = book.invite(TERMS, NOW);
    assertThat(book.challenge(code.number(), NOW)).contains(code);
    assertThat(book.challenge(code.number(), NOW)).contains(code);
    assertThat(book.redeem(code, NOW)).contains(TERMS);
    assertThat(book.redeem(code, NOW)).isEmpty();
  }

  @Test
  void aWelcomeThatDoesNotHoldIsRefused() {
    InvitationCode code = book.invite(TERMS, NOW);
    Invitation guest = Invitation.guest(code, Club.id(5), Club.id(0), LINK, entropy, NOW);
    Invitation door = Invitation.host(book, Club.id(0), Club.id(5), LINK, entropy, NOW);
    Bytes proof = said(guest.on(said(door.on(said(guest.start()), NOW)), NOW));
    assertThat(door.on(proof, NOW))
        .containsExactly(new Invitation.Output.Redeemed(Club.id(5), TERMS));
    SignedStatement another = host.admit(Club.id(6), Set.of(), 0, TERMS.life(), NOW).orElseThrow();
    Bytes welcome = said(door.welcome("garden", Club.CHARTER, List.of(another)));
    assertThat(guest.on(welcome, NOW))
        .containsExactly(
            new Invitation.Output.Refused("welcomes with a certificate that does not hold"));
  }

  @Test
  void saysNothingOutOfTurnAndDoesNotWaitForEver() {
    Invitation door = Invitation.host(book, Club.id(0), Club.id(5), LINK, entropy, NOW);
    assertThat(door.onDeadline(NOW.plusSeconds(19))).isEmpty();
    Bytes early = new InvitationMessage.Proof(Bytes.of(new byte[32])).encode();
    assertThat(door.on(early, NOW))
        .containsExactly(new Invitation.Output.Refused("said something out of turn"));
    assertThat(door.on(early, NOW)).isEmpty();
    Invitation slow = Invitation.host(book, Club.id(0), Club.id(5), LINK, entropy, NOW);
    assertThat(slow.onDeadline(slow.deadline()))
        .containsExactly(new Invitation.Output.Refused("took too long"));
  }

  @Test
  void survivesAnyMessage() {
    Random random = new Random(21);
    InvitationCode code = book.invite(TERMS, NOW);
    Bytes knock = said(Invitation.guest(code, Club.id(5), Club.id(0), LINK, entropy, NOW).start());
    for (int i = 0; i < 1_000; i++) {
      byte[] bytes = knock.toArray();
      bytes[random.nextInt(random.nextBoolean() ? 4 : bytes.length)] = (byte) random.nextInt();
      Bytes message = Bytes.of(bytes, 0, random.nextInt(bytes.length + 1));
      Invitation door =
          Invitation.host(new Invitations(entropy), Club.id(0), Club.id(5), LINK, entropy, NOW);
      door.on(message, NOW);
    }
  }

  @Test
  void codesAreReadAsPeopleTypeThem() throws WireException {
    // The example of arXiv 0901.4016: 127.0.0.1.
    InvitationCode code = new InvitationCode(417, new byte[] {127, 0, 0, 1});
    assertThat(code.text()).isEqualTo("417-lusab-babad");
    assertThat(InvitationCode.parse("  417 LUSAB babad ")).isEqualTo(code);
    assertThat(code).hasToString("InvitationCode(417)");
    for (String wrong :
        List.of(
            "",
            "lusab-babad",
            "0-lusab-babad",
            "417-lusab-baba",
            "417-lusab-xabad",
            "1000-lusab-babad")) {
      assertThatThrownBy(() -> InvitationCode.parse(wrong)).isInstanceOf(WireException.class);
    }
    for (int i = 0; i < 1_000; i++) {
      InvitationCode drawn = InvitationCode.create(1 + i % 999, entropy);
      assertThat(InvitationCode.parse(drawn.text())).isEqualTo(drawn);
    }
  }

  @Test
  void saysWhatTheVectorsSay() throws IOException, WireException {
    InvitationCode code = InvitationCode.parse("417-lusab-babad");
    Entropy guests = out -> Arrays.fill(out, (byte) 0x11);
    Entropy hosts = out -> Arrays.fill(out, (byte) 0x22);
    byte[] drawn = {0x01, (byte) 0xa0}; // number 417
    ArrayDeque<byte[]> draws = new ArrayDeque<>(List.of(drawn, code.exposeSecret()));
    Invitations known =
        new Invitations(out -> System.arraycopy(draws.remove(), 0, out, 0, out.length));
    assertThat(known.invite(TERMS, NOW)).isEqualTo(code);
    Invitation guest = Invitation.guest(code, Club.id(5), Club.id(0), LINK, guests, NOW);
    Invitation door = Invitation.host(known, Club.id(0), Club.id(5), LINK, hosts, NOW);
    Bytes knock = said(guest.start());
    Bytes answer = said(door.on(knock, NOW));
    Bytes proof = said(guest.on(answer, NOW));
    assertThat(door.on(proof, NOW)).hasOnlyElementsOfType(Invitation.Output.Redeemed.class);
    SignedStatement given = MembershipTest.certify(0, 5, 1, NOW, "relay");
    Bytes welcome = said(door.welcome("garden", Club.CHARTER, List.of(given)));
    assertThat(guest.on(welcome, NOW)).hasOnlyElementsOfType(Invitation.Output.Welcomed.class);
    String text =
        """
        code %s
        link %s
        guest %s
        host %s
        guest's secret %s
        host's secret %s
        knock %s
        answer %s
        proof %s
        welcome %s
        """
            .formatted(
                code.text(),
                LINK,
                Club.id(5).key(),
                Club.id(0).key(),
                "11".repeat(32),
                "22".repeat(32),
                knock,
                answer,
                proof,
                welcome);
    String golden = System.getProperty("golden.folder");
    if (golden != null) {
      Path folder = Files.createDirectories(Path.of(golden, "membership"));
      Files.writeString(folder.resolve("invitation.txt"), text);
    }
    assertThat(Files.readString(Path.of("../../spec/vectors/membership/invitation.txt")))
        .isEqualTo(text);
  }

  private static Invitation.Output refused() {
    return new Invitation.Output.Refused("the code is wrong, was used, or has ended");
  }

  private static Bytes said(List<Invitation.Output> outputs) {
    return ((Invitation.Output.Send) outputs.getFirst()).message();
  }

  /// What the guest comes to.
  private List<Invitation.Output> meet(
      InvitationCode code, Bytes guestsLink, Bytes hostsLink, Instant now) {
    Invitation guest = Invitation.guest(code, Club.id(5), Club.id(0), guestsLink, entropy, now);
    Invitation door = Invitation.host(book, Club.id(0), Club.id(5), hostsLink, entropy, now);
    List<Invitation.Output> end = new ArrayList<>();
    List<Invitation.Output> toHost = guest.start();
    while (!toHost.isEmpty()) {
      List<Invitation.Output> next = new ArrayList<>();
      for (Invitation.Output output : toHost) {
        if (output instanceof Invitation.Output.Send(Bytes message)) {
          next.addAll(answer(door, message, now));
        } else {
          end.add(output);
        }
      }
      toHost = new ArrayList<>();
      for (Invitation.Output output : next) {
        if (output instanceof Invitation.Output.Send(Bytes message)) {
          toHost.addAll(guest.on(message, now));
        }
      }
    }
    return end;
  }

  private List<Invitation.Output> answer(Invitation door, Bytes message, Instant now) {
    List<Invitation.Output> all = new ArrayList<>();
    for (Invitation.Output output : door.on(message, now)) {
      if (output instanceof Invitation.Output.Redeemed(var guest, var terms)) {
        SignedStatement signed =
            host.admit(guest, terms.roles(), terms.reach(), terms.life(), now).orElseThrow();
        host.on(new Membership.Input.Publish(List.of(signed)), now);
        all.addAll(door.welcome("garden", host.charter(), host.chain(guest, now).orElseThrow()));
      } else {
        all.add(output);
      }
    }
    return all;
  }
}
