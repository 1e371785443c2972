package org.wormholes.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.NettyOptions.Polling;

@Timeout(20)
class Socks5EntryTest {
  private NettyTransport transport = NettyTransport.open(NettyOptions.defaults().withLoops(1));

  @AfterEach
  void close() {
    transport.close();
  }

  @ParameterizedTest
  @EnumSource(Polling.class)
  void carriesBytesBothWaysAndHalfCloses(Polling polling) throws Exception {
    transport.close();
    transport = NettyTransport.open(NettyOptions.defaults().withPolling(polling).withLoops(2));
    DirectAcceptor acceptor = new DirectAcceptor(transport);
    Listener listener = listen(acceptor);
    int port = HostPort.parse(listener.address()).orElseThrow().port();
    try (Loopback echo = Loopback.echo();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      // Greeting, request and first bytes in one packet.
      socket.getOutputStream().write(new byte[] {5, 1, 0});
      socket.getOutputStream().write(connect("echo.test", echo.port()));
      socket.getOutputStream().write("early ".getBytes(UTF_8));
      socket.getOutputStream().write("bird".getBytes(UTF_8));
      socket.shutdownOutput();
      byte[] answer = socket.getInputStream().readAllBytes();
      assertThat(answer).startsWith(5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0);
      assertThat(new String(answer, 12, answer.length - 12, UTF_8)).isEqualTo("early bird");
    }
    assertThat(acceptor.requests).hasSize(1);
    assertThat(acceptor.requests.getFirst().target().host()).isEqualTo("echo.test");
    listener.close().toCompletableFuture().get(5, TimeUnit.SECONDS);
  }

  private Listener listen(DirectAcceptor acceptor) throws Exception {
    EntrySpec spec =
        new EntrySpec("web", EntrySpec.Kind.SOCKS, "127.0.0.1", 0, true, Optional.empty());
    return transport.listen(spec, acceptor).toCompletableFuture().get(5, TimeUnit.SECONDS);
  }

  static byte[] connect(String host, int port) throws IOException {
    byte[] name = host.getBytes(UTF_8);
    byte[] request = new byte[7 + name.length];
    request[0] = 5;
    request[1] = 1;
    request[3] = 3;
    request[4] = (byte) name.length;
    System.arraycopy(name, 0, request, 5, name.length);
    request[5 + name.length] = (byte) (port >> 8);
    request[6 + name.length] = (byte) port;
    return request;
  }
}
