package org.wormholes.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Group;
import org.wormholes.rules.Guard;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Route;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.control.ApplyRefusedException;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.spec.lab.Await;

/// One flow over several circuits, over real sockets and two loops.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class SplitTest {
  private static final int BODY = 24 << 20;
  private static final Duration LONG = Duration.ofSeconds(40);

  private LocalNetwork network;
  private ServerSocket server;

  /// Where the server stops in the middle of its body until told to go on.
  private final CountDownLatch half = new CountDownLatch(1);

  private volatile boolean pausing;

  @BeforeEach
  void start() throws IOException {
    network = LocalNetwork.of(7, 2);
    network.apply(network.tunnel(1, Isolation.DEFAULT));
    network.awaitKnown();
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform()
        .daemon()
        .name("split-server")
        .start(() -> {
          while (!server.isClosed()) {
            try {
              Socket client = server.accept();
              Thread.ofPlatform().daemon().name("split-serve").start(() -> serve(client));
            } catch (IOException e) {
              // The next one, or the end of the test.
            }
          }
        });
  }

  /// Reads to the end of the input, answers its digest, and then the body.
  private void serve(Socket client) {
    try (client) {
      client.getOutputStream().write(digest(client.getInputStream()));
      byte[] body = body(2);
      client.getOutputStream().write(body, 0, BODY / 2);
      if (pausing) {
        half.await();
      }
      client.getOutputStream().write(body, BODY / 2, BODY - BODY / 2);
    } catch (IOException | InterruptedException e) {
      // It has left.
    }
  }

  @AfterEach
  void stop() throws IOException {
    half.countDown();
    server.close();
    network.close();
  }

  @Test
  void carriesAFlowOverThreeCircuitsToOneExitAndBack() throws Exception {
    int proxy = apply(split(3, "a"), any("a", 3));
    try (Socket socket = Socks.connect(proxy, "127.0.0.1", server.getLocalPort())) {
      List<CircuitView> busy = busy();
      assertThat(busy).hasSize(3);
      assertThat(busy)
          .extracting(circuit -> circuit.hops().getLast().node())
          .containsOnly(exit(busy));
      Set<String> others = new HashSet<>();
      busy.forEach(circuit -> circuit.hops().subList(0, 2).forEach(hop -> others.add(hop.node())));
      assertThat(others).as("relays that see one part only").hasSize(6);
      exchange(socket);
      assertThat(busy()).allMatch(circuit -> circuit.bytesDown() > BODY / 20);
    }
    Await.that("the flow is over", LONG, () -> busy().isEmpty());
  }

  @Test
  void carriesSeveralFlowsAtATimeOnTheSameCircuits() throws Exception {
    int proxy = apply(split(2, "a"), any("a", 2));
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        open.add(Socks.connect(proxy, "127.0.0.1", server.getLocalPort()));
      }
      // Each loop has circuits of its own.
      assertThat(busy()).hasSizeBetween(2, 4);
      assertThat(busy().stream().mapToInt(CircuitView::flows).sum()).isEqualTo(8);
      assertThat(network.client().status().groups().getFirst().members())
          .allMatch(member -> member.flows() == 8);
      exchange(open.get(3));
      exchange(open.get(0));
    } finally {
      for (Socket each : open) {
        each.close();
      }
    }
  }

  @Test
  void flowsOfDifferentUsersShareNoCircuit() throws Exception {
    int proxy = apply(split(2, "a"), any("a", 2));
    try (Socket one = Socks.connect(proxy, "127.0.0.1", server.getLocalPort(), "one");
        Socket other = Socks.connect(proxy, "127.0.0.1", server.getLocalPort(), "other")) {
      assertThat(busy()).hasSize(4).allMatch(circuit -> circuit.flows() == 1);
      assertThat(one.isConnected() && other.isConnected()).isTrue();
    }
  }

  @Test
  void aGuardIsThatOfAllPartsAndNobodyElseBecomesOne() throws IOException {
    Guard one = new Guard(Duration.ofDays(90), 1);
    Relays guarded = new Relays(3, Optional.empty(), List.of(), Optional.empty(), Optional.of(one));
    int proxy = apply(split(3, "a"), tunnel("a", guarded));
    try (Socket socket = Socks.connect(proxy, "127.0.0.1", server.getLocalPort())) {
      assertThat(socket.isConnected()).isTrue();
      assertThat(busy()).hasSize(3);
      assertThat(busy().stream().map(circuit -> circuit.hops().getFirst().node()).distinct())
          .hasSize(1);
    }
  }

  @Test
  void aRelayBeforeTheExitMayDie() throws Exception {
    pausing = true;
    int proxy = apply(split(2, "a"), any("a", 2));
    try (Socket socket = Socks.connect(proxy, "127.0.0.1", server.getLocalPort())) {
      send(socket);
      String dead = busy().getFirst().hops().getFirst().node();
      readHalf(socket, () -> close(dead));
    }
  }

  @Test
  void anExitThatDiesIsAnErrorAndNoEnd() throws Exception {
    pausing = true;
    int proxy = apply(split(2, "a"), any("a", 2));
    try (Socket socket = Socks.connect(proxy, "127.0.0.1", server.getLocalPort())) {
      send(socket);
      String exit = exit(busy());
      assertThatThrownBy(() -> readHalf(socket, () -> close(exit))).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aResetOfTheDestinationIsAReset() throws Exception {
    pausing = true;
    int proxy = apply(split(2, "a"), any("a", 2));
    try (ServerSocket rude = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket socket = Socks.connect(proxy, "127.0.0.1", rude.getLocalPort())) {
      Socket accepted = rude.accept();
      accepted.getOutputStream().write(1);
      assertThat(socket.getInputStream().read()).isEqualTo(1);
      accepted.setSoLinger(true, 0);
      accepted.close();
      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(IOException.class);
    }
  }

  @Test
  void refusesAFlowWhereItsMembersShareNoExit() {
    int proxy = apply(split(1, "a", "b"), through("a", 0), through("b", 1));
    assertThatThrownBy(() -> Socks.connect(proxy, "127.0.0.1", server.getLocalPort()))
        .isInstanceOf(IOException.class)
        .hasMessage("socks reply 1");
    assertThat(network.client().status().groups().getFirst().members())
        .allMatch(member ->
            member.problem().equals(Optional.of("no relay may be the exit of all its parts")));
  }

  @Test
  void aDestinationThatRefusesIsSaidAsItIs() throws IOException {
    int proxy = apply(split(2, "a"), any("a", 2));
    int closed;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = gone.getLocalPort();
    }
    assertThatThrownBy(() -> Socks.connect(proxy, "127.0.0.1", closed))
        .isInstanceOf(IOException.class)
        .hasMessage("socks reply 5");
  }

  @Test
  void moreThanEightPartsAreRefused() {
    assertThatThrownBy(() -> apply(split(5, "a", "b"), any("a", 2), any("b", 2)))
        .hasRootCauseInstanceOf(ApplyRefusedException.class)
        .hasMessageContaining("10 circuits, at most 8 are possible");
  }

  private void close(String id) {
    network.relays().stream()
        .filter(relay -> relay.id().address().equals(id))
        .findFirst()
        .orElseThrow()
        .close();
  }

  private void exchange(Socket socket) throws IOException {
    send(socket);
    receive(socket, () -> {});
  }

  private static void send(Socket socket) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(body(1));
    socket.shutdownOutput();
  }

  private void readHalf(Socket socket, Runnable inTheMiddle) throws IOException {
    receive(
        socket,
        () -> {
          inTheMiddle.run();
          half.countDown();
        });
  }

  private static void receive(Socket socket, Runnable inTheMiddle) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    assertThat(in.readNBytes(32)).isEqualTo(sha256(body(1)));
    byte[] got = new byte[BODY];
    in.readFully(got, 0, BODY / 2);
    inTheMiddle.run();
    in.readFully(got, BODY / 2, BODY - BODY / 2);
    assertThat(sha256(got)).isEqualTo(sha256(body(2)));
    assertThat(in.read()).isEqualTo(-1);
  }

  private static byte[] body(int seed) {
    byte[] body = new byte[BODY];
    new Random(seed).nextBytes(body);
    return body;
  }

  private static byte[] digest(InputStream in) throws IOException {
    return sha256(in.readAllBytes());
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String exit(List<CircuitView> busy) {
    return busy.getFirst().hops().getLast().node();
  }

  private List<CircuitView> busy() {
    return network.client().circuits().stream().filter(circuit -> circuit.flows() > 0).toList();
  }

  private static Group split(int circuits, String... members) {
    return new Group(
        "parts",
        Group.Kind.SPLIT,
        List.of(members),
        circuits,
        Optional.empty(),
        Group.DEFAULT_TOLERANCE,
        Group.DEFAULT_SETTLE);
  }

  private Tunnel through(String name, int relay) {
    Engine only = network.relays().get(relay);
    Expr isIt =
        new Expr.Compare(
            Expr.Comparison.EQUAL, new Expr.FactRef(Fact.ID), new Expr.Text(only.id().address()));
    return tunnel(
        name, new Relays(1, Optional.of(isIt), List.of(), Optional.empty(), Optional.empty()));
  }

  private static Tunnel any(String name, int hops) {
    return tunnel(name, Relays.any(hops));
  }

  private static Tunnel tunnel(String name, Relays relays) {
    return new Tunnel(
        name,
        LocalNetwork.NETWORK,
        List.of(new Entry.Socks(new Entry.Listen(0), false)),
        relays,
        LocalNetwork.LOOPBACK_EXIT,
        List.of("tcp"),
        Optional.empty(),
        Isolation.DEFAULT,
        false,
        Optional.empty());
  }

  private int apply(Group group, Tunnel... tunnels) {
    List<Tunnel> all = new ArrayList<>(List.of(tunnels));
    return network.apply(
        new Ruleset(
            "split",
            "1",
            List.of(new Network(LocalNetwork.NETWORK, true, List.of(network.bootstrap()))),
            all,
            List.of(group),
            List.of(new Route(new Verdict.To("parts"), Exprs.YES)),
            List.of()));
  }
}
