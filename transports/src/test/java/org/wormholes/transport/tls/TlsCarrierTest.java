package org.wormholes.transport.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.transport.CarrierSettings;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.embed.ChannelBridge;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.NettyOptions.Polling;

@Timeout(30)
class TlsCarrierTest {
  private final List<NettyTransport> open = new ArrayList<>();
  @TempDir private Path folder;

  @AfterEach
  void close() {
    open.forEach(NettyTransport::close);
  }

  private NettyTransport transport(Polling polling, Map<String, String> options) {
    NettyTransport transport =
        NettyTransport.open(
            NettyOptions.defaults().withPolling(polling).withLoops(1),
            EntryLimits.defaults(),
            new CarrierSettings(Optional.of(folder), Map.of("tls", options)));
    open.add(transport);
    return transport;
  }

  private NettyTransport transport(Map<String, String> options) {
    return transport(NettyOptions.defaults().polling(), options);
  }

  private static Carrier tls(NettyTransport transport) {
    return transport.carriers().stream()
        .filter(it -> it.name().equals("tls"))
        .findFirst()
        .orElseThrow();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static Listener listen(NettyTransport transport, CompletableFuture<Connection> accepted)
      throws Exception {
    return get(tls(transport).listen(transport.loops(), "127.0.0.1:0", accepted::complete));
  }

  private static CompletableFuture<Connection> dial(NettyTransport transport, String address) {
    CompletableFuture<Connection> dialled = new CompletableFuture<>();
    tls(transport)
        .dial(
            transport.loops().getFirst(),
            address,
            Duration.ofSeconds(5),
            new DialListener() {
              @Override
              public void onConnected(Connection connection) {
                dialled.complete(connection);
              }

              @Override
              public void onFailed(DialFailure failure) {
                dialled.completeExceptionally(new IOException(failure.name()));
              }
            });
    return dialled;
  }

  @ParameterizedTest
  @CsvSource({
    "boringssl, boringssl, EPOLL",
    "boringssl, jdk, EPOLL",
    "jdk, boringssl, NIO",
    "jdk, jdk, NIO"
  })
  void carriesBothWaysWhateverSpeaksTls(String server, String client, Polling polling)
      throws Exception {
    CompletableFuture<Connection> accepted = new CompletableFuture<>();
    Listener listener = listen(transport(polling, Map.of("engine", server)), accepted);
    ChannelBridge near =
        ChannelBridge.over(
            get(dial(transport(polling, Map.of("engine", client)), listener.address())));
    byte[] sent = new byte[3_000_000];
    new Random(1).nextBytes(sent);
    sent[0] = (byte) 0xff;
    near.write(ByteBuffer.wrap(sent, 0, 1_000));
    ChannelBridge far = ChannelBridge.over(get(accepted));
    ByteBuffer rest = ByteBuffer.wrap(sent, 1_000, sent.length - 1_000);
    Thread writer = Thread.ofPlatform().daemon().start(() -> writeAll(near, rest));
    assertThat(read(far, sent.length)).isEqualTo(sent);
    writer.join();
    Thread back = Thread.ofPlatform().daemon().start(() -> writeAll(far, ByteBuffer.wrap(sent)));
    assertThat(read(near, sent.length)).isEqualTo(sent);
    back.join();
    near.shutdownOutput();
    assertThat(far.read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  private static void writeAll(ChannelBridge to, ByteBuffer bytes) {
    try {
      to.write(bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] read(ChannelBridge from, int length) throws IOException {
    ByteBuffer heard = ByteBuffer.allocate(length);
    while (heard.hasRemaining() && from.read(heard) >= 0) {
      assertThat(heard.position()).isPositive();
    }
    return Arrays.copyOf(heard.array(), heard.position());
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void showsAStrangerAPage(HttpClient.Version version) throws Exception {
    CompletableFuture<Connection> accepted = new CompletableFuture<>();
    Listener listener = listen(transport(Map.of()), accepted);
    try (HttpClient browser = browser(version)) {
      HttpResponse<String> front = ask(browser, listener, "/", "GET");
      assertThat(front.statusCode()).isEqualTo(200);
      assertThat(front.version()).isEqualTo(version);
      assertThat(front.body()).contains("<h1>Welcome</h1>");
      assertThat(front.headers().map()).doesNotContainKeys("server", "x-powered-by");
      assertThat(front.body() + front.headers())
          .doesNotContainIgnoringCase("netty")
          .doesNotContainIgnoringCase("wormhole");
      assertThat(ask(browser, listener, "/admin", "GET").statusCode()).isEqualTo(404);
      assertThat(ask(browser, listener, "/", "HEAD").body()).isEmpty();
      assertThat(ask(browser, listener, "/", "DELETE").statusCode()).isEqualTo(405);
    }
    assertThat(accepted).isNotDone();
  }

  private static HttpClient browser(HttpClient.Version version) throws Exception {
    Properties properties = System.getProperties();
    properties.setProperty("jdk.internal.httpclient.disableHostnameVerification", "true");
    return HttpClient.newBuilder().version(version).sslContext(trustingAll()).build();
  }

  private static SSLContext trustingAll() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Pins(java.util.Set.of())}, null);
    return context;
  }

  private static HttpResponse<String> ask(
      HttpClient browser, Listener listener, String path, String method) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://" + listener.address() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    return browser.send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void answersNonsenseAsAWebServerDoes() throws Exception {
    Listener listener = listen(transport(Map.of()), new CompletableFuture<>());
    try (SSLSocket socket = stranger(listener, "")) {
      socket.getOutputStream().write("anything at all\r\n\r\n".getBytes(ISO_8859_1));
      assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
          .startsWith("HTTP/1.1 400 Bad Request\r\n");
    }
  }

  @Test
  void answersWhatTurnsOutToBeNoLinkAsAWebServerDoes() throws Exception {
    CompletableFuture<Connection> accepted = new CompletableFuture<>();
    NettyTransport transport = transport(Map.of());
    Listener listener = listen(transport, accepted);
    try (SSLSocket socket = stranger(listener, "")) {
      socket.getOutputStream().write(new byte[] {(byte) 0x80, 1, 2, 3});
      Connection connection = get(accepted);
      transport.loops().getFirst().execute(connection::close);
      assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
          .startsWith("HTTP/1.1 400 Bad Request\r\n");
    }
  }

  @Test
  void speaksOnlyTls13AndOffersWhatWebServersOffer() throws Exception {
    Listener listener = listen(transport(Map.of()), new CompletableFuture<>());
    try (SSLSocket socket = stranger(listener, "")) {
      socket.startHandshake();
      assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
      assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
    }
    try (SSLSocket old = stranger(listener, "")) {
      old.setEnabledProtocols(new String[] {"TLSv1.2"});
      assertThatThrownBy(old::startHandshake).isInstanceOf(IOException.class);
    }
  }

  private static SSLSocket stranger(Listener listener, String name) throws Exception {
    int port = HostPort.parse(listener.address()).orElseThrow().port();
    SSLSocket socket =
        (SSLSocket)
            trustingAll().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
    if (!name.isEmpty()) {
      parameters.setServerNames(List.<SNIServerName>of(new SNIHostName(name)));
    }
    socket.setSSLParameters(parameters);
    socket.setSoTimeout(8_000);
    return socket;
  }

  @Test
  void letsGoOfAStrangerWithoutTls() throws Exception {
    Listener listener = listen(transport(Map.of()), new CompletableFuture<>());
    int port = HostPort.parse(listener.address()).orElseThrow().port();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(8_000);
      socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(ISO_8859_1));
      assertThat(socket.getInputStream().readAllBytes()).hasSizeLessThan(16);
    }
  }

