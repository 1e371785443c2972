package org.wormholes.spec.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.control.Explainer;
import org.wormholes.runtime.control.Explanation;
import org.wormholes.runtime.control.GroupView;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.Keytool;
import org.wormholes.spec.lab.ToLoopback;
import org.wormholes.transport.NettyTransport;

/// Gateways as members of groups: which one new flows take, by what is known of each.
@Timeout(60)
final class GatewayGroupsTest {
  private static final char[] PASSWORD = Keytool.PASSWORD.toCharArray();

  private final NettyTransport transport = NettyTransport.open();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<EngineEvent> events = new java.util.concurrent.CopyOnWriteArrayList<>();
  private final SSLContext before = defaultContext();
  private @TempDir Path temp;
  private Engine engine;

  @BeforeEach
  void start() throws IOException {
    NodeKey key = NodeKey.create(new SecureRandom()::nextBytes);
    engine = Engine.start(NodeSettings.client(key, List.of()), transport, GuardStore.NONE);
    var _ = engine.events(events::add);
  }

  @AfterEach
  void stop() throws Exception {
    SSLContext.setDefault(before);
    engine.close();
    for (AutoCloseable each : open) {
      each.close();
    }
    transport.close();
  }

  private static SSLContext defaultContext() {
    try {
      return SSLContext.getDefault();
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aProxyThatDiesIsLeftForTheNextAtOnceAndTakenAgainWhenItIsBack() throws Exception {
    ServerSocket echo = echo();
    Proxied first = proxy("first", 0);
    Proxied second = proxy("second", 0);
    int entry = apply(groupOf(probedAt(echo)), first, second);
    await(group -> group.members().stream().allMatch(each -> isUp(each)));
    assertThat(view().inUse()).contains("first");
    assertThat(greeted(entry, echo)).isEqualTo("hello");
    assertThat(first.flows).isNotEmpty();

    first.close();
    second.flows.clear();
    // No probe has failed yet: the flow itself finds out.
    assertThat(greeted(entry, echo)).isEqualTo("hello");
    assertThat(second.flows).isNotEmpty();
    await(group -> group.inUse().equals(Optional.of("second")));
    assertThat(view().members().getFirst().problem()).isPresent();
    assertThat(explained("example.org:443").tunnel()).isEqualTo("second");
    assertThat(explained("example.org:443").outcome()).isEqualTo("gateway");

    proxy("first", first.port());
    await(group -> group.inUse().equals(Optional.of("first")));
  }

  @Test
  void withoutAProbeAProxyIsUpAsLongAsItCanBeReached() throws Exception {
    Proxied first = proxy("first", 0);
    Proxied second = proxy("second", 0);
    apply(groupOf(""), first, second);
    await(group -> group.members().stream().allMatch(each -> isUp(each)));
    first.close();
    await(group -> group.inUse().equals(Optional.of("second")));
  }

  @Test
  void aGatewayThatIsNotReadyIsPassedOverAndOfNamesOfI2pOnlyI2pIsAsked() throws Exception {
    ServerSocket echo = echo();
    Proxied spare = proxy("spare", 0);
    int entry =
        apply(
            """
            i2p("garlic") { adopt "127.0.0.1:1" }
            fallback "any", of: %%w[garlic spare], probe: "127.0.0.1:%d", every: 1.s
            """
                .formatted(echo.getLocalPort()),
            spare);
    await(group -> group.inUse().equals(Optional.of("spare")));
    assertThat(view().members().getFirst().state()).isEqualTo(GroupView.State.DOWN);
    assertThat(greeted(entry, echo)).isEqualTo("hello");
    Explanation told = explained("example.org:443");
    assertThat(told.group().orElseThrow().members().getFirst().why()).contains("I2P has only");
    assertThat(explained("udp://example.org:53").outcome()).isEqualTo("refuse");
  }

  @Test
  void allDownIsARefusalWithAReason() throws Exception {
    ServerSocket echo = echo();
    Proxied first = proxy("first", 0);
    Proxied second = proxy("second", 0);
    int entry = apply(groupOf(""), first, second);
    first.close();
    second.close();
    try (Socket socket = socks(entry)) {
      org.assertj.core.api.Assertions.assertThatThrownBy(() ->
              socket.connect(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), echo.getLocalPort()),
                  9_000))
          .isInstanceOf(IOException.class);
    }
    await(group -> group.inUse().isEmpty());
    assertThat(events)
        .filteredOn(event -> event.kind() == EngineEvent.Kind.FLOW_REFUSED)
        .anyMatch(event -> event.message().contains("first") && event.message().contains("REFUSED"))
        .noneMatch(event -> event.message().contains(String.valueOf(echo.getLocalPort())));
    String told =
        Command.of("curl", "-s", "--noproxy", "", "--proxy", "http://127.0.0.1:" + entry)
            .with("http://127.0.0.1:" + echo.getLocalPort() + "/")
            .run()
            .text();
    assertThat(told).contains("group any is down");
  }

