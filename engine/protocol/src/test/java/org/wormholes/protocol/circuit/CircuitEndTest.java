package org.wormholes.protocol.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

final class CircuitEndTest {
  private static final Target TARGET = Target.of("example.org", 443);
  private static final CircuitLimits LIMITS = CircuitLimits.DEFAULT;

  private final CountingAccount account = new CountingAccount();
  private final ClientSide client = new ClientSide();
  private final ExitSide exit = new ExitSide();
  private CircuitPair pair = pair(LIMITS);

  private CircuitPair pair(CircuitLimits limits) {
    return new CircuitPair(limits, new ChunkPool(1 << 20), account, new Random(7), client, exit);
  }

  private Recorder open(long bytes) {
    int number = exit.streams.size();
    return open(number, bytes);
  }

  private Recorder open(int number, long bytes) {
    Recorder recorder = new Recorder("client " + number, number, -1 - number, bytes);
    recorder.finishes = false;
    recorder.stream = pair.client.open(TARGET, recorder);
    return recorder;
  }

  @Test
  void carriesTheFirstBytesInTheCellThatOpensTheStream() throws WireException {
    Recorder app = open(1_000);
    app.send(1_000, pair.now);
    byte[] early = new byte[6_880];
    assertThat(pair.client.fill(early, 0, early.length, pair.now)).isBetween(1_000, 1_100);
    pair.exit.onPayload(early, 0, early.length, pair.now);
    assertThat(exit.targets).containsExactly(TARGET);
    assertThat(exit.streams.getFirst().received).isEqualTo(1_000);
  }

  @Test
  void saysOnceThatTheDestinationAnswered() throws WireException {
    Recorder app = open(0);
    pair.settle();
    assertThat(app.connects).isEqualTo(1);
    assertThat(app.family).isEqualTo(4);
    assertThat(app.stream().isConnected()).isTrue();
  }

  @Test
  void tellsWhyAStreamWasRefused() throws WireException {
    exit.connects = false;
    Recorder app = open(0);
    pair.settle();
    exit.streams.getFirst().stream().refuse(Reason.POLICY);
    pair.settle();
    assertThat(app.reset).isEqualTo(Reason.POLICY);
    assertThat(app.stream().isConnected()).isFalse();
    assertThat(pair.client.streams()).isZero();
    assertThat(pair.exit.streams()).isZero();
  }

  @Test
  void halfClosesEachDirectionOnItsOwn() throws WireException {
    exit.bytesBack = 300;
    Recorder app = open(200);
    app.finishes = true;
    app.send(200, pair.now);
    pair.settle();
    Recorder far = exit.streams.getFirst();
    assertThat(far.finished).isTrue();
    assertThat(app.finished).isFalse();
    far.finishes = true;
    far.send(300, pair.now);
    pair.run(50_000_000);
    assertThat(app.received).isEqualTo(300);
    assertThat(app.finished).isTrue();
    assertThat(app.ended).isTrue();
    assertThat(far.ended).isTrue();
    assertThat(pair.exit.streams()).isZero();
    assertThat(account.held).isZero();
  }

  @Test
  void resetDropsWhatIsQueuedAndTellsTheFarEnd() throws WireException {
    Recorder app = open(100_000);
    pair.settle();
    app.send(100_000, pair.now);
    app.stream().reset(Reason.REQUESTED);
    pair.settle();
    assertThat(exit.streams.getFirst().reset).isEqualTo(Reason.REQUESTED);
    assertThat(exit.streams.getFirst().received).isZero();
    assertThat(app.reset).isNull();
    assertThat(account.held).isZero();
  }

  @Test
  void saysNothingOfAStreamThatWasResetBeforeItWasOpened() throws WireException {
    open(10).stream().reset(Reason.REQUESTED);
    Recorder next = open(10);
    pair.settle();
    assertThat(exit.streams).hasSize(1);
    assertThat(next.stream().id()).isEqualTo(1);
  }

