package org.wormholes.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.membership.Statement.Certificate;
import org.wormholes.protocol.membership.Statement.Revocation;
import org.wormholes.protocol.wire.Bytes;

final class MembershipTest {
  @Test
  void aFounderBelongsWithoutACertificate() {
    Club club = new Club(1);
    Member founder = club.at(0).member(Club.id(0), club.now).orElseThrow();
    assertThat(founder.roles()).containsExactly("founder");
    assertThat(founder.expires()).isEmpty();
    assertThat(club.knows(0, 1)).isFalse();
  }

  @Test
  void whoIsAdmittedIsKnownAtEveryNodeOfAChain() {
    Club club = chain(6);
    club.admit(0, 9, 0, "relay");
    for (int i = 0; i < 6; i++) {
      assertThat(club.at(i).member(Club.id(9), club.now))
          .as("node " + i)
          .hasValueSatisfying(member -> assertThat(member.roles()).containsExactly("relay"));
    }
  }

  @Test
  void aRevocationReachesEveryNodeAndASecondCertificateUndoesIt() {
    Club club = chain(6);
    club.admit(0, 9, 0);
    club.pass(Duration.ofMinutes(5));
    club.revoke(0, 9);
    for (int i = 0; i < 6; i++) {
      assertThat(club.knows(i, 9)).as("node " + i).isFalse();
    }
    assertThat(club.said).contains(new Membership.Output.Left(Club.id(9)));
    club.admit(0, 9, 0);
    assertThat(club.knows(5, 9)).isTrue();
  }

  @Test
  void aRevocationHoldsWhicheverOrderThingsComeIn() {
    Club club = new Club(3);
    SignedStatement admitted = club.admit(0, 1, 1, "relay");
    club.publish(1, admitted);
    SignedStatement below = club.admit(1, 2, 0);
    club.publish(0, below);
    SignedStatement revoked = club.revoke(0, 1);

    Membership late = new Membership(Club.CHARTER, Club.key(7));
    late.on(new Membership.Input.Publish(List.of(revoked, below, admitted)), club.now);
    assertThat(late.member(Club.id(1), club.now)).isEmpty();
    assertThat(late.member(Club.id(2), club.now)).isEmpty();
  }

  @Test
  void whoIsRevokedTakesThoseBelowWithIt() {
    Club club = chain(3);
    club.admit(0, 10, 2, "relay");
    SignedStatement below = certify(10, 11, 1, club.now, "relay");
    club.publish(2, below);
    assertThat(club.knows(0, 11)).isTrue();
    club.revoke(0, 10);
    assertThat(club.knows(0, 11)).isFalse();
    assertThat(club.knows(2, 11)).isFalse();
  }

  @Test
  void nobodyPassesOnMoreThanItHas() {
    Club club = new Club(1);
    club.admit(0, 1, 1, "relay");
    club.publish(0, certify(1, 2, 1, club.now, "relay"));
    assertThat(club.knows(0, 2)).as("the same reach").isFalse();
    club.publish(0, certify(1, 2, 0, club.now, "exit"));
    assertThat(club.knows(0, 2)).as("another role").isFalse();
    club.publish(0, certify(1, 2, 0, club.now, "relay"));
    assertThat(club.knows(0, 2)).isTrue();
    club.publish(0, certify(2, 3, 0, club.now));
    assertThat(club.knows(0, 3)).as("no reach at all").isFalse();
    club.publish(0, certify(8, 4, 0, club.now));
    assertThat(club.knows(0, 4)).as("a stranger admits").isFalse();
  }

  @Test
  void onlyWhoMayVoidsACertificate() {
    Club club = new Club(1);
    club.admit(0, 1, 1);
    club.admit(0, 2, 1);
    club.publish(0, certify(1, 3, 0, club.now));
    club.publish(0, revocation(2, 3, club.now));
    club.publish(0, revocation(9, 3, club.now));
    club.publish(0, revocation(1, 2, club.now));
    club.publish(0, revocation(1, 0, club.now));
    assertThat(club.knows(0, 3)).isTrue();
    assertThat(club.knows(0, 2)).isTrue();
    assertThat(club.knows(0, 0)).isTrue();
    club.publish(0, revocation(3, 3, club.now));
    assertThat(club.knows(0, 3)).as("it left").isFalse();
    assertThat(club.at(0).revoke(Club.id(0), club.now)).as("a founder stays").isEmpty();
    assertThat(new Membership(Club.CHARTER, Club.key(5)).revoke(Club.id(1), club.now)).isEmpty();
  }