  @Test
  void keepsTheCertificateItMadeForItself() throws Exception {
    OwnCertificate first = OwnCertificate.in(folder, "www.example.org", Instant.now());
    Path file = folder.resolve("certificate.pem");
    assertThat(OwnCertificate.in(folder, "www.example.org", Instant.now())).isEqualTo(first);
    assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
    X509Certificate certificate = first.certificate().orElseThrow();
    assertThat(certificate.getSubjectAlternativeNames()).hasToString("[[2, www.example.org]]");
    Instant later = certificate.getNotAfter().toInstant().minus(Duration.ofDays(7));
    OwnCertificate renewed = OwnCertificate.in(folder, "www.example.org", later);
    assertThat(renewed).isNotEqualTo(first);
    assertThat(OwnCertificate.in(folder, "other.example", later)).isNotEqualTo(renewed);
    Files.writeString(file, "no certificate");
    assertThat(OwnCertificate.in(folder, "other.example", later).certificate()).isPresent();
  }

  @Test
  void takesACertificateOfTheOperator() throws Exception {
    OwnCertificate made = OwnCertificate.create("www.example.org", Instant.now());
    Path pem = Files.writeString(folder.resolve("site.pem"), made.pem());
    NettyTransport server = transport(Map.of("certificate", pem.toString(), "key", pem.toString()));
    CompletableFuture<Connection> accepted = new CompletableFuture<>();
    Listener listener = listen(server, accepted);
    String right = Pins.of(made.certificate().orElseThrow());
    get(dial(transport(Map.of("pin", right)), listener.address() + ",name=www.example.org"));
    assertThatThrownBy(
            () -> get(dial(transport(Map.of("pin", "0".repeat(64))), listener.address())))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("FAILED");
  }

  @Test
  void saysWhatIsWrongWithItsOptions() throws Exception {
    assertThatThrownBy(() -> transport(Map.of("certificat", "x")))
        .hasMessage(
            "the carrier tls has no option certificat, it has certificate, engine, key, name, pin");
    assertThatThrownBy(() -> transport(Map.of("certificate", "x")))
        .hasMessage("tls.certificate and tls.key are given together");
    assertThatThrownBy(() -> transport(Map.of("pin", "x"))).hasMessageContaining("64 hex digits");
    NettyTransport missing =
        transport(Map.of("certificate", "/nowhere/a.pem", "key", "/nowhere/b.pem"));
    assertThatThrownBy(() -> listen(missing, new CompletableFuture<>()))
        .hasMessageContaining("tls.certificate and tls.key: cannot use /nowhere/a.pem");
  }

  @Test
  void readsAddresses() {
    assertThat(TlsAddress.parse("203.0.113.5:443,name=www.example.org").orElseThrow())
        .hasToString("203.0.113.5:443,name=www.example.org");
    assertThat(TlsAddress.parse("[2001:db8::1]:443").orElseThrow())
        .hasToString("[2001:db8::1]:443");
    for (String wrong :
        List.of(
            "www.example.org:443",
            "203.0.113.5:443,name=",
            "203.0.113.5:443,name=203.0.113.5",
            "203.0.113.5:443,name=a..b",
            "203.0.113.5:443,name=-a",
            "203.0.113.5:443,path=/x",
            "x".repeat(400))) {
      assertThat(TlsAddress.parse(wrong)).as(wrong).isEmpty();
    }
  }
}
