package org.wormholes.transport.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
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
class WebSocketCarrierTest {
  private final List<NettyTransport> open = new ArrayList<>();
  private final CompletableFuture<Connection> accepted = new CompletableFuture<>();
  @TempDir private Path folder;

  @AfterEach
  void close() {
    open.forEach(NettyTransport::close);
  }

  private NettyTransport transport(Polling polling) {
    NettyTransport transport =
        NettyTransport.open(
            NettyOptions.defaults().withPolling(polling).withLoops(1),
            EntryLimits.defaults(),
            new CarrierSettings(Optional.of(folder), Map.of()));
    open.add(transport);
    return transport;
  }

  private NettyTransport transport() {
    return transport(NettyOptions.defaults().polling());
  }

  private static Carrier carrier(NettyTransport transport) {
    return transport.carriers().stream()
        .filter(it -> it.name().equals("websocket"))
        .findFirst()
        .orElseThrow();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private Listener listen(NettyTransport transport, String address) throws Exception {
    return get(carrier(transport).listen(transport.loops(), address, accepted::complete));
  }

  private static int port(Listener listener) {
    return HostPort.parse(listener.address().split("[/,]", 2)[0]).orElseThrow().port();
  }

  private static CompletableFuture<Connection> dial(
      NettyTransport transport, String address, Duration patience) {
    CompletableFuture<Connection> dialled = new CompletableFuture<>();
    carrier(transport)
        .dial(
            transport.loops().getFirst(),
            address,
            patience,
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

  private static CompletableFuture<Connection> dial(NettyTransport transport, String address) {
    return dial(transport, address, Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "127.0.0.1:0 EPOLL",
        "127.0.0.1:0/a/path,name=www.example.org NIO",
        "127.0.0.1:0/near,plain EPOLL",
        "127.0.0.1:0,plain NIO"
      })
  void carriesBothWays(String address, Polling polling) throws Exception {
    Listener listener = listen(transport(polling), address);
    ChannelBridge near = ChannelBridge.over(get(dial(transport(polling), listener.address())));
    ChannelBridge far = ChannelBridge.over(get(accepted));
    byte[] sent = new byte[3_000_000];
    new Random(1).nextBytes(sent);
    Thread writer = Thread.ofPlatform().daemon().start(() -> writeAll(near, ByteBuffer.wrap(sent)));
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

  @Test
  void aReaderThatStopsStopsTheSender() throws Exception {
    Listener listener = listen(transport(), "127.0.0.1:0,plain");
    NettyTransport dialling = transport();
    Connection near = get(dial(dialling, listener.address()));
    Connection far = get(accepted);
    CompletableFuture<Long> stuck = new CompletableFuture<>();
    CompletableFuture<Void> writable = new CompletableFuture<>();
    near.loop()
        .execute(() -> {
          near.handler(new Heard(writable));
          byte[] block = new byte[64 * 1024];
          write(near, block, 0, stuck);
        });
    long written = get(stuck);
    assertThat(written).isLessThan(64 << 20);
    assertThat(writable).isNotDone();
    reads(far);
    get(writable);
  }

  private static void reads(Connection connection) {
    connection
        .loop()
        .execute(() -> {
          connection.handler(new Heard(new CompletableFuture<>()));
          connection.reading(true);
        });
  }

  /// Writes until nothing is taken for a while.
  private static void write(
      Connection to, byte[] block, long written, CompletableFuture<Long> stuck) {
    long sum = written;
    while (to.writable() && sum < 64 << 20) {
      to.write(block, 0, block.length);
      to.flush();
      sum += block.length;
    }
    long before = to.pendingBytes();
    long total = sum;
    to.loop()
        .schedule(
            Duration.ofMillis(200),
            () -> {
              if (to.pendingBytes() == before || total >= 64 << 20) {
                stuck.complete(total);
              } else {
                write(to, block, total, stuck);
              }
            });
  }

  /// Takes everything.
  private record Heard(CompletableFuture<Void> writable) implements ConnectionHandler {
    @Override
    public void onRead(ByteBuffer in) {
      in.position(in.limit());
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {
      writable.complete(null);
    }

    @Override
    public void onInputFinished() {}

    @Override
    public void onClosed(@Nullable String cause) {}
  }

  @Test
  void aBrowsersWebSocketIsUnderstood() throws Exception {
    Listener listener = listen(transport(), "127.0.0.1:0/path,plain");
    StringBuilder heard = new StringBuilder();
    CompletableFuture<Void> whole = new CompletableFuture<>();
    CompletableFuture<Integer> closed = new CompletableFuture<>();
    try (HttpClient browser = HttpClient.newHttpClient()) {
      WebSocket socket =
          get(
              browser
                  .newWebSocketBuilder()
                  .buildAsync(
                      URI.create("ws://127.0.0.1:" + port(listener) + "/path"),
                      new WebSocket.Listener() {
                        @Override
                        public @Nullable CompletionStage<?> onBinary(
                            WebSocket from, ByteBuffer data, boolean last) {
                          heard.append(ISO_8859_1.decode(data));
                          if (heard.toString().equals("hello")) {
                            whole.complete(null);
                          }
                          from.request(1);
                          return null;
                        }

                        @Override
                        public @Nullable CompletionStage<?> onClose(
                            WebSocket from, int status, String reason) {
                          closed.complete(status);
                          return null;
                        }
                      }));
      // In two fragments, and a ping between them.
      get(socket.sendBinary(ByteBuffer.wrap("he".getBytes(ISO_8859_1)), false));
      get(socket.sendPing(ByteBuffer.allocate(3)));
      get(socket.sendBinary(ByteBuffer.wrap("llo".getBytes(ISO_8859_1)), true));
      ChannelBridge far = ChannelBridge.over(get(accepted));
      byte[] hello = read(far, 5);
      assertThat(hello).asString(ISO_8859_1).isEqualTo("hello");
      far.write(ByteBuffer.wrap(hello));
      get(whole);
      far.close();
      assertThat(get(closed)).isEqualTo(1000);
    }
  }

  @Test
  void whatIsNoBinaryFrameEndsIt() throws Exception {
    Listener listener = listen(transport(), "127.0.0.1:0,plain");
    CompletableFuture<Integer> closed = new CompletableFuture<>();
    try (HttpClient browser = HttpClient.newHttpClient()) {
      WebSocket socket =
          get(
              browser
                  .newWebSocketBuilder()
                  .buildAsync(
                      URI.create("ws://127.0.0.1:" + port(listener) + "/"),
                      new WebSocket.Listener() {
                        @Override
                        public @Nullable CompletionStage<?> onClose(
                            WebSocket from, int status, String reason) {
                          closed.complete(status);
                          return null;
                        }
                      }));
      get(socket.sendText("good day", true));
      reads(get(accepted));
      assertThat(get(closed)).isEqualTo(1003);
    }
  }

  @Test
  void aFrameThatIsTooLargeEndsIt() throws Exception {
    Listener listener = listen(transport(), "127.0.0.1:0,plain");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(listener))) {
      socket.setSoTimeout(8_000);
      socket.getOutputStream().write(upgrade("/").getBytes(ISO_8859_1));
      InputStream in = socket.getInputStream();
      assertThat(head(in)).startsWith("HTTP/1.1 101 ").containsIgnoringCase("sec-websocket-accept");
      byte[] frame =
          ByteBuffer.allocate(14).put((byte) 0x82).put((byte) 0xff).putLong(1 << 20).array();
      socket.getOutputStream().write(frame);
      reads(get(accepted));
      byte[] rest = in.readAllBytes();
      // A close frame with status 1009, too big.
      assertThat(rest).startsWith((byte) 0x88);
      assertThat(ByteBuffer.wrap(rest).getShort(2)).isEqualTo((short) 1009);
    }
  }

  private static String upgrade(String path) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    int next;
    while (text.indexOf("\r\n\r\n") < 0 && (next = in.read()) >= 0) {
      text.append((char) next);
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/other", "/path/"})
  void whoDoesNotKnowThePathGetsAPage(String path) throws Exception {
    Listener listener = listen(transport(), "127.0.0.1:0/path,plain");
    String answer = ask(listener, upgrade(path));
    assertThat(answer).startsWith(path.equals("/") ? "HTTP/1.1 200 " : "HTTP/1.1 404 ");
    assertThat(answer).contains("<html").doesNotContainIgnoringCase("netty");
    assertThat(accepted).isNotDone();
  }

  @Test
  void aStrangerGetsAPage() throws Exception {
    Listener listener = listen(transport(), "127.0.0.1:0,plain");
    assertThat(ask(listener, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    assertThat(ask(listener, "PUT / HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 405 ");
    assertThat(ask(listener, "nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(ask(listener, upgrade("/").replace("13", "8"))).startsWith("HTTP/1.1 200 ");
    assertThat(ask(listener, upgrade("/").replace("dGhl", "dG"))).startsWith("HTTP/1.1 200 ");
    assertThat(accepted).isNotDone();
  }

  private static String ask(Listener listener, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(listener))) {
      socket.setSoTimeout(8_000);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  @Test
  void anAnswerThatIsNoWebSocketIsAFailure() throws Exception {
    Listener listener = listen(transport(), "127.0.0.1:0/path,plain");
    assertThatThrownBy(() -> get(dial(transport(), "127.0.0.1:" + port(listener) + "/else,plain")))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("FAILED");
    assertThatThrownBy(() -> get(dial(transport(), "www.example.org:443")))
        .hasMessageContaining("FAILED");
  }

  @Test
  void whoNeverAnswersIsGivenUp() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + mute.getLocalPort();
      for (String each : List.of(address + ",plain", address)) {
        assertThatThrownBy(() -> get(dial(transport(), each, Duration.ofMillis(300))))
            .as(each)
            .hasMessageContaining("TIMED_OUT");
      }
    }
  }

  @Test
  void readsAddresses() {
    for (String right :
        List.of(
            "203.0.113.5:443/a-b/c_d~,name=www.example.org",
            "[2001:db8::1]:80,plain",
            "203.0.113.5:443",
            "203.0.113.5:443,name=a.example,plain")) {
      assertThat(WebSocketAddress.parse(right).orElseThrow()).hasToString(right);
    }
    assertThat(WebSocketAddress.parse("203.0.113.5:443/x,name=a.example").orElseThrow().host())
        .isEqualTo("a.example");
    assertThat(WebSocketAddress.parse("[2001:db8::1]:443").orElseThrow().host())
        .isEqualTo("[2001:db8::1]");
    assertThat(WebSocketAddress.parse("203.0.113.5:443,plain").orElseThrow().host())
        .isEqualTo("203.0.113.5:443");
    for (String wrong :
        List.of(
            "www.example.org:443",
            "203.0.113.5:443,",
            "203.0.113.5:443,plain,plain",
            "203.0.113.5:443,name=a.example,name=b.example",
            "203.0.113.5:443,name=203.0.113.5",
            "203.0.113.5:443/a b",
            "203.0.113.5:443/a?b",
            "203.0.113.5:443/" + "a".repeat(128),
            "x".repeat(400))) {
      assertThat(WebSocketAddress.parse(wrong)).as(wrong).isEmpty();
    }
  }
}
