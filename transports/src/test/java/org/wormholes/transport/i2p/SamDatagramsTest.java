package org.wormholes.transport.i2p;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.GatewaySpeaker.Conversation;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.Sockets;

@Timeout(30)
class SamDatagramsTest {
  private static final String SITE = I2pName.destinationOfPrivate(FakeRouter.KEY).orElseThrow();
  private static final FlowRequest.Credentials ANN = new FlowRequest.Credentials("ann", "");
  private static final FlowRequest.Credentials BOB = new FlowRequest.Credentials("bob", "");

  private final Sockets sockets = Sockets.open(NettyOptions.defaults().withLoops(1));
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

  /// What the router sends behind its next answer.
  private final BlockingQueue<String> inbox = new LinkedBlockingQueue<>();

  /// Each time the session's router is asked whether it is there.
  private final BlockingQueue<String> alive = new LinkedBlockingQueue<>();

  /// Opens when the router has found what it searches for in its network.
  private final CountDownLatch found = new CountDownLatch(1);

  private FakeRouter router;
  private DatagramSocket udp;
  private SamDatagrams datagrams;

  /// A router, and its UDP port.
  private record Bridge(FakeRouter router, DatagramSocket udp) {}

  private Bridge bridge() throws IOException {
    while (true) {
      FakeRouter candidate = new FakeRouter(this::answer);
      try {
        return new Bridge(
            candidate,
            new DatagramSocket(
                candidate.address().getPort() - 1, InetAddress.getLoopbackAddress()));
      } catch (SocketException taken) {
        candidate.close();
      }
    }
  }

  @BeforeEach
  void open() throws IOException {
    Bridge bridge = bridge();
    router = bridge.router();
    udp = bridge.udp();
    udp.setSoTimeout(10_000);
    datagrams = new SamDatagrams(sockets, SamSettings.of(router.address()));
    datagrams.start();
  }

  @AfterEach
  void close() throws IOException {
    datagrams.close();
    udp.close();
    router.close();
    sockets.close();
  }

  private String answer(String line) {
    if (line.equals("NAMING LOOKUP NAME=ME")) {
      alive.add(line);
    } else if (line.equals("NAMING LOOKUP NAME=far.i2p")) {
      search();
    }
    String well =
        switch (line) {
          case "NAMING LOOKUP NAME=site.i2p" ->
              "NAMING REPLY RESULT=OK NAME=site.i2p VALUE=" + SITE + "\n";
          case "NAMING LOOKUP NAME=far.i2p" ->
              "NAMING REPLY RESULT=OK NAME=far.i2p VALUE=" + SITE + "\n";
          case "NAMING LOOKUP NAME=none.i2p" -> "NAMING REPLY RESULT=INVALID_KEY NAME=none.i2p\n";
          default -> FakeRouter.well(line);
        };
    String more = inbox.poll();
    return more == null ? well : well + more;
  }

