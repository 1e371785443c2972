package org.wormholes.spec.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.control.ListenView;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.PageServer;

/// Seven relays, a client, an engine that publishes, and pages.
final class PublishLab implements AutoCloseable {
  final LocalNetwork network = LocalNetwork.of(7, 2);
  final PageServer pages = PageServer.start();
  final Engine publisher = network.another();

  PublishLab() throws IOException {}

  @Override
  public void close() {
    network.close();
    pages.close();
  }

  static boolean tryGet(int port, String page) {
    try {
      return get(port, page).statusCode() == 200;
    } catch (Exception e) {
      return false;
    }
  }

  /// The address of a service of the publisher's that introduction points know.
  String publish(int hops, String more) throws Exception {
    return publish(publisher, hops, more);
  }

  String publish(Engine engine, int hops, String more) throws Exception {
    engine
        .apply(
            rules(hops, "publish %d, as: \"blog\"%s".formatted(pages.port(), more)),
            SourceMap.EMPTY)
        .toCompletableFuture()
        .join();
    return ready(engine).substring("wormhole://".length());
  }

  /// The address of the first service of an engine's that introduction points know.
  static String ready(Engine engine) {
    return Await.value(
            "the service is published",
            Duration.ofSeconds(30),
            () ->
                engine.tunnels().stream()
                    .flatMap(tunnel -> tunnel.services().stream())
                    .filter(service -> service.ready() == 3)
                    .findFirst())
        .address();
  }

  int visitor(int hops) throws Exception {
    network.awaitKnown();
    for (ListenView open :
        network
            .client()
            .apply(rules(hops, "entry { socks port: 0 }"), SourceMap.EMPTY)
            .toCompletableFuture()
            .join()) {
      return Integer.parseInt(open.address().substring(open.address().lastIndexOf(':') + 1));
    }
    throw new AssertionError("no port is open");
  }

  private Ruleset rules(int hops, String words) {
    Compilation compilation =
        Compiler.compile(
            "test.rb",
            """
            ruleset "test" do
              network "local" do
                open_to :anyone
                bootstrap "%s"
              end
              tunnel "web", over: "local" do
                %s
                relay %d
                exit { allow { address.loopback? } }
              end
            end
            """
                .formatted(network.bootstrap(), words, hops),
            Options.defaults());
    assertThat(compilation.render()).isEmpty();
    return compilation.ruleset().orElseThrow();
  }

  static HttpResponse<String> get(int port, String uri) throws Exception {
    return client(port)
        .send(
            HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(30)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  /// Sends names on to the proxy as they are: every entry speaks HTTP as well.
  static HttpClient client(int port) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .proxy(ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
        .build();
  }
}
