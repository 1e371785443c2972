package org.wormholes.spec;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Route;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Type;
import org.wormholes.runtime.control.FactView;
import org.wormholes.runtime.facts.Countries;
import org.wormholes.spec.lab.Await;

/// Rules about what a flow says and who opened it, over real sockets.
@Timeout(value = 90, unit = TimeUnit.SECONDS)
final class ClassificationTest {
  private static final Verdict WEB = new Verdict.To("web");
  private static LocalNetwork network;

  private @Nullable ServerSocket server;

  @BeforeAll
  static void start() throws IOException {
    network = LocalNetwork.of(3);
  }

  @AfterAll
  static void stop() {
    network.close();
  }

  @AfterEach
  void close() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void aServerNameDecidesAndTheHelloArrivesUntouched() throws Exception {
    int proxy = apply(route(WEB, is(Fact.SNI, "www.example.org")));
    byte[] hello = helloOf("www.example.org");
    byte[] other = helloOf("other.example.org");
    int to = serve(socket -> socket.getInputStream().readNBytes(hello.length));

    try (Socket client = Socks.connect(proxy, "127.0.0.1", to)) {
      client.getOutputStream().write(hello);
      assertThat(client.getInputStream().readNBytes(hello.length)).isEqualTo(hello);
    }
    try (Socket client = Socks.connect(proxy, "127.0.0.1", to)) {
      client.getOutputStream().write(other);
      assertThatThrownBy(() -> client.getInputStream().readAllBytes())
          .isInstanceOf(SocketException.class);
    }
  }

