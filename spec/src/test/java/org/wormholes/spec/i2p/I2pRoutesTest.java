package org.wormholes.spec.i2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.control.GatewayView;
import org.wormholes.runtime.control.TunnelView;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.I2pDatagramEcho;
import org.wormholes.spec.lab.I2pLab;
import org.wormholes.spec.lab.PageServer;
import org.wormholes.spec.lab.Ports;
import org.wormholes.spec.lab.Socks;
import org.wormholes.spec.lab.UdpThroughSocks;
import org.wormholes.transport.CarrierSettings;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.i2p.RouterLauncher;
import org.wormholes.transport.i2p.SamSession;
import org.wormholes.transport.i2p.StreamAcceptor;
import org.wormholes.transport.program.Programs;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyOptions;

/// A ruleset that sends names of I2P into I2P, with a real router.
@Timeout(240)
@ExtendWith(I2pLab.Extension.class)
class I2pRoutesTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  /// An engine with the one ruleset, and its SOCKS port.
  private record Applied(NettyTransport transport, Engine engine, int port)
      implements AutoCloseable {
    static Applied with(RouterLauncher router) throws IOException {
      return with(router, Optional.empty(), "");
    }

    /// @param folder where gateways keep what they know
    static Applied with(RouterLauncher router, Optional<Path> folder, String more)
        throws IOException {
      int port = Ports.free();
      String script =
          """
          ruleset "mixed", version: "1.0" do
            i2p "hidden" do
              adopt "%s"
              entry { socks port: %d, udp: true }
            end
            %s
            routes do
              to("hidden") { host.under? "i2p" }
              refuse { otherwise }
            end
          end
          """
              .formatted(HostPort.of(router.sam()), port, more);
      Compilation compiled = Compiler.compile("mixed.rb", script, Options.defaults());
      assertThat(compiled.succeeded()).as(compiled.render()).isTrue();
      Map<String, String> alone =
          Map.of("hops", "0", "session", "i2cp.leaseSetType=1,i2cp.leaseSetEncType=0");
      NettyTransport transport =
          NettyTransport.open(
              NettyOptions.defaults().withLoops(1),
              EntryLimits.defaults(),
              new CarrierSettings(Optional.empty(), Map.of("i2p", alone)));
      folder.ifPresent(transport::gatewaysIn);
      NodeKey key = NodeKey.create(new SecureRandom()::nextBytes);
      Engine engine = Engine.start(NodeSettings.client(key, List.of()), transport, GuardStore.NONE);
      engine
          .apply(compiled.ruleset().orElseThrow(), compiled.sourceMap())
          .toCompletableFuture()
          .join();
      return new Applied(transport, engine, port);
    }

    GatewayView gateway() {
      return engine.status().gateways().getFirst();
    }

    TunnelView.Onward onward() {
      return engine.tunnels().getFirst().services().getFirst().onward().getFirst();
    }

    void awaitReady() {
      Await.that(
          "a gateway that is ready", LIMIT, () -> gateway().state() == GatewayView.State.READY);
    }

    Socket open(String host) throws IOException {
      return Socks.open(port, host, 80, "ann");
    }

    @Override
    public void close() {
      engine.close();
      transport.close();
    }
  }

  @Test
  void sendsNamesOfI2pIntoI2pAndPublishesThereUnderADestinationThatLasts(I2pLab lab)
      throws Exception {
    Optional<Path> kept = Optional.of(lab.folder().resolve("gateways"));
    try (PageServer pages = PageServer.start()) {
      String publish =
          """
          network("local") { open_to :anyone }
          tunnel "web", over: "local" do
            relay 3
            publish %d, as: "pages", on: ["hidden"]
          end
          """
              .formatted(pages.port());
      String address;
      try (Applied applied = Applied.with(lab.router(), kept, publish)) {
        applied.awaitReady();
        try (Socket stream = applied.open(lab.echo().status().name())) {
          echoes(stream);
        }
        assertThatThrownBy(() -> applied.open("example.org"))
            .hasMessage("the proxy refused example.org, with reply 2");
        assertThatThrownBy(() -> applied.open("a".repeat(52) + ".b32.i2p"))
            .hasMessageEndingWith("with reply 4");

        Await.that("a published service", LIMIT, () -> applied.onward().problem().isEmpty());
        address = applied.onward().address();
        try (Socket stream = applied.open(address)) {
          stream
              .getOutputStream()
              .write("GET /hello HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
          assertThat(new String(stream.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
              .endsWith(PageServer.GREETING);
        }
      }
      try (Applied again = Applied.with(lab.router(), kept, publish)) {
        Await.that("its address", LIMIT, () -> again.onward().address().equals(address));
      }
    }
  }

  /// Datagrams of an application reach a destination of I2P and come back, each whole; one that is
  /// too long for I2P is lost alone.
  @Test
  void carriesDatagrams(I2pLab lab) throws Exception {
    CompletableFuture<I2pDatagramEcho> opening =
        CompletableFuture.supplyAsync(() -> I2pDatagramEcho.at(lab.router().sam()));
    String elsewhere = lab.echo().status().name();
    try (Applied applied = Applied.with(lab.router());
        UdpThroughSocks first = UdpThroughSocks.open(applied.port(), elsewhere, 7);
        DatagramSocket program = new DatagramSocket()) {
      // The first datagram has the session opened, for which a router takes its time.
      program.send(
          new DatagramPacket(new byte[1], 1, InetAddress.getLoopbackAddress(), first.port()));
      try (I2pDatagramEcho echo = opening.get(90, TimeUnit.SECONDS);
          UdpThroughSocks forwarder = UdpThroughSocks.open(applied.port(), echo.name(), 7)) {
        program.connect(InetAddress.getLoopbackAddress(), forwarder.port());
        program.setSoTimeout(1_000);
        Await.that("an answer", LIMIT, () -> comesBack(program, 1));
        program.send(new DatagramPacket(new byte[12_000], 12_000));
        for (int length : new int[] {1, 500, 1_400, 7_000}) {
          Await.that("a datagram of " + length, LIMIT, () -> comesBack(program, length));
        }
      }
    }
  }

  /// Whether this one does; those before may come late.
  private static boolean comesBack(DatagramSocket program, int length) {
    byte[] sent = new byte[length];
    new SecureRandom().nextBytes(sent);
    byte[] got = new byte[16_000];
    try {
      program.send(new DatagramPacket(sent, length));
      while (true) {
        DatagramPacket answer = new DatagramPacket(got, got.length);
        program.receive(answer);
        assertThat(answer.getLength()).isLessThan(12_000);
        if (Arrays.equals(sent, Arrays.copyOf(got, answer.getLength()))) {
          return true;
        }
      }
    } catch (SocketTimeoutException none) {
      return false;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /// The router is killed under a flow: the flow ends with an error, and once a router is there
  /// again flows go to the same destination, by the same engine.
  @Test
  void survivesADeadRouter(I2pLab lab) throws Exception {
    Path folder = lab.folder().resolve("killed");
    try (RouterLauncher router =
        RouterLauncher.in(folder, I2pLab.alone(Ports.free()), Programs.usualPath(), status -> {})) {
      router.start();
      try (SamSession there =
              new SamSession(
                  lab.sockets(), I2pLab.settings(router).withKey(folder.resolve("there.key")));
          Applied applied = Applied.with(router)) {
        new StreamAcceptor(there, lab.sockets().loops(), I2pLab.Echo::on).start();
        there.start();
        I2pLab.ready(there);
        applied.awaitReady();
        String name = there.status().name();
        Socket stream = applied.open(name);
        echoes(stream);

        long killed = router.status().pid();
        long began = System.nanoTime();
        ProcessHandle.of(killed).orElseThrow().destroyForcibly();
        assertThatThrownBy(() -> stream.getInputStream().read())
            .isInstanceOf(IOException.class)
            .hasMessage("Connection reset");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        Await.that(
            "a gateway that is down",
            LIMIT,
            () -> applied.gateway().state() != GatewayView.State.READY);

        Await.that(
            "another router",
            LIMIT,
            () -> router.status().pid() != killed && router.status().pid() != 0);
        I2pLab.ready(there);
        applied.awaitReady();
        assertThat(there.status().name()).isEqualTo(name);
        try (Socket again = applied.open(name)) {
          echoes(again);
        }
      }
    }
  }

  private static void echoes(Socket stream) throws IOException {
    byte[] words = "are you there".getBytes(StandardCharsets.UTF_8);
    stream.getOutputStream().write(words);
    assertThat(stream.getInputStream().readNBytes(words.length)).isEqualTo(words);
  }
}