  @Test
  void aCertificateEnds() {
    Club club = new Club(2);
    SignedStatement admitted = club.admit(0, 1, 0);
    club.publish(1, admitted);
    club.now = club.now.plus(Membership.DEFAULT_LIFE);
    club.on(1, new Membership.Input.Tick());
    assertThat(club.knows(1, 1)).isFalse();
    assertThat(club.said).contains(new Membership.Output.Left(Club.id(1)));
    assertThat(club.at(1).statements()).isEmpty();
  }

  @Test
  void certificatesAreRenewedWithoutAnybodyAsking() {
    Club club = chain(4);
    Instant begin = club.now;
    while (club.now.isBefore(begin.plus(Duration.ofDays(400)))) {
      club.pass(Duration.ofDays(5));
    }
    for (int i = 1; i < 4; i++) {
      assertThat(club.knows(3, i)).as("node " + i).isTrue();
      assertThat(club.at(i).statements()).hasSize(3);
    }
    assertThat(club.said).noneMatch(Membership.Output.Expiring.class::isInstance);
  }

  @Test
  void aMemberThatNobodyRenewsIsWarnedThirtyDaysAheadOnceADay() {
    Club club = new Club(2);
    club.publish(1, club.admit(0, 1, 0));
    Instant end = Club.START.plus(Membership.DEFAULT_LIFE);
    club.now = end.minus(Duration.ofDays(31));
    club.on(1, new Membership.Input.Tick());
    assertThat(warnings(club)).isEmpty();
    for (int i = 0; i < 4; i++) {
      club.now = end.minus(Duration.ofDays(30)).plus(Duration.ofHours(12).multipliedBy(i));
      club.on(1, new Membership.Input.Tick());
    }
    assertThat(warnings(club)).containsExactly(end, end);
  }

  @Test
  void renewalEndsWithRevocation() {
    Club club = chain(2);
    club.revoke(0, 1);
    for (int i = 0; i < 20; i++) {
      club.pass(Duration.ofDays(5));
    }
    assertThat(club.knows(0, 1)).isFalse();
    assertThat(club.at(0).statements()).allMatch(each -> each.statement() instanceof Revocation);
  }

  @Test
  void revocationsAreForgottenWhenTheyHaveNoMeaning() {
    Club club = chain(2);
    club.revoke(0, 1);
    club.pass(Certificate.MAX_LIFE.plusDays(1));
    assertThat(club.at(0).statements()).isEmpty();
  }

  @Test
  void whatWasMissedIsFoundInTheNextComparison() {
    Club club = chain(2);
    SignedStatement missed = certify(0, 5, 0, club.now);
    Membership.Input news = new Membership.Input.Publish(List.of(missed));
    club.at(0).on(news, club.now);
    assertThat(club.knows(1, 5)).isFalse();
    club.pass(Duration.ofSeconds(61));
    assertThat(club.knows(1, 5)).isTrue();
  }

  @Test
  void aNewcomerLearnsAThousandMembersOfFourRanksWithOneLink() {
    Club club = new Club(2);
    for (int i = 10; i < 20; i++) {
      club.admit(0, i, 3, "relay");
    }
    for (int i = 100; i < 1_000; i++) {
      int above = i < 200 ? 10 + i % 10 : i < 400 ? 100 + i % 100 : 200 + i % 200;
      int reach = i < 200 ? 2 : i < 400 ? 1 : 0;
      club.publish(0, certify(above, i, reach, club.now, "relay"));
    }
    assertThat(club.at(0).members(club.now)).hasSize(911);
    club.bytes = 0;
    club.link(1, 0);
    assertThat(club.at(1).members(club.now)).hasSize(911);
    assertThat(club.longest).isLessThanOrEqualTo(16_000);
    // A certificate has 186 bytes; naming, asking, and what came too early and again is the rest.
    assertThat(club.bytes).isLessThan(911 * 600);
  }