  @Test
  void curlsOwnHelloIsUnderstood() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "there is no curl");
    int proxy = apply(route(WEB, is(Fact.SNI, "www.example.org")));
    int to = serve(socket -> socket.getInputStream().readNBytes(3));

    // The server answers what it heard, which is no TLS: curl fails only after it was let through.
    assertThat(curl(proxy, "https://www.example.org:" + to, "--connect-to", "::127.0.0.1:" + to))
        .isEqualTo(35);
    assertThat(accepted).hasValue(1);
    curl(proxy, "https://other.example.org:" + to, "--connect-to", "::127.0.0.1:" + to);
    assertThat(accepted).hasValue(1);
  }

  @Test
  void theHostOfARequestDecides() throws Exception {
    int proxy =
        apply(route(Verdict.REFUSE, is(Fact.HTTP_HOST, "ads.example.org")), route(WEB, Exprs.YES));
    String good = "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n";
    String bad = "GET / HTTP/1.1\r\nHost: ads.example.org\r\n\r\n";
    int to = serve(socket -> socket.getInputStream().readNBytes(good.length()));

    try (Socket client = Socks.connect(proxy, "127.0.0.1", to)) {
      for (byte each : good.getBytes(US_ASCII)) {
        client.getOutputStream().write(each);
      }
      assertThat(new String(client.getInputStream().readNBytes(good.length()), US_ASCII))
          .isEqualTo(good);
    }
    try (Socket client = Socks.connect(proxy, "127.0.0.1", to)) {
      client.getOutputStream().write(bad.getBytes(US_ASCII));
      assertThatThrownBy(() -> client.getInputStream().readAllBytes())
          .isInstanceOf(SocketException.class);
    }
  }

  @Test
  void aRequestToAnHttpProxyIsSortedLikewise() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "there is no curl");
    String mine = "127.0.0.1";
    int proxy = apply(route(WEB, is(Fact.HTTP_HOST, mine)));
    int to = serve(socket -> "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(US_ASCII));
    String through = "http://127.0.0.1:" + proxy;
    assertThat(curl(proxy, "http://127.0.0.1:" + to, "-f", "--proxy", through)).isZero();
    int refusing = apply(route(WEB, is(Fact.HTTP_HOST, "other.example.org")));
    String refused = "http://127.0.0.1:" + refusing;
    assertThat(curl(refusing, "http://127.0.0.1:" + to, "-f", "--proxy", refused)).isNotZero();
    assertThat(accepted).hasValue(1);
  }

  @Test
  void aServerThatSpeaksFirstIsNotKeptWaitingForLong() throws Exception {
    int proxy = apply(route(Verdict.REFUSE, is(Fact.SNI, "x.example")), route(WEB, Exprs.YES));
    int to = serve(socket -> "220 hello".getBytes(US_ASCII));

    long begin = System.nanoTime();
    try (Socket client = Socks.connect(proxy, "127.0.0.1", to)) {
      assertThat(client.getInputStream().readNBytes(9)).asString().isEqualTo("220 hello");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void aFlowThatNoRuleAsksIsRefusedInTheWordsOfTheProxy() throws Exception {
    Expr elsewhere = Exprs.all(is(Fact.HOST, "elsewhere.example"), is(Fact.SNI, "www.example.org"));
    int proxy = apply(route(WEB, elsewhere));
    assertThatThrownBy(() -> Socks.connect(proxy, "127.0.0.1", 9))
        .isInstanceOf(IOException.class)
        .hasMessage("socks reply 2");
  }

  @Test
  void theClientMayFinishWithItsFirstWords() throws Exception {
    int proxy = apply(route(Verdict.REFUSE, is(Fact.SNI, "x.example")), route(WEB, Exprs.YES));
    int to = serve(socket -> socket.getInputStream().readAllBytes());
    try (Socket client = Socks.connect(proxy, "127.0.0.1", to)) {
      client.getOutputStream().write("GET".getBytes(US_ASCII));
      client.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("GET");
    }
  }

  @Test
  void theProgramDecides() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "there is no curl");
    int proxy =
        apply(
            route(
                WEB,
                Exprs.all(
                    is(Fact.PROCESS, "curl"),
                    is(Fact.LOCAL_USER, System.getProperty("user.name")))));
    int to = serve(socket -> "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(US_ASCII));

    assertThat(curl(proxy, "http://127.0.0.1:" + to)).isZero();
    assertThatThrownBy(() -> Socks.connect(proxy, "127.0.0.1", to))
        .isInstanceOf(IOException.class)
        .hasMessage("socks reply 2");
  }

  @Test
  void theCountryOfTheDestinationDecides() throws Exception {
    network.client().countries(address -> address.isLoopbackAddress() ? "NL" : "");
    try {
      int to = serve(socket -> "hello".getBytes(US_ASCII));
      int proxy = apply(route(WEB, is(Fact.COUNTRY, "NL")));
      try (Socket client = Socks.connect(proxy, "127.0.0.1", to)) {
        assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
      }
      int refusing = apply(route(WEB, is(Fact.COUNTRY, "DE")));
      assertThatThrownBy(() -> Socks.connect(refusing, "127.0.0.1", to))
          .hasMessage("socks reply 2");
    } finally {
      network.client().countries(Countries.NONE);
    }
  }

  @Test
  void whatAPersonSaysDecidesAtOnce() throws Exception {
    int to = serve(socket -> "hello".getBytes(US_ASCII));
    int proxy = apply(route(Verdict.REFUSE, new Expr.FactRef(Fact.METERED)), route(WEB, Exprs.YES));
    network.client().say(Fact.METERED, Optional.of(true));
    try {
      assertThatThrownBy(() -> Socks.connect(proxy, "127.0.0.1", to)).hasMessage("socks reply 2");
      assertThat(network.client().facts())
          .anyMatch(fact -> fact.value().equals("yes") && fact.source().equals("said"));
    } finally {
      network.client().say(Fact.METERED, Optional.empty());
    }
    try (Socket client = Socks.connect(proxy, "127.0.0.1", to)) {
      assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
    }
  }

  @Test
  void theWayOutIsObservedWhileARuleAsks() throws Exception {
    apply(route(Verdict.REFUSE, new Expr.FactRef(Fact.METERED)), route(WEB, Exprs.YES));
    Await.that("the fact", Duration.ofSeconds(30), () -> isListed("metered?"));
    apply(route(WEB, Exprs.YES));
    Await.that("nothing asked", Duration.ofSeconds(30), () -> !isListed("metered?"));
  }

  private static boolean isListed(String name) {
    return network.client().facts().stream().anyMatch(fact -> fact.name().equals(name));
  }

  @Test
  void whatIsMeasuredIsListedAndDecides() throws Exception {
    int to = serve(socket -> "hello".getBytes(US_ASCII));
    Expr near =
        new Expr.Compare(
            Expr.Comparison.LESS,
            new Expr.FactOf(Fact.ROUND_TRIP, "web"),
            new Expr.Quantity(Type.DURATION, 30));
    int proxy = apply(route(WEB, Exprs.all(near, new Expr.FactOf(Fact.CARRIER_UP, "tcp"))));
    Await.that(
        "two facts",
        Duration.ofSeconds(30),
        () ->
            network.client().facts().stream()
                .map(FactView::name)
                .toList()
                .containsAll(List.of("round_trip(\"web\")", "carrier_up?(\"tcp\")")));
    try (Socket client = Socks.connect(proxy, "127.0.0.1", to)) {
      assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
    }
    int other = apply(route(WEB, new Expr.FactOf(Fact.CARRIER_UP, "pigeon")));
    assertThatThrownBy(() -> Socks.connect(other, "127.0.0.1", to)).hasMessage("socks reply 2");
  }

  private static Expr is(Fact fact, String value) {
    return new Expr.Compare(Expr.Comparison.EQUAL, new Expr.FactRef(fact), new Expr.Text(value));
  }

  private static Route route(Verdict verdict, Expr condition) {
    return new Route(verdict, condition);
  }

  private static int apply(Route... routes) {
    Ruleset plain = network.tunnel(1, Isolation.DEFAULT);
    int port =
        network.apply(
            new Ruleset(
                plain.name(),
                plain.version(),
                plain.networks(),
                plain.tunnels(),
                List.of(routes),
                List.of()));
    network.awaitReady();
    return port;
  }

  /// What a server says to one client.
  private interface Answer {
    byte[] to(Socket client) throws IOException;
  }

  private final AtomicInteger accepted = new AtomicInteger();

  private int serve(Answer answer) throws IOException {
    ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    server = listening;
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          while (!listening.isClosed()) {
            try (Socket client = listening.accept()) {
              accepted.incrementAndGet();
              client.getOutputStream().write(answer.to(client));
              client.shutdownOutput();
              client.getInputStream().readAllBytes();
            } catch (IOException e) {
              // The next one, or the end of the test.
            }
          }
        });
    return listening.getLocalPort();
  }

  private static int curl(int proxy, String url, String... more) throws Exception {
    var words =
        new java.util.ArrayList<>(
            List.of("/usr/bin/curl", "-s", "-k", "--noproxy", "", "--max-time", "20"));
    if (!List.of(more).contains("--proxy")) {
      words.addAll(List.of("--socks5", "127.0.0.1:" + proxy));
    }
    words.addAll(List.of(more));
    words.add(url);
    Process curl = new ProcessBuilder(words).redirectErrorStream(true).start();
    curl.getInputStream().readAllBytes();
    return curl.waitFor();
  }

  /// The ClientHello that the JDK says to a server of this name.
  private static byte[] helloOf(String name) throws Exception {
    var engine = javax.net.ssl.SSLContext.getDefault().createSSLEngine(name, 443);
    engine.setUseClientMode(true);
    var parameters = engine.getSSLParameters();
    parameters.setServerNames(List.of(new javax.net.ssl.SNIHostName(name)));
    engine.setSSLParameters(parameters);
    var hello = java.nio.ByteBuffer.allocate(32 << 10);
    engine.wrap(java.nio.ByteBuffer.allocate(0), hello);
    var out = new ByteArrayOutputStream();
    out.write(hello.array(), 0, hello.position());
    return out.toByteArray();
  }
}
