package org.wormholes.spec;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Group;
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
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.GroupView;
import org.wormholes.spec.lab.Await;

/// Tunnels under one name, over real sockets: each member leads through one relay of its own.
@Timeout(value = 90, unit = TimeUnit.SECONDS)
final class GroupsTest {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private LocalNetwork network;
  private ServerSocket server;

  @BeforeEach
  void start() throws IOException {
    network = LocalNetwork.of(3);
    network.apply(network.tunnel(1, Isolation.DEFAULT));
    network.awaitKnown();
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          while (!server.isClosed()) {
            try {
              greet(server.accept());
            } catch (IOException e) {
              // The next one, or the end of the test.
            }
          }
        });
  }

  private static void greet(Socket client) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (client) {
            client.getOutputStream().write("hello".getBytes(US_ASCII));
            client.getInputStream().readAllBytes();
          } catch (IOException e) {
            // It has left.
          }
        });
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    network.close();
  }

  @Test
  void fallsBackWhenTheRelayOfTheFirstMemberDies() throws Exception {
    int proxy = apply(group(Group.Kind.FALLBACK, 1, probe(), "a", "b"));
    await(group -> group.members().stream().allMatch(this::isUp));
    assertThat(view().inUse()).contains("a");
    assertThat(carrier(proxy)).isEqualTo("a");

    relay(0).close();
    await(group -> group.inUse().equals(Optional.of("b")));
    assertThat(carrier(proxy)).isEqualTo("b");
    assertThat(view().members().getFirst().problem()).isPresent();
  }

  @Test
  void aFlowIsOpenedThroughTheNextMemberBeforeAnyProbeHasFailed() throws Exception {
    int proxy = apply(group(Group.Kind.FALLBACK, 1, Optional.empty(), "a", "b"));
    await(group -> group.members().stream().allMatch(this::isUp));
    relay(0).close();
    assertThat(carrier(proxy)).isEqualTo("b");
  }

  @Test
  void refusesWhenAllMembersAreDown() throws Exception {
    int proxy = apply(group(Group.Kind.FALLBACK, 1, probe(), "a", "b"));
    await(group -> group.members().stream().allMatch(this::isUp));
    relay(0).close();
    relay(1).close();
    await(group -> group.inUse().isEmpty());
    assertThatThrownBy(() -> Socks.connect(proxy, "127.0.0.1", server.getLocalPort()))
        .isInstanceOf(IOException.class)
        .hasMessage("socks reply 1");
  }

  @Test
  void takesTheFastestAndMeasuresIt() throws Exception {
    apply(group(Group.Kind.FASTEST, 1, probe(), "a", "b"));
    await(group -> group.members().stream().allMatch(each -> each.roundTrip().isPresent()));
    assertThat(view().inUse()).isPresent();
  }

  @Test
  void balancesOverMembersAndCircuits() throws Exception {
    int proxy = apply(group(Group.Kind.BALANCE, 2, Optional.empty(), "a", "b"));
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        open.add(hello(proxy));
      }
      List<CircuitView> busy =
          network.client().circuits().stream().filter(each -> each.flows() > 0).toList();
      assertThat(busy).hasSize(4).allMatch(circuit -> circuit.flows() == 2);
      assertThat(busy).extracting(CircuitView::tunnel).contains("a", "b");
      assertThat(view().members()).allMatch(member -> member.flows() == 4);
    } finally {
      for (Socket each : open) {
        each.close();
      }
    }
    await(group -> group.members().stream().allMatch(member -> member.flows() == 0));
  }

  @Test
  void keepsWhatItLearnedWhenOtherRulesChange() throws Exception {
    apply(group(Group.Kind.FALLBACK, 1, probe(), "a", "b"));
    await(group -> group.members().stream().allMatch(this::isUp));
    apply(group(Group.Kind.FALLBACK, 1, probe(), "a", "b"));
    assertThat(view().members()).allMatch(this::isUp);
  }

  private boolean isUp(GroupView.Member member) {
    return member.state() == GroupView.State.UP;
  }

  private Optional<Group.Probe> probe() {
    return Optional.of(new Group.Probe("127.0.0.1", server.getLocalPort(), EVERY, EVERY));
  }

  private static Group group(
      Group.Kind kind, int circuits, Optional<Group.Probe> probe, String... members) {
    return new Group(
        "any",
        kind,
        List.of(members),
        circuits,
        probe,
        Group.DEFAULT_TOLERANCE,
        Duration.ofSeconds(1));
  }

  private org.wormholes.runtime.Engine relay(int index) {
    return network.relays().get(index);
  }

  private Tunnel member(String name, int relay) {
    Expr isIt =
        new Expr.Compare(
            Expr.Comparison.EQUAL,
            new Expr.FactRef(Fact.ID),
            new Expr.Text(relay(relay).id().address()));
    return new Tunnel(
        name,
        LocalNetwork.NETWORK,
        List.of(new Entry.Socks(new Entry.Listen(0), false)),
        new Relays(1, Optional.of(isIt), List.of(), Optional.empty(), Optional.empty()),
        LocalNetwork.LOOPBACK_EXIT,
        List.of("tcp"),
        Optional.empty(),
        Isolation.DEFAULT,
        false,
        Optional.empty());
  }

  private int apply(Group group) {
    return network.apply(
        new Ruleset(
            "groups",
            "1",
            List.of(new Network(LocalNetwork.NETWORK, true, List.of(network.bootstrap()))),
            List.of(member("a", 0), member("b", 1)),
            List.of(group),
            List.of(new Route(new Verdict.To("any"), Exprs.YES)),
            List.of()));
  }

  private GroupView view() {
    return network.client().status().groups().getFirst();
  }

  private void await(Predicate<GroupView> wanted) {
    Await.that("the group", Duration.ofSeconds(40), () -> wanted.test(view()));
  }

  private Socket hello(int proxy) throws IOException {
    Socket socket = Socks.connect(proxy, "127.0.0.1", server.getLocalPort());
    assertThat(socket.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
    return socket;
  }

  /// The tunnel that a new flow takes. Probes are flows too, and end by themselves.
  private String carrier(int proxy) throws IOException {
    try (Socket _ = hello(proxy)) {
      return Await.value("one carrier", Duration.ofSeconds(20), this::onlyCarrier);
    }
  }

  private Optional<String> onlyCarrier() {
    Set<String> carrying = new HashSet<>();
    network.client().circuits().stream()
        .filter(circuit -> circuit.flows() > 0)
        .forEach(circuit -> carrying.add(circuit.tunnel()));
    return carrying.size() == 1 ? carrying.stream().findFirst() : Optional.empty();
  }
}
