package org.wormholes.transport.exit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.rules.Entry;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.NameAnswer;
import org.wormholes.runtime.spi.NameFailure;
import org.wormholes.runtime.spi.NameRequest;
import org.wormholes.runtime.spi.Outside.AskListener;
import org.wormholes.transport.entry.Entries;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.names.Lookup;
import org.wormholes.transport.names.Query;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.Sockets;
import org.wormholes.transport.tls.OwnCertificate;
import org.wormholes.transport.tls.Pins;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// An exit asks a DNS port over TLS and HTTPS, Java's HTTP client asks one too, and Java's HTTP
/// server, which has no HTTP/2, is asked.
@Timeout(60)
class SecureNamesTest {
  private static final String NAME = "dns.test";
  private static final String HTTP = "/dns-query";

  private final Sockets sockets = Sockets.open(NettyOptions.defaults().withLoops(1));
  private final Answering answering = new Answering();
  private final List<Listener> listeners = new ArrayList<>();
  private Entries entries;
  private X509Certificate certificate;
  private OwnCertificate own;

  @BeforeEach
  void prepare(@TempDir Path folder) throws Exception {
    entries =
        new Entries(
            sockets,
            EntryLimits.defaults(),
            new CarrierOptions(Optional.of(folder), Map.of("name", NAME)));
    own = OwnCertificate.in(folder, NAME, java.time.Instant.now());
    certificate = own.certificate().orElseThrow();
    assertThat(Files.exists(folder.resolve("certificate.pem"))).isTrue();
  }

  @AfterEach
  void close() {
    listeners.forEach(Listener::close);
    sockets.close();
  }

  private int listen(Entry.Dns.Over over) throws Exception {
    Entry.Dns rule =
        new Entry.Dns(
            new Entry.Listen(0),
            over,
            Entry.Dns.Invents.NOTHING,
            Entry.Dns.ADDRESSES_4,
            Entry.Dns.ADDRESSES_6);
    Listener listener =
        entries
            .listen(EntrySpec.dns("test", "127.0.0.1", 0, rule), answering)
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    listeners.add(listener);
    return HostPort.parse(listener.address()).orElseThrow().port();
  }

  private static String server(Entry.Dns.Over over, int port, String who) {
    return over == Entry.Dns.Over.TLS
        ? "tls://127.0.0.1:%d%s".formatted(port, who)
        : "https://127.0.0.1:%d%s%s".formatted(port, HTTP, who);
  }

  private String pinned() {
    return "#sha256:" + Pins.of(certificate);
  }

  private CompletableFuture<Message> ask(Names names, String server, String name) {
    CompletableFuture<Message> answer = new CompletableFuture<>();
    names.ask(
        sockets.loops().getFirst(),
        new NameQuestion(name, Type.A, false),
        List.of(server),
        any -> true,
        new AskListener() {
          @Override
          public void onAnswered(byte[] message, Duration timeToLive) {
            try {
              answer.complete(new Message(message));
            } catch (IOException e) {
              answer.completeExceptionally(e);
            }
          }

          @Override
          public void onUnanswered(NameFailure why) {
            answer.complete(new Message());
          }
        });
    return answer;
  }

  private static List<String> addresses(CompletableFuture<Message> answer) throws Exception {
    return answer.get(20, TimeUnit.SECONDS).getSection(Section.ANSWER).stream()
        .map(Record::rdataToString)
        .toList();
  }

