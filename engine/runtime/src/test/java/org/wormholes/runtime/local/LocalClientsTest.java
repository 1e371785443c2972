package org.wormholes.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Who is behind a connection from this machine.
@Timeout(value = 30, unit = TimeUnit.SECONDS)
final class LocalClientsTest {
  private final LocalClients clients = new LocalClients();

  @BeforeEach
  void linux() {
    assumeTrue(Files.isReadable(Path.of("/proc/net/tcp")), "this is not Linux");
  }

  @Test
  void findsAChildProcess() throws Exception {
    Path curl = Path.of("/usr/bin/curl");
    assumeTrue(Files.isExecutable(curl), "there is no curl");
    for (String loopback : new String[] {"127.0.0.1", "::1"}) {
      try (ServerSocket server = server(loopback)) {
        String host = loopback.contains(":") ? "[" + loopback + "]" : loopback;
        Process child =
            new ProcessBuilder(
                    curl.toString(), "-s", "http://" + host + ":" + server.getLocalPort())
                .start();
        try (Socket accepted = server.accept()) {
          LocalClient found = clients.find(remote(accepted));
          assertThat(found.process()).isEqualTo("curl");
          assertThat(found.processPath()).isEqualTo(curl.toRealPath().toString());
          assertThat(found.user()).isEqualTo(System.getProperty("user.name"));
          assertThat(clients.find(remote(accepted))).isEqualTo(found);
        } finally {
          child.destroy();
        }
      }
    }
  }

  @Test
  void findsAnIp4SocketOfAProgramThatSpeaksIp6() throws IOException {
    // Java's own sockets are IPv6 sockets with mapped addresses.
    try (ServerSocket server = server("127.0.0.1");
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      LocalClient found = clients.find(remote(accepted));
      assertThat(found.processPath())
          .isEqualTo(ProcessHandle.current().info().command().orElseThrow());
      assertThat(client.isConnected()).isTrue();
    }
  }

  @Test
  void whoIsNotOfThisMachineIsUnknown() {
    assertThat(clients.find("203.0.113.7:40000")).isEqualTo(LocalClient.UNKNOWN);
    assertThat(clients.find("")).isEqualTo(LocalClient.UNKNOWN);
    assertThat(clients.find("in-process")).isEqualTo(LocalClient.UNKNOWN);
    assertThat(clients.find("example.org:80")).isEqualTo(LocalClient.UNKNOWN);
    assertThat(clients.find("127.0.0.1:99999")).isEqualTo(LocalClient.UNKNOWN);
  }

  @Test
  void aNearEndOfTwoConnectionsIsNobodys(@TempDir Path proc) throws IOException {
    String line =
        "   %d: 0100007F:%s 0100007F:%s 01 00000000:00000000 00:00000000 00000000  %d 0 %d 1\n";
    Files.createDirectories(proc.resolve("net"));
    Files.writeString(
        proc.resolve("net/tcp"),
        "  sl  local_address rem_address\n"
            + line.formatted(0, "C350", "0438", 1000, 7)
            + line.formatted(1, "C351", "0438", 1000, 8)
            + line.formatted(2, "C350", "0439", 1000, 9)
            + "  x: broken\n");
    SocketTable table = new SocketTable(proc);
    assertThat(table.find(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0xc351)))
        .isEqualTo(Optional.of(new SocketTable.Entry(1000, 8)));
    assertThat(table.find(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0xc350)))
        .isEmpty();
    assertThat(new LocalClients(proc).find("127.0.0.1:" + 0xc351))
        .isEqualTo(new LocalClient("", "", "1000"));
  }

  private static ServerSocket server(String loopback) throws IOException {
    return new ServerSocket(0, 5, InetAddress.ofLiteral(loopback));
  }

  private static String remote(Socket accepted) {
    InetSocketAddress remote = (InetSocketAddress) accepted.getRemoteSocketAddress();
    String host = remote.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + remote.getPort();
  }
}
