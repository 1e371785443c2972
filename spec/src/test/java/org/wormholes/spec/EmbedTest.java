package org.wormholes.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.embed.Wormholes;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.PageServer;

/// The library inside another program, as README.md shows it.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EmbedTest {
  @TempDir private static Path folder;
  private static PageServer pages;
  private static LocalNetwork network;
  private static Path script;
  private static int port;

  @BeforeAll
  static void start() throws IOException {
    pages = PageServer.start().saying("a page");
    port = pages.port();
    network = LocalNetwork.of(5);
    script = folder.resolve("ruleset.rb");
    Files.writeString(
        script,
        """
        ruleset "embedded" do
          network "local" do
            open_to :anyone
            bootstrap "%s"
          end
          tunnel "web", over: "local" do
            entry { socks port: 0 }
            relay 3
            exit { allow { address.loopback? } }
          end
          tunnel "nowhere", over: "local" do
            entry { socks port: 0 }
            relay 8
          end
        end
        """
            .formatted(network.bootstrap()));
  }

  @AfterAll
  static void stop() {
    network.close();
    pages.close();
  }

  @Test
  void aChannelLeadsThroughTheNamedTunnel() throws IOException {
    try (Wormholes wormholes = Wormholes.open(script);
        ByteChannel channel = wormholes.channel("web", "127.0.0.1", port)) {
      String request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      String answer =
          new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 200").endsWith("a page");
      assertThat(wormholes.engine().circuits())
          .anyMatch(circuit -> circuit.hops().size() == 3 && circuit.bytesDown() > 0);
    }
  }

  @Test
  void anHttpClientGoesThroughTheNamedTunnel() throws Exception {
    try (Wormholes wormholes = Wormholes.open(script);
        HttpClient client = HttpClient.newBuilder().proxy(wormholes.proxySelector("web")).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build();
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.body()).isEqualTo("a page");
      assertThat(wormholes.engine().circuits()).anyMatch(circuit -> circuit.bytesDown() > 0);
    }
  }

  @Test
  void aServiceOfOneProgramIsReachedByAnother() throws Exception {
    Path published = folder.resolve("published.rb");
    Files.writeString(
        published,
        """
        ruleset "published" do
          network "local" do
            open_to :anyone
            bootstrap "%s"
          end
          tunnel "out", over: "local" do
            publish %d, as: "blog"
            relay 2
          end
        end
        """
            .formatted(network.bootstrap(), port));
    try (Wormholes publisher = Wormholes.open(published);
        Wormholes visitor = Wormholes.open(script)) {
      URI blog = publisher.published("blog");
      assertThat(blog.getScheme()).isEqualTo("wormhole");
      assertThatThrownBy(() -> publisher.published("log"))
          .hasMessage("nothing is published under the name log");
      Await.that(
          "the service is found",
          Duration.ofSeconds(20),
          () ->
              publisher.engine().tunnels().stream()
                  .flatMap(tunnel -> tunnel.services().stream())
                  .anyMatch(service -> service.ready() > 0));

      try (ByteChannel channel = visitor.channel("web", blog)) {
        String request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        byte[] answer = Channels.newInputStream(channel).readAllBytes();
        assertThat(new String(answer, StandardCharsets.US_ASCII)).endsWith("a page");
      }
      try (HttpClient client =
          HttpClient.newBuilder().proxy(visitor.proxySelector("web")).build()) {
        HttpRequest request = HttpRequest.newBuilder(Wormholes.page(blog.resolve("/"))).build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.body()).isEqualTo("a page");
      }
    }
  }

  @Test
  void anAddressThatIsNoneIsAMistakeOfTheCaller() throws IOException {
    try (Wormholes wormholes = Wormholes.open(script)) {
      for (String wrong : new String[] {"http://x/", "wormhole://abc/", "wormhole:abc"}) {
        assertThatThrownBy(() -> wormholes.channel("web", URI.create(wrong)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("expected wormhole://");
      }
    }
  }

  @Test
  void aTunnelWithoutAPathGivesAnErrorAndNoOtherWay() throws IOException {
    try (Wormholes wormholes = Wormholes.open(script)) {
      assertThatThrownBy(() -> wormholes.channel("nowhere", "127.0.0.1", port))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no connection");
      assertThatThrownBy(() -> wormholes.channel("unheard of", "127.0.0.1", port))
          .hasMessage("there is no tunnel unheard of");
    }
  }

  @Test
  void aScriptWithProblemsSaysWhere() throws IOException {
    Path bad = folder.resolve("bad.rb");
    Files.writeString(bad, "ruleset \"x\" do\n  tunel \"web\"\nend\n");
    assertThatThrownBy(() -> Wormholes.open(bad))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("bad.rb:2:3")
        .hasMessageContaining("tunnel");
  }
}