  @Test
  void ignoresBytesThatWereUnderWayWhenTheStreamWasReset() throws WireException {
    pair.delay = 5_000_000;
    Recorder app = open(10_000);
    pair.run(20_000_000);
    exit.streams.getFirst().stream().reset(Reason.CONNECTION_RESET);
    app.send(10_000, pair.now);
    pair.run(20_000_000);
    assertThat(app.reset).isEqualTo(Reason.CONNECTION_RESET);
    assertThat(exit.streams.getFirst().received).isZero();
  }

  @Test
  void takesLargeCellsForMuchAndSmallOnesForLittle() throws WireException {
    Recorder app = open(100_200);
    pair.settle();
    int small = pair.smallCells;
    app.send(200, pair.now);
    pair.settle();
    assertThat(pair.smallCells).isGreaterThan(small);
    assertThat(pair.largeCells).isZero();
    app.send(100_000, pair.now);
    pair.settle();
    assertThat(pair.largeCells).isEqualTo(7);
  }

  @Test
  void obeysAForcedSizeOfCell() throws WireException {
    pair.client.cells(CellChoice.SMALL);
    Recorder app = open(50_000);
    app.send(50_000, pair.now);
    pair.settle();
    assertThat(pair.largeCells).isZero();
    assertThat(exit.streams.getFirst().received).isEqualTo(50_000);
  }

  @Test
  void stopsASenderWhoseReaderStalls() throws WireException {
    exit.consumes = false;
    Recorder app = open(10 << 20);
    for (int i = 0; i < 100; i++) {
      app.send(1 << 20, pair.now);
      pair.run(200_000);
    }
    Recorder far = exit.streams.getFirst();
    assertThat(far.received).isEqualTo(CircuitLimits.INITIAL_WINDOW);
    assertThat(account.most)
        .isLessThan(CircuitLimits.INITIAL_WINDOW + LIMITS.maxUnsentBytes() + (128 << 10));
    assertThat(pair.client.ready(pair.now)).isFalse();
    far.consumes = true;
    far.consume(far.unconsumed);
    for (int i = 0; i < 200; i++) {
      app.send(1 << 20, pair.now);
      pair.run(200_000);
    }
    assertThat(far.received).isEqualTo(10 << 20);
  }

  @Test
  void widensTheWindowForAFastReaderOnALongPath() throws WireException {
    pair.delay = 20_000_000;
    Recorder app = open(200 << 20);
    long before = 0;
    for (int i = 0; i < 4_000; i++) {
      app.send(1 << 20, pair.now);
      pair.run(500_000);
      if (i == 2_000) {
        before = exit.streams.getFirst().received;
      }
    }
    long perSecond = exit.streams.getFirst().received - before;
    // One window of 4 MiB each 40 ms is 105 MB/s.
    assertThat(perSecond).isGreaterThan(90_000_000L);
  }

  @Test
  void goesOnWithLittleWhileMemoryIsShort() throws WireException {
    pair.delay = 20_000_000;
    Recorder app = open(100 << 20);
    pair.run(50_000_000);
    account.isShort = true;
    for (int i = 0; i < 1_000; i++) {
      app.send(1 << 20, pair.now);
      pair.run(500_000);
    }
    assertThat(account.most).isLessThan((2 * CircuitLimits.INITIAL_WINDOW) + (128 << 10));
    // A window of 256 KiB in each of the twelve round trips.
    assertThat(exit.streams.getFirst().received).isGreaterThan(2_000_000);
  }

  @Test
  void takesNextToNothingForAStreamThatStandsStillWhileMemoryIsShort() throws WireException {
    account.isShort = true;
    exit.consumes = false;
    Recorder app = open(100 << 20);
    for (int i = 0; i < 50; i++) {
      app.send(1 << 20, pair.now);
      pair.run(1_000_000);
    }
    pair.run(1_000_000_000);
    assertThat(app.stream().room()).isZero();
    Recorder still = open(1, 100 << 20);
    pair.client.lost();
    still.send(1 << 20, pair.now);
    assertThat(still.sent).isEqualTo(Chunk.SMALL);
  }

