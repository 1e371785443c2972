package org.wormholes.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.runtime.spi.FlowAcceptor.Refusal;
import org.wormholes.runtime.spi.FlowRequest.Credentials;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.NettyOptions.Polling;
import org.wormholes.transport.socket.Works;

@Timeout(20)
class SocksEntryTest extends ProxyTest {
  private static final byte[] SUCCESS = bytes(5, 0, 0, 1, 0, 0, 0, 0, 0, 0);

  @ParameterizedTest
  @EnumSource(Polling.class)
  void takesEverythingInOnePacketAndHalfCloses(Polling polling) throws Exception {
    Works.here(polling);
    open(
        NettyOptions.defaults().withPolling(polling).withLoops(2), EntryLimits.defaults(), socks());
    try (Loopback echo = Loopback.echo();
        Socket socket = dial()) {
      byte[] request = socks5Connect("echo.test", echo.port());
      byte[] all = new byte[3 + request.length + 10];
      System.arraycopy(bytes(5, 1, 0), 0, all, 0, 3);
      System.arraycopy(request, 0, all, 3, request.length);
      System.arraycopy("early bird".getBytes(UTF_8), 0, all, 3 + request.length, 10);
      say(socket, all);
      socket.shutdownOutput();
      assertThat(hear(socket, 2)).containsExactly(5, 0);
      assertThat(hear(socket, 10)).containsExactly(SUCCESS);
      assertThat(hearAll(socket)).isEqualTo("early bird");
    }
    assertThat(acceptor.requests).hasSize(1);
    assertThat(acceptor.requests.getFirst().target().host()).isEqualTo("echo.test");
    assertThat(acceptor.requests.getFirst().application()).startsWith("127.0.0.1:");
    assertThat(acceptor.requests.getFirst().credentials()).isEmpty();
  }

  @Test
  void takesARequestByteByByte() throws Exception {
    open();
    try (Loopback echo = Loopback.echo();
        Socket socket = dial()) {
      socket.setTcpNoDelay(true);
      for (byte b : bytes(5, 2, 0, 2)) {
        say(socket, new byte[] {b});
      }
      assertThat(hear(socket, 2)).containsExactly(5, 2);
      for (byte b : bytes(1, 3, 'b', 'o', 'b', 2, 'p', 'w')) {
        say(socket, new byte[] {b});
      }
      assertThat(hear(socket, 2)).containsExactly(1, 0);
      for (byte b : socks5Connect("echo.test", echo.port())) {
        say(socket, new byte[] {b});
      }
      assertThat(hear(socket, 10)).containsExactly(SUCCESS);
      say(socket, "x");
      assertThat(hear(socket, 1)).containsExactly('x');
    }
    assertThat(acceptor.requests.getFirst().credentials()).contains(new Credentials("bob", "pw"));
  }

  @ParameterizedTest
  @EnumSource(Refusal.class)
  void saysWhyItRefuses(Refusal refusal) throws Exception {
    open();
    int code =
        switch (refusal) {
          case GENERAL_FAILURE -> 1;
          case NOT_ALLOWED -> 2;
          case NETWORK_UNREACHABLE -> 3;
          case HOST_UNREACHABLE -> 4;
          case CONNECTION_REFUSED -> 5;
          case TIMED_OUT -> 6;
          case NOT_SUPPORTED -> 7;
        };
    String host = refusal.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".test";
    try (Socket socket = dial()) {
      say(socket, bytes(5, 1, 0));
      say(socket, socks5Connect(host, 80));
      // Bytes that nobody will read must not turn the answer into a reset.
      say(socket, "GET / HTTP/1.1\r\n\r\n");
      assertThat(hear(socket, 2)).containsExactly(5, 0);
      assertThat(hear(socket, 4)).containsExactly(5, code, 0, 1);
      assertThat(hearAll(socket)).hasSize(6);
    }
  }

