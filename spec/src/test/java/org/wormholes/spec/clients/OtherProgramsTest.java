package org.wormholes.spec.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.KnownBytes;
import org.wormholes.spec.lab.Laboratory;
import org.wormholes.spec.lab.PageServer;
import org.wormholes.spec.lab.Ports;
import org.wormholes.spec.lab.Program;
import org.wormholes.spec.lab.Tools;
import org.wormholes.spec.lab.UdpThroughSocks;

/// Programs that use a proxy in one way each.
@ExtendWith(Laboratory.Extension.class)
final class OtherProgramsTest {
  @Test
  void wgetFetchesThroughThePlainProxy(Laboratory lab) {
    String wget = Tools.need("wget", "wget");

    var outcome =
        Command.of(wget, "-q", "-O", "-", lab.pages().url(lab.freshName(), "/bytes/5000000"))
            .set("http_proxy", "http://127.0.0.1:" + lab.socksPort())
            .set("no_proxy", "")
            .run()
            .good();

    assertThat(sha256(outcome.output())).isEqualTo(KnownBytes.sha256(5_000_000));
  }

  @Test
  void proxychainsSendsAProgramThatKnowsNoProxies(Laboratory lab, @TempDir Path folder)
      throws IOException {
    String host = lab.freshName();

    var outcome =
        proxychains(lab, folder)
            .with(Tools.need("curl", "curl"), "-sS", "--noproxy", "*")
            .with(lab.pages().url(host, "/hello"))
            .run()
            .good();

    assertThat(outcome.text()).isEqualTo(PageServer.GREETING);
    assertThat(lab.names().questions()).contains(host);
  }

  @Test
  void iperfMeasuresBothDirections(Laboratory lab, @TempDir Path folder) throws IOException {
    String iperf = Tools.need("iperf3", "iperf3");
    String port = Integer.toString(Ports.free());
    List<String> server = List.of(iperf, "-s", "-B", "127.0.0.1", "-p", port, "--forceflush");
    try (Program _ = listening(Program.start("iperf3", folder, Map.of(), server))) {
      for (String direction : List.of("--verbose", "--reverse")) {
        var outcome =
            proxychains(lab, folder)
                .with(iperf, "-c", "127.0.0.1", "-p", port, "-n", "20M", "--json", direction)
                .run()
                .good();

        // Towards the server, the measurement ends when the client has sent all: some is still on
        // its way.
        String whole = direction.equals("--reverse") ? "sum_received" : "sum_sent";
        assertThat(bytes(whole, outcome.text())).isGreaterThanOrEqualTo(20L << 20);
        assertThat(bytes("sum_received", outcome.text())).isPositive();
      }
    }
  }

  private static Program listening(Program server) {
    var _ = server.line(Pattern.compile("Server listening"), Duration.ofSeconds(10));
    return server;
  }

  private static long bytes(String sum, String json) {
    var found = Pattern.compile('"' + sum + "\":\\s*\\{[^}]*\"bytes\":\\s*(\\d+)").matcher(json);
    assertThat(found.find()).as(json).isTrue();
    return Long.parseLong(found.group(1));
  }

  private static Command proxychains(Laboratory lab, Path folder) throws IOException {
    Path settings =
        Files.writeString(
            folder.resolve("proxychains.conf"),
            """
            strict_chain
            quiet_mode
            proxy_dns
            tcp_read_time_out 15000
            tcp_connect_time_out 8000
            [ProxyList]
            socks5 127.0.0.1 %d
            """
                .formatted(lab.socksPort()));
    return Command.of(Tools.need("proxychains4", "proxychains4"), "-q", "-f", settings.toString());
  }

  @Test
  void pySocksOpensAStreamByName(Laboratory lab) {
    Tools.needFile("/usr/lib/python3/dist-packages/socks.py", "python3-socks");
    String script =
        """
        import sys, socks
        s = socks.socksocket()
        s.set_proxy(socks.SOCKS5, "127.0.0.1", int(sys.argv[1]), rdns=True, username="u", password="p")
        s.connect((sys.argv[2], int(sys.argv[3])))
        s.sendall(b"GET /hello HTTP/1.0\\r\\n\\r\\n")
        s.shutdown(1)
        answer = b""
        while piece := s.recv(4096):
            answer += piece
        sys.stdout.write(answer.decode().split("\\r\\n\\r\\n", 1)[1])
        """;

    var outcome =
        Command.of("/usr/bin/python3", "-c", script)
            .with(Integer.toString(lab.socksPort()), lab.freshName())
            .with(Integer.toString(lab.pages().port()))
            .run()
            .good();

    assertThat(outcome.text()).isEqualTo(PageServer.GREETING);
  }

  @Test
  void digAsksANameServerOverUdp(Laboratory lab) throws IOException {
    String dig = Tools.need("dig", "bind9-dnsutils");
    String host = lab.freshName();
    var server = new InetSocketAddress(InetAddress.getLoopbackAddress(), lab.names().port());
    try (UdpThroughSocks forwarder = UdpThroughSocks.open(lab.socksPort(), server)) {
      var outcome =
          Command.of(dig, "@127.0.0.1", "-p", Integer.toString(forwarder.port()))
              .with("+tries=3", "+time=5", "+short", "+nocookie", host, "A")
              .run()
              .good();

      assertThat(outcome.text()).isEqualTo("127.0.0.1\n");
      assertThat(lab.names().questions()).contains(host);
    }
  }

  @Test
  void chromiumShowsAPage(Laboratory lab, @TempDir Path folder) {
    String chromium = Tools.need("chromium", "chromium");
    String host = lab.freshName();

    var outcome =
        Command.of(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic")
            .with("--no-first-run", "--disable-background-networking", "--disable-sync")
            .with("--disable-component-update", "--user-data-dir=" + folder)
            .with("--proxy-server=socks5://127.0.0.1:" + lab.socksPort())
            .with("--proxy-bypass-list=<-loopback>")
            .with("--dump-dom", lab.pages().url(host, "/hello"))
            .run()
            .good();

    assertThat(outcome.text()).contains(PageServer.GREETING.strip());
    assertThat(lab.names().questions()).contains(host);
  }

  private static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(KnownBytes.newSha256().digest(bytes));
  }
}
