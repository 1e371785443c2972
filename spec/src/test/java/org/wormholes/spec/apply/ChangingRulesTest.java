package org.wormholes.spec.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.runtime.control.ApplyOutcome;
import org.wormholes.runtime.control.ApplyRolledBackException;
import org.wormholes.runtime.control.ApplyTerms;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.control.Probe;
import org.wormholes.runtime.control.ProbeResult;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.Socks;
import org.wormholes.spec.lab.PageServer;

/// What an exchange of rules promises to live traffic, between real engines over real sockets.
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ChangingRulesTest {
  private static final ApplyTerms.Keeper FORGETFUL = ApplyTerms.DEFAULT.keeper();

  @Test
  void aThousandLiveFlowsDoNotNotice() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(4);
        EchoServer echo = new EchoServer()) {
      int web = freePort();
      int side = freePort();
      apply(network, before(network, web, side));
      network.awaitKnown();
      try (LiveFlows flows =
          LiveFlows.begin(1_000, 16, List.of(web, web, web, side), echo.port())) {
        flows.awaitRounds(1);

        ApplyOutcome outcome = apply(network, after(network, web, side));
        flows.awaitRounds(3);

        System.out.printf(
            "1000 live flows: rules swapped in %.2f ms%n", outcome.swap().toNanos() / 1e6);
        assertThat(network.client().status().flows()).isEqualTo(1_000);
        assertThat(flows.end()).isEmpty();
        assertThat(outcome.swap()).isPositive();
      }
    }
  }

  /// Two tunnels; the second differs in what follows.
  private static String before(LocalNetwork network, int web, int side) {
    return script(
        network,
        tunnel("web", 2, "socks port: " + web) + tunnel("side", 1, "socks port: " + side),
        """
        to("side") { entry == "side" }
        to("web")  { otherwise }
        """);
  }

  /// Other routes, another second tunnel, other entries of both.
  private static String after(LocalNetwork network, int web, int side) throws IOException {
    return script(
        network,
        tunnel("web", 2, "socks port: " + web + ", udp: true\n    http port: " + freePort())
            + tunnel("side", 2, "http port: " + side),
        """
        refuse     { port == 25 }
        to("web")  { entry == "web" }
        to("side") { otherwise }
        """);
  }

  /// Each ruleset refuses what comes in by an entry of the other: a flow that met the entry of one
  /// and the routes of the other would be refused.
  @Test
  void anOpenPortIsNeverClosedAndNoFlowSeesHalfOfTheRules() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(3);
        EchoServer echo = new EchoServer()) {
      int port = freePort();
      List<String> rules = new ArrayList<>();
      for (String name : List.of("one", "two")) {
        rules.add(
            script(
                network,
                tunnel(name, 1, "socks port: " + port),
                "to(\"%s\") { entry == \"%s\" }\nrefuse { otherwise }\n".formatted(name, name)));
      }
      apply(network, rules.getFirst());
      network.awaitReady();
      AtomicBoolean over = new AtomicBoolean();
      AtomicInteger connected = new AtomicInteger();
      Queue<String> refused = new ConcurrentLinkedQueue<>();
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        callers.add(
            Thread.ofPlatform()
                .daemon()
                .start(() -> {
                  while (!over.get()) {
                    try (Socket _ = Socks.connect(port, "127.0.0.1", echo.port())) {
                      connected.incrementAndGet();
                    } catch (IOException e) {
                      refused.add(e.toString());
                    }
                  }
                }));
      }
      try {
        for (int i = 1; i <= 50; i++) {
          apply(network, rules.get(i % 2));
        }
      } finally {
        over.set(true);
        for (Thread each : callers) {
          each.join();
        }
      }

      assertThat(refused).isEmpty();
      assertThat(connected).hasPositiveValue();
    }
  }

  @Test
  void aPortSpeaksWhatTheRulesOfTheMomentSay() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(3);
        EchoServer echo = new EchoServer()) {
      int port = freePort();
      apply(network, script(network, tunnel("web", 1, "socks port: " + port), ""));
      network.awaitReady();
      Socks.connect(port, "127.0.0.1", echo.port()).close();

      apply(
          network,
          script(
              network,
              tunnel(
                  "web", 1, "forward port: %d, to: \"127.0.0.1:%d\"".formatted(port, echo.port())),
              ""));

      try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
        plain.getOutputStream().write(7);
        assertThat(plain.getInputStream().read()).isEqualTo(7);
      }
    }
  }

  @Test
  void flowsOfARemovedTunnelAreCutAtTheDeadlineAndOthersGoOn() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(3);
        EchoServer echo = new EchoServer()) {
      int web = freePort();
      int side = freePort();
      apply(network, before(network, web, side));
      network.awaitReady();
      try (Socket kept = Socks.connect(web, "127.0.0.1", echo.port());
          Socket cut = Socks.connect(side, "127.0.0.1", echo.port())) {
        apply(
            network,
            script(network, tunnel("web", 2, "socks port: " + web), "to(\"web\") { otherwise }"),
            new ApplyTerms(Duration.ofMillis(300), List.of(), FORGETFUL));

        cut.getOutputStream().write(1);
        assertThat(cut.getInputStream().read()).isEqualTo(1);
        assertThatThrownBy(
                () -> {
                  if (cut.getInputStream().read() < 0) {
                    throw new IOException("ended");
                  }
                })
            .isInstanceOf(IOException.class);
        kept.getOutputStream().write(2);
        assertThat(kept.getInputStream().read()).isEqualTo(2);
      }
    }
  }

  @Test
  void probesPassOnTheRealPath() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(3);
        EchoServer echo = new EchoServer()) {
      PageServer pages = PageServer.start();
      try {
        ApplyOutcome outcome =
            apply(
                network,
                script(network, tunnel("web", 2, "socks port: 0"), ""),
                probing(
                    "http://127.0.0.1:" + pages.port() + "/hello", "web=127.0.0.1:" + echo.port()));

        assertThat(outcome.probes()).extracting(ProbeResult::passed).containsExactly(true, true);
        assertThat(outcome.probes().getFirst().detail()).isEqualTo("200");
      } finally {
        pages.close();
      }
    }
  }

  @Test
  void aFailingProbeBringsTheOldRulesBackAndSaysWhy() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(3);
        EchoServer echo = new EchoServer()) {
      PageServer pages = PageServer.start();
      int web = freePort();
      int side = freePort();
      apply(network, before(network, web, side));
      network.awaitReady();
      CompletableFuture<EngineEvent> told = new CompletableFuture<>();
      try (Socket live = Socks.connect(side, "127.0.0.1", echo.port());
          var _ =
              network
                  .client()
                  .events(event -> {
                    if (event.kind() == EngineEvent.Kind.ROLLED_BACK) {
                      told.complete(event);
                    }
                  })) {
        String address = "http://127.0.0.1:" + pages.port();
        for (var each :
            List.of(
                List.of(address + "/gone", "the answer was 404"),
                List.of("127.0.0.1:" + closedPort(), "no connection"),
                List.of("127.0.0.1:25", "the rules refuse it"),
                List.of("nobody=127.0.0.1:80", "there is no tunnel nobody"))) {
          assertThatThrownBy(() ->
                  apply(
                      network,
                      script(
                          network,
                          tunnel("web", 2, "socks port: " + web),
                          "refuse { port == 25 }\nto(\"web\") { otherwise }"),
                      probing(each.getFirst())))
              .hasCauseInstanceOf(ApplyRolledBackException.class)
              .hasMessageContaining(each.getLast())
              .hasMessageContaining("test 1.0 runs again");
        }

        assertThat(told.get(10, TimeUnit.SECONDS).message()).contains("the answer was 404");
        assertThat(network.client().applied().orElseThrow().ruleset().tunnels()).hasSize(2);
        live.getOutputStream().write(9);
        assertThat(live.getInputStream().read()).isEqualTo(9);
        Socks.connect(side, "127.0.0.1", echo.port()).close();
      } finally {
        pages.close();
      }
    }
  }

  @Test
  void whereNothingRanAFailingProbeLeavesNothing() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(3)) {
      int port = freePort();

      assertThatThrownBy(() ->
              apply(
                  network,
                  script(network, tunnel("web", 1, "socks port: " + port), "refuse { otherwise }"),
                  probing("127.0.0.1:80")))
          .hasMessageContaining("nothing runs, as before");

      assertThat(network.client().applied()).isEmpty();
      assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void appliesAtTheSameTimeAreCarriedOutOneAfterTheOther() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(3)) {
      int port = freePort();
      List<Integer> running = new ArrayList<>();
      AtomicInteger inside = new AtomicInteger();
      List<CompletableFuture<ApplyOutcome>> all = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        Ruleset rules = compiled(script(network, tunnel("t" + i, 1, "socks port: " + port), ""));
        ApplyTerms terms =
            new ApplyTerms(
                Duration.ZERO,
                List.of(),
                new ApplyTerms.Keeper() {
                  @Override
                  public void prepare() {
                    running.add(inside.incrementAndGet());
                  }

                  @Override
                  public void ended(
                      Duration swap,
                      java.util.Optional<org.wormholes.runtime.control.ApplyRefusedException>
                          refusal) {
                    inside.decrementAndGet();
                  }
                });
        all.add(network.client().apply(rules, SourceMap.EMPTY, terms).toCompletableFuture());
      }
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);

      assertThat(running).hasSize(20).containsOnly(1);
      assertThat(network.client().status().listening())
          .filteredOn(each -> !each.tunnel().isEmpty())
          .singleElement()
          .satisfies(each -> assertThat(each.tunnel()).isEqualTo("t19"));
    }
  }

  private static ApplyTerms probing(String... probes) {
    return new ApplyTerms(
        ApplyTerms.DEFAULT_DRAIN,
        List.of(probes).stream()
            .map(text -> Probe.parse(text, Duration.ofSeconds(text.contains("/gone") ? 1 : 10)))
            .toList(),
        FORGETFUL);
  }

  static String script(LocalNetwork network, String tunnels, String routes) {
    String written = routes.isEmpty() ? "" : "routes do\n" + routes.indent(2) + "end\n";
    return """
    ruleset "test" do
      network "local" do
        open_to :anyone
        bootstrap "%s"
      end
    %s%s
    end
    """
        .formatted(network.bootstrap(), tunnels, written);
  }

  static String tunnel(String name, int hops, String entries) {
    return """
    tunnel "%s", over: "local" do
      entry do
        %s
      end
      relay %d
      exit { allow { address.loopback? } }
    end
    """
        .formatted(name, entries, hops);
  }

  private static Ruleset compiled(String script) {
    Compilation compilation = Compiler.compile("test.rb", script, Options.defaults());
    assertThat(compilation.render()).isEmpty();
    return compilation.ruleset().orElseThrow();
  }

  private static ApplyOutcome apply(LocalNetwork network, String script) {
    return apply(network, script, ApplyTerms.DEFAULT);
  }

  private static ApplyOutcome apply(LocalNetwork network, String script, ApplyTerms terms)
      throws CompletionException {
    return network
        .client()
        .apply(compiled(script), SourceMap.EMPTY, terms)
        .toCompletableFuture()
        .join();
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static int closedPort() throws IOException {
    return freePort();
  }
}
