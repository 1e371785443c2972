package org.wormholes.spec.tor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.rules.SourceMap;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.control.TunnelView;
import org.wormholes.spec.Socks;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.PageServer;
import org.wormholes.spec.lab.TorLab;
import org.wormholes.transport.CarrierSettings;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.socket.NettyOptions;

/// Services that are published on Tor too, through a tor of the engine's own, and visited through
/// the same.
@Timeout(180)
@ExtendWith(TorLab.Extension.class)
class OnionServicesTest {
  @TempDir Path folder;

  private final NodeKey key = NodeKey.create(new SecureRandom()::nextBytes);
  private final BlockingQueue<EngineEvent> told = new LinkedBlockingQueue<>();

  private NettyTransport transport(TorLab lab) {
    NettyTransport transport =
        NettyTransport.open(
            NettyOptions.defaults().withLoops(1),
            EntryLimits.defaults(),
            new CarrierSettings(
                Optional.empty(), Map.of("tor", Map.of("torrc", lab.torrc().toString()))));
    transport.gatewaysIn(folder.resolve("gateways"));
    return transport;
  }

  @Test
  void servicesAreFoundByThoseWhoMayUntilTheyAreTakenBack(TorLab lab) throws Exception {
    try (PageServer pages = PageServer.start();
        NettyTransport transport = transport(lab);
        Engine engine =
            Engine.start(NodeSettings.client(key, List.of()), transport, GuardStore.NONE)) {
      var _ = engine.events(told::add);
      String me = key.id().address();
      String other = key.service("somebody").id().address();
      String open = "publish %d, as: \"open\", on: [\"onions\"]\n".formatted(pages.port());
      String mine =
          "publish %d, as: \"mine\", on: [\"onions\"], only: [\"%s\"]\n"
              .formatted(pages.port(), me);
      String others =
          "publish %d, as: \"others\", on: [\"onions\"], only: [\"%s\"]\n"
              .formatted(pages.port(), other);

      apply(engine, open + mine + others);
      int entry = entry(engine);
      for (String name : List.of("open", "mine", "others")) {
        Await.that("it is published", TorLab.JOINING, () -> problem(engine, name).isEmpty());
      }

      assertThat(address(engine, "open")).isEqualTo(key.service("open").id().address() + ".onion");
      assertThat(hello(entry, address(engine, "open"), pages.port())).contains(PageServer.GREETING);
      assertThat(hello(entry, address(engine, "open"), 80)).contains(PageServer.GREETING);
      assertThat(hello(entry, address(engine, "mine"), 80)).contains(PageServer.GREETING);
      assertThatThrownBy(() -> hello(entry, address(engine, "others"), 80))
          .isInstanceOf(IOException.class);
      assertThat(told)
          .anyMatch(
              event -> event.message().contains("for those on its list, and this node is not"));

      String gone = address(engine, "open");
      apply(engine, mine);
      assertThatThrownBy(() -> Socks.connect(entry, gone, 80, "somebody new"))
          .isInstanceOf(IOException.class);
      assertThat(hello(entry, address(engine, "mine"), 80)).contains(PageServer.GREETING);
    }
  }

  private static TunnelView.Onward onward(Engine engine, String service) {
    return engine.tunnels().getFirst().services().stream()
        .filter(each -> each.name().equals(service))
        .findFirst()
        .orElseThrow()
        .onward()
        .getFirst();
  }

  private static String address(Engine engine, String service) {
    return onward(engine, service).address();
  }

  private static Optional<String> problem(Engine engine, String service) {
    return onward(engine, service).problem();
  }

  private static String hello(int entry, String host, int port) throws IOException {
    try (Socket socket = Socks.connect(entry, host, port, "ann")) {
      socket
          .getOutputStream()
          .write("GET /hello HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static int entry(Engine engine) {
    String address = engine.status().listening().getFirst().address();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private static void apply(Engine engine, String published) {
    Compilation compilation =
        Compiler.compile(
            "test.rb",
            """
            ruleset "test" do
              network "local" do
                open_to :anyone
              end
              tunnel "web", over: "local" do
                relay 3
                %s
              end
              tor "onions" do
                entry { socks port: 0 }
              end
            end
            """
                .formatted(published),
            Options.defaults());
    assertThat(compilation.render()).isEmpty();
    engine.apply(compilation.ruleset().orElseThrow(), SourceMap.EMPTY).toCompletableFuture().join();
  }
}
