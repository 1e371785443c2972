package org.wormholes.spec.carriers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.Ports;
import org.wormholes.spec.lab.Program;
import org.wormholes.spec.lab.Tools;
import org.wormholes.transport.CarrierSettings;

/// The carrier `websocket` where nginx is the web server: it ends TLS and hands one path of the
/// site on to the node, which listens on loopback and announces the site.
@Timeout(60)
class BehindNginxTest {
  private static final Duration LIMIT = Duration.ofSeconds(15);
  private static final int BYTES = 8 << 20;

  @TempDir private Path folder;
  private final int site = Ports.free();
  private final int near = Ports.free();
  private Program nginx;

  @BeforeEach
  void start() throws IOException {
    String program = Tools.need("nginx", "nginx");
    Tools.need("openssl", "openssl");
    Command.of("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        .with("-nodes", "-days", "2", "-subj", "/CN=www.example.org")
        .with("-keyout", "key.pem", "-out", "site.pem")
        .in(folder)
        .within(LIMIT)
        .run()
        .good();
    Files.writeString(folder.resolve("index.html"), "<h1>A garden</h1>");
    Files.writeString(folder.resolve("nginx.conf"), configuration());
    nginx =
        Program.start(
            "nginx",
            folder,
            Map.of(),
            List.of(
                program,
                "-p",
                folder.toString(),
                "-e",
                "stderr",
                "-c",
                "nginx.conf",
                "-g",
                "daemon off; master_process off;"));
    Await.that("nginx listens", LIMIT, () -> listens(site));
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private String configuration() {
    return """
    pid nginx.pid;
    worker_processes 1;
    events {}
    http {
      access_log off;
      client_body_temp_path body;
      proxy_temp_path proxy;
      fastcgi_temp_path fastcgi;
      uwsgi_temp_path uwsgi;
      scgi_temp_path scgi;
      server {
        listen 127.0.0.1:%d ssl;
        server_name www.example.org;
        ssl_certificate site.pem;
        ssl_certificate_key key.pem;
        ssl_protocols TLSv1.3;
        root .;
        location = /chat {
          proxy_pass http://127.0.0.1:%d;
          proxy_http_version 1.1;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection "upgrade";
        }
      }
    }
    """
        .formatted(site, near);
  }

  @AfterEach
  void stop() {
    nginx.close();
  }

  @Test
  void aLinkGoesThroughTheSiteOfOthers() throws IOException {
    String announced = "127.0.0.1:" + site + "/chat,name=www.example.org";
    try (TwoNodes nodes =
        new TwoNodes(
            CarrierSettings.NONE,
            CarrierSettings.NONE,
            Map.of("websocket", "127.0.0.1:" + near + "/chat,plain"),
            Map.of("websocket", announced),
            all -> all,
            List.of("websocket"))) {
      assertThat(nodes.relay().addresses())
          .extracting(NodeUri::format)
          .containsExactly(
              "wormhole://" + nodes.relay().id().address() + "@websocket+" + announced);
      assertThat(nodes.carries(BYTES)).as(nginx.output()).isTrue();
      assertThat(page("/")).contains("A garden");
      // A visitor of that path who speaks no WebSocket.
      assertThat(page("/chat")).contains("404 Not Found");
      assertThat(nodes.client().status().carriers())
          .filteredOn(it -> it.links() > 0)
          .singleElement()
          .satisfies(it -> assertThat(it.carrier()).isEqualTo("websocket"));
    }
  }

  private String page(String path) {
    return Command.of("curl", "-sk", "https://127.0.0.1:" + site + path)
        .within(LIMIT)
        .run()
        .good()
        .text();
  }
}
