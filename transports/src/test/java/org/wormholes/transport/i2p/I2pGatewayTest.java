package org.wormholes.transport.i2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.EntrySpec.Target;
import org.wormholes.runtime.spi.FlowAcceptor.Refusal;
import org.wormholes.runtime.spi.FlowRequest.Credentials;
import org.wormholes.runtime.spi.GatewaySpeaker.Phase;
import org.wormholes.runtime.spi.GatewaySpeaker.State;
import org.wormholes.runtime.spi.GatewaySpec;
import org.wormholes.runtime.spi.Way;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.Sockets;

@Timeout(30)
class I2pGatewayTest {
  private static final Credentials NOBODY = new Credentials("", "");
  private static final NodeKey KEY = NodeKey.ofSeed(new byte[NodeKey.SEED_BYTES]);

  private final Sockets sockets = Sockets.open(NettyOptions.defaults().withLoops(1));
  private final BlockingQueue<State> states = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    sockets.close();
  }

  private I2pGateway gateway(Optional<InetSocketAddress> router, I2pGateway.Options options) {
    return gateway(router, options, NOBODY);
  }

  private I2pGateway gateway(
      Optional<InetSocketAddress> router, I2pGateway.Options options, Credentials login) {
    GatewaySpec spec =
        new GatewaySpec(
            "hidden",
            GatewaySpec.Kind.I2P,
            router.map(at -> new Target(at.getAddress().getHostAddress(), at.getPort())),
            login,
            KEY,
            false);
    return new I2pGateway(sockets, spec, options, states::add);
  }

  private State await(Phase phase) throws InterruptedException {
    while (true) {
      State next = states.poll(10, TimeUnit.SECONDS);
      assertThat(next).as("waiting for " + phase).isNotNull();
      if (next.phase() == phase) {
        return next;
      }
    }
  }

  /// What became of a stream: `opened`, or why not.
  private String open(I2pGateway gateway, String host) throws Exception {
    CompletableFuture<String> outcome = new CompletableFuture<>();
    gateway.open(
        sockets.loops().getFirst(),
        new Target(host, 80),
        NOBODY,
        new Way.OpenListener() {
          @Override
          public void onOpened(Connection connection) {
            connection.abort();
            outcome.complete("opened");
          }

          @Override
          public void onRefused(Refusal refusal, String why) {
            outcome.complete(refusal + ": " + why);
          }
        });
    return outcome.get(10, TimeUnit.SECONDS);
  }

  @Test
  void handsNamesToTheRouterAsTheyAre() throws Exception {
    try (FakeRouter router = new FakeRouter(FakeRouter::well);
        I2pGateway gateway =
            gateway(Optional.of(router.address()), I2pGateway.Options.usual(Optional.empty()))) {
      gateway.start();
      assertThat(await(Phase.READY)).isEqualTo(State.READY);
      assertThat(open(gateway, "Stats.I2P")).isEqualTo("opened");
      assertThat(router.heard).anyMatch(line -> line.contains(" DESTINATION=stats.i2p "));
    }
  }

  @Test
  void logsInWhereTheRouterWantsIt() throws Exception {
    Credentials login = new Credentials("ann", "a \"b\\c");
    try (FakeRouter router = new FakeRouter(FakeRouter::well);
        I2pGateway gateway =
            gateway(
                Optional.of(router.address()), I2pGateway.Options.usual(Optional.empty()), login)) {
      gateway.start();
      await(Phase.READY);
      assertThat(open(gateway, "stats.i2p")).isEqualTo("opened");
      assertThat(router.heard.stream().filter(line -> line.startsWith("HELLO")))
          .hasSize(2)
          .containsOnly("HELLO VERSION MIN=3.1 MAX=3.3 USER=\"ann\" PASSWORD=\"a \\\"b\\\\c\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.org", "127.0.0.1", "::1", "i2p", "a.i2p.example"})
  void takesNothingThatIsNotOfI2p(String host) throws Exception {
    try (FakeRouter router = new FakeRouter(FakeRouter::well);
        I2pGateway gateway =
            gateway(Optional.of(router.address()), I2pGateway.Options.usual(Optional.empty()))) {
      gateway.start();
      await(Phase.READY);
      assertThat(open(gateway, host)).isEqualTo("NOT_ALLOWED: I2P has only names that end in .i2p");
      assertThat(router.heard).noneMatch(line -> line.startsWith("STREAM"));
    }
  }

  @Test
  void tellsWhatTheRouterSaid() throws Exception {
    try (FakeRouter router =
            new FakeRouter(line ->
                line.startsWith("STREAM")
                    ? "STREAM STATUS RESULT=CANT_REACH_PEER\n"
                    : FakeRouter.well(line));
        I2pGateway gateway =
            gateway(Optional.of(router.address()), I2pGateway.Options.usual(Optional.empty()))) {
      gateway.start();
      await(Phase.READY);
      assertThat(open(gateway, "gone.i2p"))
          .isEqualTo(
              "HOST_UNREACHABLE: could not reach the destination: the I2P router answered"
                  + " CANT_REACH_PEER");
    }
  }

  @Test
  void saysThatTheRouterIsGone() throws Exception {
    FakeRouter router = new FakeRouter(FakeRouter::well);
    try (router;
        I2pGateway gateway =
            gateway(Optional.of(router.address()), I2pGateway.Options.usual(Optional.empty()))) {
      gateway.start();
      await(Phase.READY);
      router.close();
      assertThat(await(Phase.DOWN).detail()).startsWith("the I2P router is gone");
      assertThat(open(gateway, "site.i2p")).startsWith("NETWORK_UNREACHABLE: ");
    }
  }

  @Test
  void saysHowToGetARouter(@TempDir Path folder) throws Exception {
    I2pGateway.Options options =
        new I2pGateway.Options(Optional.of(folder), 3, Map.of(), Map.of(), folder.toString());
    try (I2pGateway gateway = gateway(Optional.empty(), options)) {
      gateway.start();
      assertThat(await(Phase.DOWN).detail())
          .startsWith("i2pd is not installed: get it with 'apt install i2pd'");
      assertThat(open(gateway, "site.i2p"))
          .startsWith("NETWORK_UNREACHABLE: i2pd is not installed");
    }
  }

  @Test
  void refusesToBeLed() throws IOException {
    try (FakeRouter router = new FakeRouter(FakeRouter::well)) {
      GatewaySpec led =
          new GatewaySpec("hidden", GatewaySpec.Kind.I2P, Optional.empty(), NOBODY, KEY, true);
      assertThatThrownBy(() ->
              new I2pGateway(sockets, led, I2pGateway.Options.usual(Optional.empty()), states::add))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("gateway `hidden`: an I2P router can't be led through anything else");
      assertThat(router.heard).isEmpty();
    }
  }
}
