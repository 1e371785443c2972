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
    String well =
        switch (line) {
          case "NAMING LOOKUP NAME=site.i2p" ->
              "NAMING REPLY RESULT=OK NAME=site.i2p VALUE=" + SITE + "\n";
          case "NAMING LOOKUP NAME=none.i2p" -> "NAMING REPLY RESULT=INVALID_KEY NAME=none.i2p\n";
          default -> FakeRouter.well(line);
        };
    String more = inbox.poll();
    return more == null ? well : well + more;
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