  @ParameterizedTest
  @EnumSource(names = {"TLS", "HTTPS"})
  void manyQuestionsShareAConnection(Entry.Dns.Over over) throws Exception {
    Names names = new Names(sockets);
    String server = server(over, listen(over), pinned());
    List<CompletableFuture<Message>> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      answers.add(ask(names, server, "n" + i + ".page.test"));
    }
    for (CompletableFuture<Message> each : answers) {
      assertThat(addresses(each)).containsExactly("192.0.2.7");
    }
    assertThat(answering.asked).hasSize(200);
    assertThat(answering.applications).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"TLS", "HTTPS"})
  void nobodyButTheRightServerIsAsked(Entry.Dns.Over over) throws Exception {
    int port = listen(over);
    Names strict = new Names(sockets);
    Names trusting = new Names(sockets, Optional.of(trust(certificate)));
    assertThat(addresses(ask(strict, server(over, port, ""), "a.test"))).isEmpty();
    assertThat(addresses(ask(strict, server(over, port, "#" + NAME), "a.test"))).isEmpty();
    String wrongPin = "#sha256:" + "0".repeat(64);
    assertThat(addresses(ask(strict, server(over, port, wrongPin), "a.test"))).isEmpty();
    // Trusted, and for another name or for no address.
    assertThat(addresses(ask(trusting, server(over, port, "#other.test"), "a.test"))).isEmpty();
    assertThat(addresses(ask(trusting, server(over, port, ""), "a.test"))).isEmpty();
    assertThat(answering.asked).isEmpty();
    assertThat(addresses(ask(trusting, server(over, port, "#" + NAME), "a.test")))
        .containsExactly("192.0.2.7");
  }

  private static TrustManagerFactory trust(Certificate certificate) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("test", certificate);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    return trust;
  }

  @Test
  void aServerThatIsGoneIsDialledAnew() throws Exception {
    Names names = new Names(sockets);
    int port = listen(Entry.Dns.Over.TLS);
    String server = server(Entry.Dns.Over.TLS, port, pinned());
    assertThat(addresses(ask(names, server, "a.test"))).isNotEmpty();
    answering.silent = true;
    assertThat(addresses(ask(names, server, "b.test"))).isEmpty();
    answering.silent = false;
    assertThat(addresses(ask(names, server, "c.test"))).isNotEmpty();
    assertThat(answering.applications).hasSizeGreaterThan(1);
  }

  @Test
  void aServerWithoutHttp2IsAskedToo() throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setKeyEntry("own", own.key(), new char[0], new Certificate[] {certificate});
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), null, null);
    HttpsServer web =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    web.setHttpsConfigurator(new HttpsConfigurator(tls));
    web.createContext(
        HTTP,
        exchange -> {
          Query query = Query.parse(exchange.getRequestBody().readAllBytes()).orElseThrow();
          byte[] reply = query.reply(Answering.ANSWER, Query.CONNECTION);
          exchange.getResponseHeaders().set("Content-Type", "application/dns-message");
          exchange.sendResponseHeaders(200, reply.length);
          exchange.getResponseBody().write(reply);
          exchange.close();
        });
    web.start();
    try {
      Names names = new Names(sockets);
      String server =
          server(
              Entry.Dns.Over.HTTPS,
              web.getAddress().getPort(),
              "#%s,%s".formatted(NAME, pinned().substring(1)));
      List<CompletableFuture<Message>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        answers.add(ask(names, server, "n" + i + ".page.test"));
      }
      for (CompletableFuture<Message> each : answers) {
        assertThat(addresses(each)).containsExactly("192.0.2.7");
      }
      String elsewhere = server.replace(HTTP, "/elsewhere");
      assertThat(addresses(ask(names, elsewhere, "a.test"))).isEmpty();
    } finally {
      web.stop(0);
    }
  }

  // The port, as Java's client of HTTP sees it

  @ParameterizedTest
  @EnumSource
  void answersRequestsAsRfc8484HasThem(HttpClient.Version version) throws Exception {
    int port = listen(Entry.Dns.Over.HTTPS);
    byte[] question = Lookup.of(new NameQuestion("a.test", Type.A, false), 0).toBytes();
    String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(question);
    try (HttpClient client = client(version)) {
      HttpResponse<byte[]> got = send(client, port, HTTP + "?dns=" + encoded, Optional.empty());
      assertThat(got.version()).isEqualTo(version);
      assertThat(got.statusCode()).isEqualTo(200);
      assertThat(got.headers().firstValue("content-type")).contains("application/dns-message");
      assertThat(got.headers().firstValue("cache-control")).contains("private, max-age=60");
      assertThat(new Message(got.body()).getSection(Section.ANSWER)).hasSize(1);
      HttpResponse<byte[]> posted = send(client, port, HTTP, Optional.of(question));
      assertThat(posted.statusCode()).isEqualTo(200);
      assertThat(new Message(posted.body()).getSection(Section.ANSWER)).hasSize(1);
      assertThat(send(client, port, "/", Optional.empty()).statusCode()).isEqualTo(404);
      assertThat(send(client, port, HTTP, Optional.empty()).statusCode()).isEqualTo(400);
      assertThat(send(client, port, HTTP + "?dns=!", Optional.empty()).statusCode()).isEqualTo(400);
      assertThat(send(client, port, HTTP, Optional.of(new byte[3])).statusCode()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "DELETE"})
  void takesOnlyTheMethodsThereAre(String method) throws Exception {
    int port = listen(Entry.Dns.Over.HTTPS);
    try (HttpClient client = client(HttpClient.Version.HTTP_2)) {
      HttpRequest request =
          HttpRequest.newBuilder(uri(port, HTTP)).method(method, BodyPublishers.noBody()).build();
      assertThat(client.send(request, BodyHandlers.ofByteArray()).statusCode()).isEqualTo(405);
      HttpRequest wrongType =
          HttpRequest.newBuilder(uri(port, HTTP)).POST(BodyPublishers.ofString("a")).build();
      assertThat(client.send(wrongType, BodyHandlers.ofByteArray()).statusCode()).isEqualTo(415);
      HttpRequest tooMuch =
          HttpRequest.newBuilder(uri(port, HTTP))
              .POST(BodyPublishers.ofByteArray(new byte[5_000]))
              .build();
      assertThat(client.send(tooMuch, BodyHandlers.ofByteArray()).statusCode()).isEqualTo(413);
    }
    assertThat(answering.asked).isEmpty();
  }

  private HttpClient client(HttpClient.Version version) throws Exception {
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, new Pins[] {new Pins(Set.of(Pins.of(certificate)))}, null);
    return HttpClient.newBuilder().sslContext(tls).version(version).build();
  }

  private static URI uri(int port, String path) {
    return URI.create("https://127.0.0.1:" + port + path);
  }

  private static HttpResponse<byte[]> send(
      HttpClient client, int port, String path, Optional<byte[]> body) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(port, path));
    body.ifPresent(message ->
        request
            .header("Content-Type", "application/dns-message")
            .POST(BodyPublishers.ofByteArray(message)));
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  /// Knows one address for every name.
  private static final class Answering implements FlowAcceptor {
    static final NameAnswer ANSWER =
        new NameAnswer.Addresses(List.of(address()), Duration.ofSeconds(60));

    final Set<String> asked = ConcurrentHashMap.newKeySet();
    final Set<String> applications = ConcurrentHashMap.newKeySet();
    volatile boolean silent;

    private static InetAddress address() {
      try {
        return InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 7});
      } catch (IOException impossible) {
        throw new IllegalStateException(impossible);
      }
    }

    @Override
    public void open(FlowRequest request, PendingFlow flow) {
      flow.refuse(Refusal.NOT_ALLOWED);
    }

    @Override
    public DatagramHandler associate(FlowRequest request, DatagramPort port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void ask(NameRequest request, Loop loop, Consumer<NameAnswer> answer) {
      asked.add(request.question().name());
      applications.add(request.application());
      if (!silent) {
        answer.accept(ANSWER);
      }
    }
  }
}