  @Test
  void aProbeOverTlsWantsACertificateThatHolds() throws Exception {
    Keytool.make(
        temp.resolve("ours.p12"), "-alias", "authority", "-dname", "CN=Authority", "-ext", "bc:c");
    trust(Keytool.load(temp.resolve("ours.p12")));
    SSLServerSocket good = server("good", "ip:127.0.0.1");
    Proxied honest = proxy("honest", 0);
    // One that leads wherever it likes: to a server that shows a certificate of somebody else.
    SSLServerSocket wrong = server("wrong", "dns:www.example");
    Proxied liar = proxy("liar", 0);
    liar.leadsTo = wrong.getLocalPort();
    apply(
        """
        fastest "any", of: %%w[liar honest], probe: "tls://127.0.0.1:%d", every: 1.s, settle: 0.s
        """
            .formatted(good.getLocalPort()),
        liar,
        honest);
    await(group -> isUp(group.members().getLast()) && !isUp(group.members().getFirst()));
    await(group -> group.inUse().equals(Optional.of("honest")));
    await(group -> group.members().getFirst().problem().isPresent());
    assertThat(view().members().getFirst().problem())
        .contains("the certificate is not for 127.0.0.1");
    assertThat(view().members().getLast().roundTrip()).isPresent();
  }

  // ---- the network

  private static String groupOf(String probe) {
    return "fallback \"any\", of: %w[first second]" + probe + "\n";
  }

  private static String probedAt(ServerSocket place) {
    return ", probe: \"127.0.0.1:%d\", every: 1.s, settle: 0.s".formatted(place.getLocalPort());
  }