  @Test
  void refusesBindAndUnknownLogins() throws Exception {
    open();
    try (Socket socket = dial()) {
      say(socket, bytes(5, 1, 0, 5, 2, 0, 1, 127, 0, 0, 1, 0, 80));
      assertThat(hear(socket, 4)).containsExactly(5, 0, 5, 7);
      assertThat(hearAll(socket)).hasSize(8);
    }
    try (Socket socket = dial()) {
      say(socket, bytes(5, 1, 1));
      assertThat(hear(socket, 2)).containsExactly(5, 0xff - 256);
      assertThat(hearAll(socket)).isEmpty();
    }
    assertThat(acceptor.requests).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0x7f.1",
        "127.1",
        "2130706433",
        "017700000001",
        "127.0.0.1.",
        "XN--BCHER-KVA.test"
      })
  void passesNamesOnAsTheyAre(String host) throws Exception {
    open();
    try (Loopback echo = Loopback.echo();
        Socket socket = dial()) {
      say(socket, bytes(5, 1, 0));
      say(socket, socks5Connect(host, echo.port()));
      hear(socket, 12);
    }
    assertThat(acceptor.requests.getFirst().target().host()).isEqualTo(host);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a\0b", "a/b", "user@host", "[::1]", "fe80::1%lo"})
  void refusesWhatIsNoHost(String host) throws Exception {
    open();
    try (Socket socket = dial()) {
      say(socket, bytes(5, 1, 0));
      say(socket, socks5Connect(host, 80));
      assertThat(hear(socket, 4)).containsExactly(5, 0, 5, 4);
    }
    assertThat(acceptor.requests).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"caf\u00e9.test", "a..test", "\u00c3\u00bc.test"})
  void refusesNamesThatItWouldHaveToChange(String host) throws Exception {
    open();
    try (Socket socket = dial()) {
      say(socket, bytes(5, 1, 0));
      say(socket, socks5Connect(host, 80));
      assertThat(hear(socket, 4)).containsExactly(5, 0, 5, 8);
    }
    assertThat(acceptor.requests).isEmpty();
  }

  @Test
  void passesAddressesOn() throws Exception {
    open();
    try (Loopback echo = Loopback.echo();
        Socket socket = dial()) {
      int to = echo.port();
      say(socket, bytes(5, 1, 0, 5, 1, 0, 4));
      say(socket, bytes(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, to >> 8, to));
      assertThat(hear(socket, 12)).endsWith(SUCCESS);
    }
    assertThat(acceptor.requests.getFirst().target().host()).isEqualTo("2001:db8::1");
  }

  @Test
  void speaksSocks4AndTheNamesOf4a() throws Exception {
    open();
    try (Loopback echo = Loopback.echo()) {
      int to = echo.port();
      try (Socket socket = dial()) {
        say(socket, bytes(4, 1, to >> 8, to, 127, 0, 0, 1, 'm', 'e', 0));
        say(socket, "early");
        assertThat(hear(socket, 8)).startsWith(0, 0x5a);
        assertThat(hear(socket, 5)).asString(UTF_8).isEqualTo("early");
      }
      try (Socket socket = dial()) {
        say(socket, bytes(4, 1, to >> 8, to, 0, 0, 0, 1, 0));
        say(socket, "echo.test\0");
        assertThat(hear(socket, 8)).startsWith(0, 0x5a);
      }
      try (Socket socket = dial()) {
        say(socket, bytes(4, 2, to >> 8, to, 127, 0, 0, 1, 0));
        assertThat(hear(socket, 8)).startsWith(0, 0x5b);
      }
      try (Socket socket = dial()) {
        say(socket, bytes(4, 1, 0, 80, 0, 0, 0, 1, 0));
        say(socket, "not-allowed.test\0");
        assertThat(hear(socket, 8)).startsWith(0, 0x5b);
      }
    }
    assertThat(acceptor.requests)
        .extracting(request -> request.target().host())
        .containsExactly("127.0.0.1", "echo.test", "not-allowed.test");
    assertThat(acceptor.requests.getFirst().credentials()).contains(new Credentials("me", ""));
  }

  @Test
  void tellsTheEngineWhenAnApplicationLeavesUnanswered() throws Exception {
    open();
    try (Socket socket = dial()) {
      say(socket, bytes(5, 1, 0));
      say(socket, socks5Connect("never.test", 80));
      hear(socket, 2);
      awaitThat(() -> acceptor.requests.size() == 1);
    }
    awaitThat(() -> acceptor.gone.get() == 1);
  }

  @Test
  void passesOnAResetOfTheDestination() throws Exception {
    open();
    try (Loopback rude =
            new Loopback(socket -> {
              socket.getOutputStream().write("par".getBytes(UTF_8));
              socket.getInputStream().read();
              socket.setSoLinger(true, 0);
            });
        Socket socket = dial()) {
      say(socket, bytes(5, 1, 0));
      say(socket, socks5Connect("rude.test", rude.port()));
      hear(socket, 12);
      assertThat(hear(socket, 3)).hasSize(3);
      say(socket, "x");
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void forwardsToOneFixedPlace() throws Exception {
    try (Loopback echo = Loopback.echo()) {
      open(
          NettyOptions.defaults().withLoops(1),
          EntryLimits.defaults(),
          forward(echo.port(), false));
      try (Socket socket = dial()) {
        say(socket, "straight through");
        socket.shutdownOutput();
        assertThat(hearAll(socket)).isEqualTo("straight through");
      }
    }
    assertThat(acceptor.requests.getFirst().target().host()).isEqualTo("fixed.test");
  }

  static void awaitThat(java.util.function.BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("did not become true within 10 s");
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
