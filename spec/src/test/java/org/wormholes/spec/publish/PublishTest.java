package org.wormholes.spec.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.Socks;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.KnownBytes;
import org.wormholes.spec.lab.PageServer;

/// Services that are published by one engine and reached by another, through real relays.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PublishTest {
  private PublishLab lab;
  private LocalNetwork network;

  @BeforeEach
  void begin() throws IOException {
    lab = new PublishLab();
    network = lab.network;
  }

  @AfterEach
  void end() {
    lab.close();
  }

  @Test
  void aPageIsFetchedFromWhereNobodyKnows() throws Exception {
    String host = lab.publish(3, "") + ".wormhole";
    int port = lab.visitor(3);

    assertThat(PublishLab.get(port, "http://" + host + "/hello").body())
        .isEqualTo(PageServer.GREETING);
    assertThat(PublishLab.get(port, "http://www." + host + "/hello").body())
        .isEqualTo(PageServer.GREETING);
    String at = "127.0.0.1:" + port;
    for (List<String> proxy :
        List.of(
            List.of("--proxy", "socks5h://" + at),
            List.of("--proxy", "socks4a://" + at),
            List.of("--proxy", "http://" + at, "--proxytunnel"))) {
      Command.Outcome page =
          Command.of("curl", "-sS", "--max-time", "20", "http://" + host + "/hello")
              .with(proxy.toArray(String[]::new))
              .within(Duration.ofSeconds(30))
              .run();
      assertThat(page.text()).isEqualTo(PageServer.GREETING);
    }
    byte[] many =
        PublishLab.client(port)
            .send(
                HttpRequest.newBuilder(URI.create("http://" + host + "/bytes/3000000")).build(),
                HttpResponse.BodyHandlers.ofByteArray())
            .body();
    var expected = new ByteArrayOutputStream();
    KnownBytes.write(3_000_000, expected);
    assertThat(many).isEqualTo(expected.toByteArray());
  }

  @Test
  void aServiceThatNobodyPublishesIsAnError() throws Exception {
    int port = lab.visitor(2);
    network.awaitKnown();
    CompletableFuture<String> told = new CompletableFuture<>();
    try (var _ =
        network
            .client()
            .events(event -> {
              if (event.kind() == EngineEvent.Kind.SERVICE_MISSED) {
                told.complete(event.message());
              }
            })) {
      String nobody = network.client().id().address();

      assertThatThrownBy(() -> Socks.connect(port, nobody + ".wormhole", 80))
          .isInstanceOf(IOException.class);
      assertThat(told.get(10, TimeUnit.SECONDS)).contains("no relay that was asked keeps");
    }
  }

  @Test
  void onlyWhoIsOnTheListIsLetIn() throws Exception {
    String me = network.client().id().address();
    String other = lab.publisher.id().address();
    int port = lab.visitor(1);
    String mine = lab.publish(1, ", only: [\"%s\"]".formatted(me)) + ".wormhole";

    assertThat(PublishLab.get(port, "http://" + mine + "/hello").statusCode()).isEqualTo(200);

    try (Socket meeting = Socks.connect(port, mine, 80)) {
      lab.publish(1, ", only: [\"%s\"]".formatted(other));

      assertThatThrownBy(() -> meeting.getInputStream().read()).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> Socks.connect(port, mine, 80, "another circuit"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void relaysThatDieAreReplaced() throws Exception {
    String page = "http://" + lab.publish(1, "") + ".wormhole/hello";
    int port = lab.visitor(1);
    assertThat(PublishLab.get(port, page).statusCode()).isEqualTo(200);

    network.relays().get(5).close();
    network.relays().get(6).close();

    Await.that(
        "the page is found again", Duration.ofSeconds(30), () -> PublishLab.tryGet(port, page));
  }

  @Test
  void severalEnginesPublishUnderOneName() throws Exception {
    NodeKey shared = NodeKey.create(new SecureRandom()::nextBytes);
    Engine first = network.another(Map.of("blog", shared));
    Engine second = network.another(Map.of("blog", shared));
    String host = lab.publish(first, 1, "") + ".wormhole";
    assertThat(lab.publish(second, 1, "") + ".wormhole").isEqualTo(host);
    int port = lab.visitor(1);
    assertThat(PublishLab.get(port, "http://" + host + "/hello").statusCode()).isEqualTo(200);

    first.close();

    Await.that(
        "the other one is found",
        Duration.ofSeconds(60),
        () -> PublishLab.tryGet(port, "http://" + host + "/hello"));
    assertThat(host).startsWith(shared.id().address());
  }

  @Test
  void aMeetingWhoseRelayDiesEndsWithAnErrorAndTheNextOneIsElsewhere() throws Exception {
    String host = lab.publish(2, "") + ".wormhole";
    int port = lab.visitor(2);
    try (Socket flow = Socks.connect(port, host, 80)) {
      flow.getOutputStream()
          .write("GET /bytes/2000000000 HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      InputStream in = flow.getInputStream();
      assertThat(in.readNBytes(1 << 16)).hasSize(1 << 16);
      String met =
          network.client().circuits().stream()
              .filter(circuit -> circuit.flows() > 0)
              .findFirst()
              .orElseThrow()
              .hops()
              .getLast()
              .node();

      network.relays().stream()
          .filter(relay -> relay.id().address().equals(met))
          .findFirst()
          .orElseThrow()
          .close();

      assertThatThrownBy(() -> in.transferTo(OutputStream.nullOutputStream()))
          .isInstanceOf(IOException.class);
    }
    Await.that(
        "another meeting",
        Duration.ofSeconds(30),
        () -> PublishLab.tryGet(port, "http://" + host + "/hello"));
  }
}