  private int apply(String words, Proxied... proxies) throws Exception {
    StringBuilder script = new StringBuilder("ruleset \"groups\", version: \"1\" do\n");
    String entry = "entry { socks port: 0 }";
    for (Proxied each : proxies) {
      script.append(
          "upstream(\"%s\") { socks \"127.0.0.1:%d\"; %s }\n"
              .formatted(each.name, each.port(), entry));
      entry = "";
    }
    script.append(words).append("routes { to(\"any\") { otherwise } }\nend\n");
    var compiled = Compiler.compile("groups.rb", script.toString(), Options.defaults());
    Ruleset rules = compiled.ruleset().orElseThrow(() -> new AssertionError(compiled.problems()));
    engine.apply(rules, SourceMap.EMPTY).toCompletableFuture().join();
    String address = engine.status().listening().getFirst().address();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private GroupView view() {
    return engine.status().groups().getFirst();
  }

  private static boolean isUp(GroupView.Member member) {
    return member.state() == GroupView.State.UP;
  }

  private void await(Predicate<GroupView> wanted) {
    Await.that("the group", Duration.ofSeconds(20), () -> wanted.test(view()));
  }

  private Explanation explained(String flow) {
    Ruleset rules = engine.applied().orElseThrow().ruleset();
    return Explainer.live(rules, SourceMap.EMPTY, engine)
        .explain(flow, "", "", LocalDateTime.of(2026, 1, 1, 12, 0));
  }

  private static Socket socks(int entry) {
    return new Socket(
        new Proxy(
            Proxy.Type.SOCKS, new InetSocketAddress(InetAddress.getLoopbackAddress(), entry)));
  }

  private static String greeted(int entry, ServerSocket echo) throws IOException {
    try (Socket socket = socks(entry)) {
      socket.setSoTimeout(10_000);
      socket.connect(InetSocketAddress.createUnresolved("127.0.0.1", echo.getLocalPort()), 10_000);
      return new String(
          socket.getInputStream().readNBytes(5), java.nio.charset.StandardCharsets.US_ASCII);
    }
  }

  /// A server that greets and hangs up.
  private ServerSocket echo() throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    open.add(server);
    Thread.ofPlatform()
        .daemon()
        .name("greeter")
        .start(() -> {
          while (!server.isClosed()) {
            try (Socket visitor = server.accept()) {
              visitor
                  .getOutputStream()
                  .write("hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            } catch (IOException over) {
              // The next one, or none where the test is over.
            }
          }
        });
    return server;
  }

  // ---- proxies

  private Proxied proxy(String name, int port) {
    Proxied proxy = new Proxied(name);
    EntrySpec spec =
        new EntrySpec(name, EntrySpec.Kind.SOCKS, "127.0.0.1", port, false, Optional.empty());
    proxy.listener = transport.listen(spec, proxy).toCompletableFuture().join();
    open.add(proxy);
    return proxy;
  }

  private final class Proxied implements FlowAcceptor, AutoCloseable {
    final String name;
    final List<Integer> flows = new java.util.concurrent.CopyOnWriteArrayList<>();
    volatile int leadsTo;
    private @Nullable Listener listener;

    Proxied(String name) {
      this.name = name;
    }

    private Listener listener() {
      return java.util.Objects.requireNonNull(listener);
    }

    int port() {
      String address = listener().address();
      return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    @Override
    public void close() {
      listener().close().toCompletableFuture().join();
    }

    @Override
    public void open(FlowRequest request, PendingFlow pending) {
      flows.add(request.target().port());
      int port = leadsTo == 0 ? request.target().port() : leadsTo;
      ToLoopback.lead(transport, port, pending);
    }

    @Override
    public DatagramHandler associate(FlowRequest request, DatagramPort port) {
      throw new UnsupportedOperationException("no datagrams are asked for");
    }
  }

  // ---- certificates

  private static void trust(KeyStore ours) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("authority", ours.getCertificate("authority"));
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    SSLContext.setDefault(context);
  }

  private SSLServerSocket server(String alias, String name) throws Exception {
    Keytool.make(
        temp.resolve("ours.p12"),
        "-alias",
        alias,
        "-dname",
        "CN=Server",
        "-signer",
        "authority",
        "-ext",
        "san=" + name);
    KeyStore all = Keytool.load(temp.resolve("ours.p12"));
    KeyStore only = KeyStore.getInstance("PKCS12");
    only.load(null, null);
    only.setKeyEntry(alias, all.getKey(alias, PASSWORD), PASSWORD, all.getCertificateChain(alias));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(only, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    SSLServerSocket server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    open.add(server);
    Thread.ofPlatform()
        .daemon()
        .name("tls-server")
        .start(() -> {
          while (!server.isClosed()) {
            try (SSLSocket visitor = (SSLSocket) server.accept()) {
              visitor.setSoTimeout(5_000);
              visitor.startHandshake();
              visitor.getInputStream().readAllBytes();
            } catch (IOException over) {
              // The next one, or none where the test is over.
            }
          }
        });
    return server;
  }
}
