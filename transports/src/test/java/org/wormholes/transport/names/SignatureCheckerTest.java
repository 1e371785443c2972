package org.wormholes.transport.names;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.Dnssec;
import org.wormholes.runtime.spi.NameAnswer;
import org.wormholes.runtime.spi.NameFailure;
import org.xbill.DNS.Message;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class SignatureCheckerTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final NameQuestion QUESTION = new NameQuestion("www.example", 1, true);

  private final SignedZone zone = zone(NOW.minusSeconds(3_600), Duration.ofDays(30));
  private final List<NameQuestion> asked = new ArrayList<>();

  private static SignedZone zone(Instant from, Duration good) {
    return new SignedZone("example", from, good)
        .with("www.example", "A", "192.0.2.1", "192.0.2.2")
        .with("www.example", "TXT", "\"" + "x".repeat(200) + "\"");
  }

  private SignatureChecker checker() {
    return checker(zone);
  }

  private static SignatureChecker checker(SignedZone zone) {
    return new SignatureChecker(
        new Dnssec(List.of(zone.anchor())),
        task -> Thread.ofPlatform().daemon().name("check").start(task),
        Clock.fixed(NOW, java.time.ZoneOffset.UTC));
  }

  private NameAnswer check(
      SignatureChecker checker, NameQuestion question, UnaryOperator<NameAnswer> exit) {
    return check(zone, checker, question, exit);
  }

  private NameAnswer check(
      SignedZone served,
      SignatureChecker checker,
      NameQuestion question,
      UnaryOperator<NameAnswer> exit) {
    try (QuietLoop loop = new QuietLoop()) {
      CompletableFuture<NameAnswer> heard = new CompletableFuture<>();
      loop.execute(() ->
          checker.check(
              question,
              (step, answer) -> {
                asked.add(step);
                answer.accept(exit.apply(records(served.answer(step))));
              },
              loop,
              heard::complete));
      return heard.join();
    }
  }

  private static NameAnswer records(Message message) {
    return new NameAnswer.Records(
        Bytes.of(message.toWire()), InetAddress::isSiteLocalAddress, Duration.ofHours(1));
  }

  /// An exit that exchanges one answer for another.
  private NameAnswer checkWith(Message other) {
    return check(
        checker(), QUESTION, heard -> asked.getLast().equals(QUESTION) ? records(other) : heard);
  }

  @Test
  void whatIsSignedIsSecure() throws Exception {
    assertThat(check(checker(), QUESTION, heard -> heard))
        .isInstanceOfSatisfying(
            NameAnswer.Records.class,
            found -> {
              assertThat(found.secure()).isTrue();
              assertThat(found.timeToLive()).isEqualTo(Duration.ofMinutes(10));
              assertThat(message(found).getSection(Section.ANSWER)).hasSize(3);
              assertThat(found.allowed().test(InetAddress.ofLiteral("10.0.0.1"))).isTrue();
            });
    assertThat(asked).containsExactly(QUESTION, new NameQuestion("example", 48, true));
  }

  private static Message message(NameAnswer.Records found) {
    return Lookup.parse(found.message().toArray()).orElseThrow();
  }

  @Test
  void keysAreRemembered() {
    SignatureChecker checker = checker();
    check(checker, QUESTION, heard -> heard);
    asked.clear();
    check(checker, new NameQuestion("www.example", 16, true), heard -> heard);
    assertThat(asked).containsExactly(new NameQuestion("www.example", 16, true));
  }

  @Test
  void anotherAddressIsBogus() {
    Message other = zone.answer(QUESTION);
    Record left = other.getSection(Section.ANSWER).getFirst();
    other.removeRecord(left, Section.ANSWER);
    assertThat(fault(checkWith(other))).isEqualTo(6);
  }

  @Test
  void anAnswerWithoutSignaturesIsBogus() {
    Message other = zone.answer(QUESTION);
    other.getSection(Section.ANSWER).stream()
        .filter(RRSIGRecord.class::isInstance)
        .toList()
        .forEach(signature -> other.removeRecord(signature, Section.ANSWER));
    assertThat(fault(checkWith(other))).isEqualTo(10);
  }

  @Test
  void aWordThatThereIsNoSuchNameNeedsAProof() {
    Message other = zone.answer(QUESTION);
    other.removeAllRecords(Section.ANSWER);
    other.getHeader().setRcode(Rcode.NXDOMAIN);
    assertThat(checkWith(other)).isInstanceOf(NameAnswer.Bogus.class);
    NameAnswer plain =
        check(checker(), QUESTION, heard -> new NameAnswer.Nothing(NameFailure.NOT_FOUND));
    assertThat(plain).isEqualTo(new NameAnswer.Nothing(NameFailure.FAILED));
  }

  @Test
  void anAnswerIsRememberedNoLongerThanItsSignatureIsGood() {
    SignedZone brief = zone(NOW.minusSeconds(3_600), Duration.ofMinutes(61));
    assertThat(checkAll(brief).timeToLive()).isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void signaturesOfAnotherTimeAreBogus() {
    Duration hour = Duration.ofHours(1);
    assertThat(fault(checkAll(zone(NOW.minusSeconds(9_000), hour)))).isEqualTo(7);
    assertThat(fault(checkAll(zone(NOW.plusSeconds(9_000), hour)))).isEqualTo(8);
  }

  private static int fault(NameAnswer answer) {
    assertThat(answer).isInstanceOf(NameAnswer.Bogus.class);
    return ((NameAnswer.Bogus) answer).code();
  }

  private NameAnswer checkAll(SignedZone other) {
    return check(other, checker(other), QUESTION, heard -> heard);
  }

  @Test
  void whoDoesNotAnswerIsNotCalledALiar() {
    for (NameFailure why : List.of(NameFailure.TIMED_OUT, NameFailure.LIMIT)) {
      assertThat(check(checker(), QUESTION, heard -> new NameAnswer.Nothing(why)))
          .isEqualTo(new NameAnswer.Nothing(why));
      asked.clear();
      // The keys alone are not to be had.
      assertThat(
              check(
                  checker(),
                  QUESTION,
                  heard -> asked.size() == 1 ? heard : new NameAnswer.Nothing(why)))
          .isEqualTo(new NameAnswer.Nothing(why));
      asked.clear();
    }
  }

  @Test
  void theRootOfTheInternetIsTrustedUnlessAnotherIsNamed() {
    assertThat(RootKeys.with(Dnssec.FROM_ROOT)).isEqualTo(RootKeys.IANA);
    assertThat(RootKeys.with(new Dnssec(List.of(zone.anchor()))))
        .containsExactly(RootKeys.IANA.get(0), RootKeys.IANA.get(1), zone.anchor());
    SignedZone root = new SignedZone("", NOW, Duration.ofDays(1));
    assertThat(RootKeys.with(new Dnssec(List.of(root.anchor())))).containsExactly(root.anchor());
  }
}