  @Test
  void theSameNewsIsNotTakenTwiceNorTooSoon() {
    Club club = new Club(1);
    SignedStatement first = certify(0, 1, 0, club.now);
    club.publish(0, first);
    club.said.clear();
    club.publish(0, first);
    club.publish(0, certify(0, 1, 0, club.now.plusSeconds(59)));
    assertThat(club.said).isEmpty();
    club.publish(0, certify(0, 1, 0, club.now.plusSeconds(60)));
    assertThat(club.said).isNotEmpty();
    club.publish(0, certify(0, 2, 0, club.now.plus(Duration.ofMinutes(61))));
    assertThat(club.knows(0, 2)).as("from the future").isFalse();
  }

  @Test
  void oneMemberDoesNotFillTheRoster() {
    Club club = new Club(1);
    club.admit(0, 1, 1);
    for (int i = 0; i < Roster.MAX_ADMITTED + 50; i++) {
      club.publish(0, certify(1, 1_000 + i, 0, club.now));
    }
    assertThat(club.at(0).members(club.now)).hasSize(2 + Roster.MAX_ADMITTED);
    club.admit(0, 2, 0);
    assertThat(club.knows(0, 2)).isTrue();
  }

  @Test
  void aForgedStatementEndsTheLinkAndIsNotPassedOn() {
    Club club = chain(3);
    byte[] forged = certify(0, 9, 0, club.now).encoded().toArray();
    forged[forged.length - 1] ^= 1;
    Bytes message = new MembershipMessage.Statements(false, List.of(Bytes.of(forged))).encode();
    club.said.clear();
    club.on(1, new Membership.Input.Received(1, message));
    assertThat(club.said)
        .singleElement()
        .isInstanceOfSatisfying(
            Membership.Output.Violation.class,
            violation -> assertThat(violation.reason()).contains("signature"));
    assertThat(club.knows(1, 9)).isFalse();
  }

  @Test
  void aFloodOfWhatNobodyMaySayEndsTheLinkAndCostsNoSignature() {
    Club club = chain(3);
    club.said.clear();
    int sent = 0;
    byte[] sample = certify(77, 78, 0, club.now).encoded().toArray();
    while (club.said.isEmpty() && sent < 2 * Fellow.MAX_IN_VAIN) {
      List<Bytes> page = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        sample[sample.length - 1 - i % 60] ^= (byte) ++sent;
        page.add(Bytes.of(sample));
      }
      club.on(
          1,
          new Membership.Input.Received(1, new MembershipMessage.Statements(false, page).encode()));
    }
    assertThat(club.said).singleElement().isInstanceOf(Membership.Output.Violation.class);
    assertThat(sent).isBetween(Fellow.MAX_IN_VAIN, Fellow.MAX_IN_VAIN + 64);
  }

  @Test
  void networksDoNotMix() {
    Bytes other = Bytes.ofHex("cd".repeat(32));
    Membership elsewhere = new Membership(new Charter(other, Set.of(Club.id(0))), Club.key(0));
    SignedStatement foreign =
        elsewhere.admit(Club.id(1), Set.of(), 0, Duration.ofDays(1), Club.START).orElseThrow();
    Club club = new Club(1);
    club.publish(0, foreign);
    assertThat(club.knows(0, 1)).isFalse();
    assertThat(club.said).isEmpty();
  }

  private static List<Instant> warnings(Club club) {
    return club.said.stream()
        .filter(Membership.Output.Expiring.class::isInstance)
        .map(each -> ((Membership.Output.Expiring) each).end())
        .toList();
  }

  /// Nodes in a row, all but the founder admitted by it.
  private static Club chain(int count) {
    Club club = new Club(count);
    for (int i = 1; i < count; i++) {
      club.admit(0, i, 0);
    }
    for (int i = 1; i < count; i++) {
      club.link(i, i - 1);
    }
    return club;
  }

  static SignedStatement certify(int by, int whom, int reach, Instant said, String... roles) {
    NodeId member = Club.id(whom);
    return SignedStatement.sign(
        new Certificate(
            Club.NETWORK,
            member,
            Club.id(by),
            Set.of(roles),
            reach,
            said,
            said.plus(Membership.DEFAULT_LIFE)),
        Club.key(by));
  }

  static SignedStatement revocation(int by, int whom, Instant said) {
    return SignedStatement.sign(
        new Revocation(Club.NETWORK, Club.id(whom), Club.id(by), said), Club.key(by));
  }
}
