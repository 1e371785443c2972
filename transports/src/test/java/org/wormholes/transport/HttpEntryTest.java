package org.wormholes.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.wormholes.runtime.spi.FlowRequest.Credentials;

@Timeout(20)
class HttpEntryTest extends ProxyTest {
  private final WebServer web;

  HttpEntryTest() throws IOException {
    web = new WebServer();
  }

  @BeforeEach
  void openEntry() throws Exception {
    open();
  }

  @AfterEach
  void closeWeb() throws IOException {
    web.close();
  }

  @Test
  void connectsWithEarlyBytesOfTheTunnel() throws Exception {
    try (Loopback echo = Loopback.echo();
        Socket socket = dial()) {
      say(
          socket,
          "CONNECT echo.test:"
              + echo.port()
              + " HTTP/1.1\r\nHost: x\r\n"
              + "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n\u0016\u0003\u0001 bytes");
      assertThat(hearMessage(socket.getInputStream()))
          .isEqualTo("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.shutdownOutput();
      assertThat(hearAll(socket)).isEqualTo("\u0016\u0003\u0001 bytes");
    }
    assertThat(acceptor.requests.getFirst().credentials())
        .contains(new Credentials("user", "pass"));
    assertThat(acceptor.requests.getFirst().target().host()).isEqualTo("echo.test");
  }

  @ParameterizedTest
  @CsvSource({
    "not-allowed, 403 Forbidden",
    "timed-out, 504 Gateway Timeout",
    "connection-refused, 502 Bad Gateway",
    "host-unreachable, 502 Bad Gateway",
    "not-supported, 501 Not Implemented",
  })
  void saysWhyItRefuses(String word, String status) throws Exception {
    try (Socket socket = dial()) {
      say(socket, "CONNECT " + word + ".test:443 HTTP/1.1\r\n\r\n");
      assertThat(hearAll(socket)).startsWith("HTTP/1.1 " + status).contains("connection: close");
    }
    try (Socket socket = dial()) {
      say(socket, "POST http://" + word + ".test/ HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
      assertThat(hearAll(socket)).startsWith("HTTP/1.1 " + status);
    }
  }

  @Test
  void rewritesRequestsToOriginForm() throws Exception {
    try (Socket socket = dial()) {
      say(
          socket,
          "GET http://user:pw@Page.test:"
              + web.port()
              + "/a?b=c#d HTTP/1.1\r\nHost: wrong.test\r\n"
              + "Connection: X-Gone, keep-alive\r\nX-Gone: 1\r\nProxy-Connection: keep-alive\r\n"
              + "Proxy-Authorization: Basic dTpw\r\nTE: trailers\r\nUpgrade: h2c\r\nX-Kept: 2\r\n\r\n");
      assertThat(hearMessage(socket.getInputStream()))
          .endsWith("/a?b=c|0")
          .contains("X-Page: yes")
          .doesNotContain("Keep-Alive");
    }
    assertThat(web.heads.getFirst())
        .startsWith("GET /a?b=c HTTP/1.1\r\n")
        .contains("host: Page.test:" + web.port() + "\r\n")
        .contains("X-Kept: 2\r\n")
        .doesNotContainIgnoringCase("proxy-")
        .doesNotContainIgnoringCase("x-gone")
        .doesNotContainIgnoringCase("connection:")
        .doesNotContainIgnoringCase("upgrade")
        .doesNotContainIgnoringCase("\r\nte:")
        .doesNotContainIgnoringCase("forwarded")
        .doesNotContainIgnoringCase("via:")
        .doesNotContain("wrong.test")
        .doesNotContain("user:pw");
    assertThat(acceptor.requests.getFirst().target().host()).isEqualTo("Page.test");
    assertThat(acceptor.requests.getFirst().credentials()).contains(new Credentials("u", "p"));
  }

  @Test
  void keepsOneConnectionForTheSamePlaceAndAnotherForTheNext() throws Exception {
    try (WebServer other = new WebServer();
        Socket socket = dial()) {
      InputStream in = socket.getInputStream();
      for (int i = 0; i < 3; i++) {
        say(socket, get("one.test", web.port(), "/n" + i));
        assertThat(hearMessage(in)).endsWith("/n" + i + "|0");
      }
      say(socket, get("two.test", other.port(), "/there"));
      assertThat(hearMessage(in)).endsWith("/there|0");
      say(socket, get("one.test", web.port(), "/back"));
      assertThat(hearMessage(in)).endsWith("/back|0");
      assertThat(web.connections).hasValue(2);
      assertThat(other.connections).hasValue(1);
    }
    assertThat(acceptor.requests).hasSize(3);
  }

  @Test
  void answersRequestsSentAheadInOrder() throws Exception {
    try (WebServer other = new WebServer();
        Socket socket = dial()) {
      say(
          socket,
          get("one.test", web.port(), "/1")
              + "POST http://two.test:"
              + other.port()
              + "/2 HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody"
              + get("one.test", web.port(), "/chunked")
              + "HEAD http://one.test:"
              + web.port()
              + "/h HTTP/1.1\r\n\r\n"
              + get("one.test", web.port(), "/4"));
      InputStream in = socket.getInputStream();
      assertThat(hearMessage(in)).endsWith("/1|0");
      assertThat(hearMessage(in)).endsWith("/2|4");
      assertThat(hearMessage(in)).contains("chunked");
      assertThat(in.readNBytes(26))
          .asString(ISO_8859_1)
          .isEqualTo("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
      String head = new String(in.readNBytes(head77().length()), ISO_8859_1);
      assertThat(head).isEqualTo(head77());
      assertThat(hearMessage(in)).endsWith("/4|0");
    }
    assertThat(web.heads).hasSize(4);
  }

  private static String head77() {
    return "HTTP/1.1 200 OK\r\ncontent-length: 77\r\nX-Page: yes\r\n\r\n";
  }

  @Test
  void passesBodiesOfBothKinds() throws Exception {
    byte[] big = new byte[700_000];
    Arrays.fill(big, (byte) 'b');
    try (Socket socket = dial()) {
      InputStream in = socket.getInputStream();
      say(
          socket,
          "PUT http://one.test:"
              + web.port()
              + "/put HTTP/1.1\r\nExpect: 100-continue\r\n"
              + "Content-Length: 700000\r\n\r\n");
      assertThat(hearMessage(in)).startsWith("HTTP/1.1 100 Continue");
      say(socket, big);
      assertThat(hearMessage(in)).endsWith("/put|700000");
      say(
          socket,
          "POST http://one.test:"
              + web.port()
              + "/post HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
      assertThat(hearMessage(in)).endsWith("/post|5");
    }
    assertThat(web.bodies.getFirst()).isEqualTo(new String(big, ISO_8859_1));
    assertThat(web.bodies.get(1)).isEqualTo("abcde");
    assertThat(web.connections).hasValue(1);
  }

  @Test
  void endsAResponseWithoutLengthByClosing() throws Exception {
    try (Socket socket = dial()) {
      say(socket, get("one.test", web.port(), "/until-close"));
      assertThat(hearAll(socket)).contains("connection: close").endsWith("\r\n\r\nto the end");
    }
  }

  @Test
  void neverMakesACutResponseLookWhole() throws Exception {
    try (Socket socket = dial()) {
      say(socket, get("one.test", web.port(), "/cut"));
      assertThatThrownBy(() -> hearAll(socket)).isInstanceOf(IOException.class);
    }
    try (Socket socket = dial()) {
      say(socket, get("one.test", web.port(), "/silent"));
      assertThat(hearAll(socket)).startsWith("HTTP/1.1 502");
    }
  }

  @Test
  void slowsTheDestinationDownForASlowReader() throws Exception {
    try (Socket socket = dial()) {
      say(socket, get("one.test", web.port(), "/big") + get("one.test", web.port(), "/after"));
      InputStream in = socket.getInputStream();
      byte[] head = in.readNBytes(20);
      assertThat(head).asString(ISO_8859_1).startsWith("HTTP/1.1 200 OK");
      while (true) {
        int b = in.read();
        if (b == '\n' && in.read() == '\r') {
          in.read();
          break;
        }
      }
      assertThat(in.readNBytes(5_000_000)).hasSize(5_000_000);
      assertThat(hearMessage(in)).endsWith("/after|0");
    }
  }

  @Test
  void servesOldClients() throws Exception {
    try (Socket socket = dial()) {
      say(socket, "GET http://one.test:" + web.port() + "/old HTTP/1.0\r\n\r\n");
      assertThat(hearAll(socket)).contains("connection: close").endsWith("/old|0");
    }
    assertThat(web.heads.getFirst()).startsWith("GET /old HTTP/1.0");
  }

  @ParameterizedTest
  @CsvSource({
    "GET / HTTP/1.1, 400 Bad Request",
    "GET /favicon.ico HTTP/1.1, 400 Bad Request",
    "GET ftp://x.test/ HTTP/1.1, 400 Bad Request",
    "GET http:///path HTTP/1.1, 400 Bad Request",
    "GET http://x.test:99999/ HTTP/1.1, 400 Bad Request",
    "CONNECT x.test HTTP/1.1, 400 Bad Request",
    "CONNECT http://x.test:80/ HTTP/1.1, 400 Bad Request",
    "PRI * HTTP/2.0, 400 Bad Request",
    "NONSENSE, 400 Bad Request",
  })
  void explainsItselfToWhoTakesItForAWebServer(String line, String status) throws Exception {
    try (Socket socket = dial()) {
      say(socket, line + "\r\nHost: 127.0.0.1\r\n\r\n");
      assertThat(hearAll(socket)).startsWith("HTTP/1.1 " + status);
    }
    assertThat(acceptor.requests).isEmpty();
  }

  @Test
  void saysWhatThePortIs() throws Exception {
    try (Socket socket = dial()) {
      say(socket, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      assertThat(hearAll(socket)).contains("This is a Wormholes proxy port").contains("SOCKS5");
    }
  }

  @Test
  void boundsHeaders() throws Exception {
    try (Socket socket = dial()) {
      say(socket, "GET http://x.test/ HTTP/1.1\r\nA: " + "a".repeat(9000) + "\r\n\r\n");
      assertThat(hearAll(socket)).startsWith("HTTP/1.1 431");
    }
    try (Socket socket = dial()) {
      say(socket, "GET http://x.test/" + "a".repeat(9000) + " HTTP/1.1\r\n\r\n");
      assertThat(hearAll(socket)).startsWith("HTTP/1.1 414");
    }
  }

  @Test
  void refusesAmbiguousLengths() throws Exception {
    try (Socket socket = dial()) {
      say(
          socket,
          "POST http://x.test:"
              + web.port()
              + "/ HTTP/1.1\r\nContent-Length: 3\r\n"
              + "Content-Length: 4\r\n\r\nabcd");
      assertThat(hearAll(socket)).startsWith("HTTP/1.1 400");
    }
    assertThat(web.heads).isEmpty();
  }

  private static String get(String host, int port, String path) {
    return "GET http://" + host + ":" + port + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
  }
}