  @Test
  void tellsWhenThereIsRoomAgain() throws WireException {
    Recorder app = open(10 << 20);
    app.send(10 << 20, pair.now);
    assertThat(app.sent).isEqualTo(LIMITS.maxUnsentBytes());
    // The recorder asks for no more than there is room for; a real one finds the buffer full.
    app.stream().offer(java.nio.ByteBuffer.allocate(10), pair.now);
    assertThat(app.writable).isZero();
    pair.settle();
    assertThat(app.writable).isEqualTo(1);
  }

  @Test
  void letsALateKeyPressGoBeforeABulkTransfer() throws WireException {
    Recorder bulk = open(0, 20 << 20);
    bulk.send(1 << 20, pair.now);
    pair.settle();
    bulk.send(1 << 20, pair.now);
    Recorder typist = open(1, 10);
    typist.send(10, pair.now);
    byte[] cell = new byte[Cells.LARGE_PAYLOAD];
    pair.client.fill(cell, 0, cell.length, pair.now);
    pair.exit.onPayload(cell, 0, cell.length, pair.now);
    assertThat(exit.streams.get(1).received).isEqualTo(10);
  }

  @Test
  void sharesACircuitFairlyByBytes() throws WireException {
    List<Recorder> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(open(i, 100 << 20));
    }
    byte[] cell = new byte[Cells.LARGE_PAYLOAD];
    for (int i = 0; i < 2_000; i++) {
      all.forEach(each -> each.send(100_000, pair.now));
      if (pair.client.ready(pair.now) && pair.client.fill(cell, 0, cell.length, pair.now) > 0) {
        pair.exit.onPayload(cell, 0, cell.length, pair.now);
      }
      pair.pullOne(false);
      pair.deliverOne(false);
      pair.now += 10_000;
    }
    long most = exit.streams.stream().mapToLong(each -> each.received).max().orElseThrow();
    long least = exit.streams.stream().mapToLong(each -> each.received).min().orElseThrow();
    assertThat(most).isGreaterThan(2 << 20);
    assertThat(most - least).isLessThan(300_000);
  }

  @Test
  void packsManySmallMessagesIntoOneCell() throws WireException {
    for (int i = 0; i < 20; i++) {
      open(i, 10).send(10, pair.now);
    }
    byte[] cell = new byte[Cells.LARGE_PAYLOAD];
    pair.client.fill(cell, 0, cell.length, pair.now);
    pair.exit.onPayload(cell, 0, cell.length, pair.now);
    assertThat(exit.streams).hasSize(20).allMatch(each -> each.received == 10);
  }

  @Test
  void acknowledgesABulkTransferEveryEightCells() throws WireException {
    Recorder app = open(4 << 20);
    app.send(1 << 20, pair.now);
    pair.settle();
    int before = pair.smallCells;
    int large = pair.largeCells;
    for (int i = 0; i < 10; i++) {
      app.send(1 << 20, pair.now);
      pair.settle();
    }
    assertThat(pair.smallCells - before).isLessThan(2 + (pair.largeCells - large) / 4);
  }

  @Test
  void waitsTenMillisecondsWithAnAcknowledgementThatNothingElseCarries() throws WireException {
    Recorder app = open(10);
    pair.run(100_000_000);
    app.send(10, pair.now);
    pair.settle();
    assertThat(account.held).isPositive();
    assertThat(pair.exit.deadline()).isEqualTo(pair.now + 10_000_000);
    assertThat(pair.exit.ready(pair.now + 9_999_999)).isFalse();
    pair.run(11_000_000);
    assertThat(account.held).isZero();
    assertThat(pair.exit.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void measuresTheRoundTripWithoutTheWaitOfTheAcknowledgement() throws WireException {
    pair.delay = 30_000_000;
    Recorder app = open(10);
    app.send(10, pair.now);
    pair.run(200_000_000);
    assertThat(pair.client.roundTripNanos()).isBetween(60_000_000L, 61_000_000L);
    assertThat(pair.client.inFlightBytes()).isZero();
  }

  @Test
  void isIdleWhenThereIsNothingToSay() throws WireException {
    Recorder app = open(5_000);
    app.send(5_000, pair.now);
    pair.run(100_000_000);
    int cells = pair.smallCells + pair.largeCells;
    pair.run(500_000_000);
    assertThat(pair.smallCells + pair.largeCells).isEqualTo(cells);
    assertThat(pair.client.fill(new byte[2_000], 0, 2_000, pair.now)).isZero();
  }

  @Test
  void announcesOnceThatItIsReady() throws WireException {
    Recorder app = open(1_000);
    app.send(500, pair.now);
    app.send(500, pair.now);
    assertThat(client.ready).isEqualTo(1);
    pair.settle();
    pair.run(50_000_000);
    int before = client.ready;
    app.stream().finish();
    assertThat(client.ready).isEqualTo(before + 1);
  }

  @Test
  void answersPings() throws WireException {
    pair.delay = 5_000_000;
    pair.client.ping();
    pair.client.ping();
    pair.run(30_000_000);
    assertThat(client.pongs).hasSize(1);
    assertThat(client.pongs.getFirst()).isBetween(10_000_000L, 10_500_000L);
  }

  @Test
  void closesWithAReasonThatEveryStreamHears() throws WireException {
    Recorder app = open(0);
    pair.settle();
    pair.exit.close(Reason.SHUTDOWN);
    pair.settle();
    assertThat(app.reset).isEqualTo(Reason.SHUTDOWN);
    assertThat(client.closed).isEqualTo(Reason.SHUTDOWN);
    assertThat(pair.client.isClosed()).isTrue();
    assertThat(pair.exit.ready(pair.now)).isFalse();
    assertThat(exit.streams.getFirst().reset).isNull();
  }

  @Test
  void givesItsStreamsBackWhenItIsLost() throws WireException {
    Recorder app = open(10);
    DatagramLog log = new DatagramLog();
    pair.client.openDatagrams(log);
    pair.client.resolve(new Host.Name("example.org"), 0);
    pair.settle();
    assertThat(pair.client.lost()).containsExactly(app.stream());
    assertThat(log.closed).isEqualTo(Reason.LOST);
    assertThat(client.unresolved).containsExactly(Reason.LOST);
    assertThat(app.stream().circuit()).isEmpty();
    assertThat(pair.client.hasRoom()).isFalse();
  }

  @Test
  void resolvesNames() throws WireException {
    int query = pair.client.resolve(new Host.Name("example.org"), 4);
    assertThat(query).isEqualTo(1);
    pair.settle();
    assertThat(exit.names).containsExactly("example.org/4");
    List<Host> answer = List.of(Host.parse("192.0.2.7"), Host.parse("2001:db8::9"));
    pair.exit.resolved(exit.queries.getFirst(), answer, Duration.ofSeconds(60));
    pair.settle();
    assertThat(client.addresses).isEqualTo(answer);
    pair.client.resolve(new Host.Name("nowhere.example"), 0);
    pair.settle();
    pair.exit.unresolved(exit.queries.getLast(), Reason.NAME_NOT_FOUND, Duration.ofHours(1));
    pair.settle();
    assertThat(client.unresolved).containsExactly(Reason.NAME_NOT_FOUND);
    assertThat(client.remembered).containsExactly(Duration.ofHours(1));
  }

  @Test
  void tellsNoAddressFromNoName() throws WireException {
    pair.client.resolve(new Host.Name("four.example"), 6);
    pair.settle();
    pair.exit.resolved(exit.queries.getLast(), List.of(), Duration.ofDays(30));
    pair.settle();
    assertThat(client.resolved).isEqualTo(1);
    assertThat(client.addresses).isEmpty();
    assertThat(client.unresolved).isEmpty();
  }

  @Test
  void answersQuestionsForRecordsOfAnySize() throws WireException {
    pair.client.ask(new NameQuestion("example.org", 15, false));
    pair.client.ask(new NameQuestion("", 48, true));
    pair.settle();
    assertThat(exit.names).containsExactly("example.org/15", "/48/signed");
    byte[] longest = new byte[CircuitLimits.MAX_DATAGRAM];
    longest[0] = 1;
    pair.exit.answered(exit.queries.getFirst(), longest, Duration.ofSeconds(5));
    pair.exit.answered(exit.queries.getLast(), new byte[] {7}, Duration.ofDays(9));
    pair.settle();
    assertThat(client.answers).hasSize(2).contains("2 07 86400");
    assertThat(client.answers.getFirst()).hasSize(2 + 2 * longest.length + 2);
    pair.client.ask(new NameQuestion("example.org", 16, false));
    pair.settle();
    int tooLong = CircuitLimits.MAX_DATAGRAM + 1;
    pair.exit.answered(exit.queries.getLast(), new byte[tooLong], Duration.ZERO);
    pair.settle();
    assertThat(client.unresolved).containsExactly(Reason.LIMIT);
  }

  @Test
  void anAnswerOfTheOtherKindBreaksTheProtocol() {
    byte[] payload = new byte[64];
    pair.client.ask(new NameQuestion("example.org", 15, false));
    payload[0] = Message.RESOLVED;
    payload[3] = 6;
    payload[7] = 1;
    assertThatThrownBy(() -> pair.client.onPayload(payload, 0, payload.length, 1))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("was not asked");
  }

  @Test
  void boundsOpenQuestions() throws WireException {
    for (int i = 0; i < CircuitLimits.MAX_RESOLVES; i++) {
      assertThat(pair.client.resolve(new Host.Name("a" + i), 0)).isPositive();
    }
    assertThat(pair.client.resolve(new Host.Name("b"), 0)).isEqualTo(-1);
    pair.settle();
    assertThat(exit.names).hasSize(CircuitLimits.MAX_RESOLVES);
  }

  @Test
  void boundsStreams() throws WireException {
    pair = pair(new CircuitLimits(2, 1, 1 << 20, 64 << 10, 1 << 20));
    open(0, 0);
    open(1, 0);
    assertThat(pair.client.hasRoom()).isFalse();
    assertThatThrownBy(() -> open(2, 0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void turnsAwayStreamsBeyondTheExitsLimit() throws WireException {
    CircuitLimits generous = CircuitLimits.DEFAULT;
    CircuitLimits strict = new CircuitLimits(2, 1, 1 << 20, 64 << 10, 1 << 20);
    ChunkPool pool = new ChunkPool(0);
    CircuitEnd far = CircuitEnd.exit(strict, pool, account, exit);
    CircuitEnd near = CircuitEnd.client(generous, pool, account, new Random(1)::nextBytes, client);
    List<Recorder> apps = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Recorder app = new Recorder("client " + i, i, -1 - i, 0);
      app.stream = near.open(TARGET, app);
      apps.add(app);
    }
    byte[] cell = new byte[Cells.SMALL_PAYLOAD];
    near.fill(cell, 0, cell.length, 0);
    far.onPayload(cell, 0, cell.length, 0);
    far.fill(cell, 0, cell.length, 0);
    near.onPayload(cell, 0, cell.length, 0);
    assertThat(apps.get(1).reset).isNull();
    assertThat(apps.get(2).reset).isEqualTo(Reason.LIMIT);
  }

  @Test
  void carriesDatagramsBothWays() throws WireException {
    DatagramLog log = new DatagramLog();
    DatagramEnd flow = pair.client.openDatagrams(log);
    Target dns = Target.of("192.0.2.53", 53);
    Target name = Target.of("time.example", 123);
    assertThat(flow.send(dns, new byte[300], 0, 300, pair.now)).isTrue();
    assertThat(flow.send(name, new byte[1_300], 0, 1_300, pair.now)).isTrue();
    assertThat(flow.send(dns, new byte[0], 0, 0, pair.now)).isTrue();
    pair.settle();
    assertThat(exit.datagrams)
        .containsExactly("192.0.2.53:53 300", "time.example:123 1300", "192.0.2.53:53 0");
    exit.flows.getFirst().send(dns, new byte[15_000], 0, 15_000, pair.now);
    pair.settle();
    assertThat(log.datagrams).containsExactly("192.0.2.53:53 15000");
    flow.close(Reason.DONE);
    pair.settle();
    assertThat(exit.flowsClosed).containsExactly(Reason.DONE);
    assertThat(account.held).isZero();
  }

  @Test
  void dropsDatagramsThatFindNoRoom() throws WireException {
    DatagramEnd flow = pair.client.openDatagrams(new DatagramLog());
    Target dns = Target.of("192.0.2.53", 53);
    int taken = 0;
    for (int i = 0; i < 1_000; i++) {
      taken += flow.send(dns, new byte[1_000], 0, 1_000, pair.now) ? 1 : 0;
    }
    assertThat(taken).isEqualTo(CircuitLimits.MAX_DATAGRAM_QUEUE / 1_015);
    assertThat(flow.dropped()).isEqualTo(1_000 - taken);
    assertThat(flow.send(dns, new byte[20_000], 0, 20_000, pair.now)).isFalse();
    pair.settle();
    assertThat(exit.datagrams).hasSize(taken);
    assertThat(account.held).isZero();
  }

  @Test
  void refusesLongDatagramsWhereCellsAreSmall() {
    pair.client.cells(CellChoice.SMALL);
    DatagramEnd flow = pair.client.openDatagrams(new DatagramLog());
    Target dns = Target.of("192.0.2.53", 53);
    assertThat(flow.send(dns, new byte[1_300], 0, 1_300, pair.now)).isTrue();
    assertThat(flow.send(dns, new byte[1_400], 0, 1_400, pair.now)).isFalse();
  }

  @Test
  void refusesAClaimToAStreamThatIsGone() throws WireException {
    Recorder app = open(10);
    pair.settle();
    StreamEnd stream = pair.client.lost().getFirst();
    pair = pair(LIMITS);
    pair.client.attach(stream, pair.now);
    pair.settle();
    exit.claims.getFirst().gone(Reason.GONE);
    pair.settle();
    assertThat(app.reset).isEqualTo(Reason.GONE);
    assertThat(pair.exit.streams()).isZero();
  }

  @Test
  void doesNotAskAgainForAStreamThatTheExitMayHaveForgotten() throws WireException {
    Recorder app = open(10);
    byte[] lost = new byte[2_000];
    pair.client.fill(lost, 0, lost.length, pair.now);
    StreamEnd stream = pair.client.lost().getFirst();
    long now = pair.now + StreamEnd.ASK_AGAIN_NANOS + 1;
    pair = pair(LIMITS);
    pair.client.attach(stream, now);
    assertThat(app.reset).isEqualTo(Reason.LOST);
    assertThat(pair.client.streams()).isZero();
  }

  @Test
  void forgetsAClaimThatTheClientTookBack() throws WireException {
    Recorder app = open(10);
    pair.settle();
    StreamEnd near = pair.client.lost().getFirst();
    StreamEnd far = pair.exit.lost().getFirst();
    pair = pair(LIMITS);
    pair.client.attach(near, pair.now);
    pair.settle();
    app.stream().reset(Reason.REQUESTED);
    pair.settle();
    StreamClaim claim = exit.claims.getFirst();
    assertThat(claim.isOpen()).isFalse();
    assertThat(claim.resume(far)).isFalse();
    assertThat(pair.exit.streams()).isZero();
  }

  /// Remembers what a flow told its client.
  private static final class DatagramLog implements DatagramListener {
    final List<String> datagrams = new ArrayList<>();
    @Nullable Reason closed;

    @Override
    public void onDatagram(Target target, byte[] array, int offset, int length) {
      datagrams.add(target.text() + " " + length);
    }

    @Override
    public void onClosed(Reason reason) {
      closed = reason;
    }
  }
}
