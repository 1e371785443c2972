package org.wormholes.transport.names;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.Dnssec;
import org.wormholes.runtime.spi.NameAnswer;

/// Whatever an exit answers, each check comes to an end, and an answer that is called secure holds
/// nothing but what the zone has.
class SignatureCheckerFuzzTest {
  private static final int INPUTS = 3_000;
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final NameQuestion QUESTION = new NameQuestion("www.example", 1, true);
  private static final SignedZone ZONE =
      new SignedZone("example", NOW.minusSeconds(60), Duration.ofDays(1))
          .with("www.example", "A", "192.0.2.1")
          .with("example", "NSEC", "www.example. NS SOA RRSIG NSEC DNSKEY")
          .with("www.example", "NSEC", "example. A RRSIG NSEC")
          .with("example", "SOA", "ns.example. admin.example. 1 2 3 4 5");

  @FuzzTest
  void endsWithAnyBytes(byte[] data) throws Exception {
    Queue<byte[]> answers = new ArrayDeque<>();
    int half = data.length / 2;
    answers.add(java.util.Arrays.copyOf(data, half));
    answers.add(java.util.Arrays.copyOfRange(data, half, data.length));
    check(answers);
  }

  @Test
  void endsWithMutatedAnswers() throws Exception {
    Random random = new Random(11);
    for (int i = 0; i < INPUTS; i++) {
      Queue<byte[]> answers = new ArrayDeque<>();
      answers.add(mutated(ZONE.answer(QUESTION).toWire(), random));
      answers.add(mutated(ZONE.answer(new NameQuestion("example", 48, true)).toWire(), random));
      try {
        check(answers);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("input " + i, e);
      }
    }
  }

  private static void check(Queue<byte[]> answers) throws Exception {
    SignatureChecker checker =
        new SignatureChecker(
            new Dnssec(List.of(ZONE.anchor())), Runnable::run, Clock.fixed(NOW, ZoneOffset.UTC));
    CompletableFuture<NameAnswer> heard = new CompletableFuture<>();
    try (QuietLoop loop = new QuietLoop()) {
      loop.execute(() ->
          checker.check(
              QUESTION,
              (step, answer) -> {
                byte[] next =
                    Optional.ofNullable(answers.poll()).orElse(ZONE.answer(step).toWire());
                answer.accept(
                    new NameAnswer.Records(Bytes.of(next), any -> true, Duration.ofHours(1)));
              },
              loop,
              heard::complete));
      if (heard.get(10, TimeUnit.SECONDS) instanceof NameAnswer.Records found && found.secure()) {
        Found read =
            Lookup.of(QUESTION, 0).read(withoutId(found.message().toArray())).orElseThrow();
        assertThat(read.addresses()).allMatch(InetAddress.ofLiteral("192.0.2.1")::equals);
      }
    }
  }

  private static byte[] withoutId(byte[] message) {
    byte[] copy = message.clone();
    copy[0] = 0;
    copy[1] = 0;
    return copy;
  }

  private static byte[] mutated(byte[] sample, Random random) {
    byte[] bytes = sample.clone();
    for (int flips = random.nextInt(4); flips > 0; flips--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return random.nextInt(8) == 0
        ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length))
        : bytes;
  }
}