  private void search() {
    try {
      if (!found.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("the search has no end");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Conversation talk(String name, FlowRequest.Credentials who) {
    return datagrams.with(
        sockets.loops().getFirst(),
        new I2pName(name),
        who,
        data -> received.add(StandardCharsets.US_ASCII.decode(data).toString()));
  }

  private static void say(Conversation conversation, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    conversation.send(bytes, bytes.length);
  }

  /// What comes to the router next.
  private String sent() throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[20_000], 20_000);
    udp.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
  }

  @Test
  void looksANameUpAndSendsToTheRoutersPort() throws Exception {
    Conversation site = talk("site.i2p", ANN);
    say(site, "one");
    say(site, "two");
    assertThat(sent()).matches("3\\.0 [0-9a-f]{16} " + SITE + "\none");
    assertThat(sent()).endsWith("\ntwo");
    assertThat(router.heard).anyMatch(line -> line.startsWith("SESSION CREATE STYLE=DATAGRAM ID="));
    assertThat(router.heard).filteredOn("NAMING LOOKUP NAME=site.i2p"::equals).hasSize(1);

    inbox.add("DATAGRAM RECEIVED DESTINATION=" + SITE + " SIZE=9\nan answer");
    assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("an answer");
  }

  /// i2pd reads nothing more from a socket on which it was asked for a name until it has it.
  @Test
  void aLongSearchForANameDoesNotEndTheSession() throws Exception {
    say(talk("far.i2p", ANN), "one");
    for (int asked = 0; asked < 3; asked++) {
      assertThat(alive.poll(10, TimeUnit.SECONDS)).isNotNull();
    }
    found.countDown();
    assertThat(sent()).endsWith("\none");
    assertThat(router.heard).filteredOn(line -> line.startsWith("SESSION CREATE")).hasSize(1);
  }

  @Test
  void twoNamesOfADestinationAreOneDestination() throws Exception {
    say(talk("site.i2p", ANN), "one");
    assertThat(sent()).endsWith("\none");
    found.countDown();
    Conversation bob = talk("far.i2p", BOB);
    say(bob, "mine?");
    while (!bob.isOver()) {
      assertThat(alive.poll(10, TimeUnit.SECONDS)).isNotNull();
    }
    say(talk("far.i2p", ANN), "two");
    assertThat(sent()).endsWith("\ntwo");
  }

  @Test
  void whoWasNotAskedIsNotHeard() throws Exception {
    Conversation site = talk("site.i2p", ANN);
    say(site, "one");
    assertThat(sent()).endsWith("\none");
    String stranger = SITE.substring(1) + "A";
    inbox.add("DATAGRAM RECEIVED DESTINATION=" + stranger + " SIZE=3\nnot");
    inbox.add("DATAGRAM RECEIVED DESTINATION=" + SITE + " SIZE=2\nme");
    assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("me");
  }

  @Test
  void aLongOneIsLostAlone() throws Exception {
    Conversation site = talk("site.i2p", ANN);
    say(site, "x".repeat(SamDatagrams.MAX_BYTES + 1));
    say(site, "y".repeat(SamDatagrams.MAX_BYTES));
    assertThat(sent()).endsWith("\n" + "y".repeat(SamDatagrams.MAX_BYTES));
  }

  @Test
  void aDestinationHasOneConversationAtATime() throws Exception {
    Conversation ann = talk("site.i2p", ANN);
    say(ann, "one");
    assertThat(sent()).endsWith("\none");
    Conversation bob = talk("site.i2p", BOB);
    say(bob, "mine?");
    Conversation again = talk("site.i2p", ANN);
    say(again, "two");
    assertThat(sent()).endsWith("\ntwo");
    assertThat(bob.isOver()).isTrue();
    assertThat(ann.isOver()).isTrue();
    assertThat(again.isOver()).isFalse();
  }

  @Test
  void aNameNobodyHasIsNotSentTo() throws Exception {
    say(talk("none.i2p", ANN), "lost");
    say(talk("site.i2p", ANN), "found");
    assertThat(sent()).endsWith("\nfound");
    udp.setSoTimeout(50);
    assertThat(catchTimeout()).isTrue();
  }

  private boolean catchTimeout() throws IOException {
    try {
      String unexpected = sent();
      throw new AssertionError(unexpected);
    } catch (SocketTimeoutException nothing) {
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " SIZE=", " SIZE=-1", " SIZE=32769", " SIZE=99999999999", " SIZE=x"})
  void aRouterThatSaysNoSizeIsLeftAndComeBackTo(String size) throws Exception {
    Conversation site = talk("site.i2p", ANN);
    say(site, "one");
    assertThat(sent()).endsWith("\none");
    inbox.add("DATAGRAM RECEIVED DESTINATION=" + SITE + size + "\nwhatever follows");
    while (router.heard.stream().filter(line -> line.startsWith("SESSION CREATE")).count() < 2) {
      say(site, "again");
      String arrived = sent();
      assertThat(arrived).endsWith("\nagain");
    }
    assertThat(received).isEmpty();
  }
}
