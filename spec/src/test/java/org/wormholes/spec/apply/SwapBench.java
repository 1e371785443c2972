package org.wormholes.spec.apply;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.runtime.control.ApplyTerms;
import org.wormholes.spec.LocalNetwork;

/// How long it takes to exchange the rules of an engine with a thousand talking flows, whose tunnel
/// stays as it is: from the beginning of an apply until new flows meet the new rules. Printed by
/// `spec/bench/swap.sh`.
public final class SwapBench {
  private static final int FLOWS = 1_000;
  private static final int WARM = 10;
  private static final int SWAPS = 40;

  private SwapBench() {}

  public static void main(String[] arguments) throws Exception {
    try (LocalNetwork network = LocalNetwork.of(4);
        EchoServer echo = new EchoServer()) {
      int port = ChangingRulesTest.freePort();
      List<String> rules =
          List.of(
              script(network, port, "to(\"web\") { otherwise }"),
              script(
                  network,
                  port,
                  "refuse { port == 25 || host.under?(\"ads.example\") }",
                  "to(\"spare\") { user == \"other\" }",
                  "to(\"web\") { otherwise }"));
      apply(network, rules.getLast());
      network.awaitKnown();
      try (LiveFlows flows = LiveFlows.begin(FLOWS, 16, List.of(port), echo.port())) {
        List<Duration> taken = new ArrayList<>();
        for (int i = 0; i < WARM + SWAPS; i++) {
          flows.awaitRounds(1);
          taken.add(apply(network, rules.get(i % 2)));
        }
        flows.awaitRounds(1);
        int live = network.client().status().flows();
        List<String> broken = flows.end();
        print(taken.subList(WARM, taken.size()), live, broken);
      }
    }
  }

  private static Duration apply(LocalNetwork network, String script) {
    Compilation compilation = Compiler.compile("swap.rb", script, Options.defaults());
    Ruleset rules =
        compilation.ruleset().orElseThrow(() -> new IllegalStateException(compilation.render()));
    return network
        .client()
        .apply(rules, SourceMap.EMPTY, ApplyTerms.DEFAULT)
        .toCompletableFuture()
        .join()
        .swap();
  }

  private static String script(LocalNetwork network, int port, String... routes) {
    return ChangingRulesTest.script(
        network,
        ChangingRulesTest.tunnel("web", 3, "socks port: " + port)
            + ChangingRulesTest.tunnel("spare", 1, "socks port: 0"),
        String.join("\n", routes) + "\n");
  }

  private static void print(List<Duration> taken, int live, List<String> broken) {
    double[] millis = taken.stream().mapToDouble(each -> each.toNanos() / 1e6).sorted().toArray();
    System.out.printf(
        "%,d live flows, %d swaps of the rules: median %.1f ms, slowest %.1f ms; %,d flows live at"
            + " the end, %d dropped%n",
        FLOWS, SWAPS, millis[millis.length / 2], millis[millis.length - 1], live, broken.size());
    broken.stream().limit(5).forEach(System.out::println);
  }
}
