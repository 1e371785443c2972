package org.wormholes.spec.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.runtime.store.HistoryEntry;

/// Real engines, really killed.
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class EngineDeathTest {
  private static final int ROUNDS = 10;
  private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  @TempDir Path temp;

  @Test
  void killedAtAnyInstantOfAnApplyItRunsTheOldRulesOrTheNewOnes() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Integer> ports = List.of(freePort(), freePort(), freePort());
    List<Ruleset> rules = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      rules.add(rules("v" + i, ports.get(2), ports.get(i)));
    }
    Map<String, Integer> versions =
        Map.of(RuleCodec.digest(rules.get(0)), 0, RuleCodec.digest(rules.get(1)), 1);
    Daemon daemon = Daemon.start(temp);
    try {
      assertThat(daemon.apply(rules.getFirst())).isTrue();
      int runs = 0;
      int changes = 0;
      for (int round = 0; round < ROUNDS; round++) {
        Daemon victim = daemon;
        Ruleset next = rules.get(1 - runs);
        CompletableFuture<Boolean> applied =
            CompletableFuture.supplyAsync(
                () -> victim.apply(next), Thread.ofPlatform().daemon()::start);
        // Not to wait for something: the instant of the death is the point, and it is random.
        double instant = random.nextDouble();
        LockSupport.parkNanos((long) (instant * instant * LONGEST_NANOS));
        victim.kill();
        boolean acknowledged = applied.get(20, TimeUnit.SECONDS);

        daemon = Daemon.start(temp);
        String digest = daemon.running().orElseThrow();
        String when = "seed %d, round %d".formatted(seed, round);
        assertThat(versions).as(when).containsKey(digest);
        int found = versions.getOrDefault(digest, -1);
        if (acknowledged) {
          assertThat(found).as(when + ", it had said that it was applied").isEqualTo(1 - runs);
        }
        changes += found == runs ? 0 : 1;
        runs = found;
        assertOpen(ports.get(2));
        assertOpen(ports.get(runs));
        HistoryEntry lastApplied =
            daemon.history().reversed().stream()
                .filter(each -> each.outcome() == HistoryEntry.Outcome.APPLIED)
                .findFirst()
                .orElseThrow();
        assertThat(lastApplied.digest()).as(when).isEqualTo(digest);
      }
      System.out.printf("%d deaths: %d times the new rules ran, else the old%n", ROUNDS, changes);
    } finally {
      daemon.kill();
    }
  }

  @Test
  void startsFromTheStoredRulesWithoutRuby() throws Exception {
    int port = freePort();
    Ruleset rules = rules("kept", port, freePort());
    try (Daemon first = Daemon.start(temp)) {
      assertThat(first.apply(rules)).isTrue();
    }
    Path classes = temp.resolve("classes");

    try (Daemon second = Daemon.start(temp, "-Xlog:class+load=info:file=" + classes)) {
      assertThat(second.running()).contains(RuleCodec.digest(rules));
      assertOpen(port);
    }

    try (Stream<String> loaded = Files.lines(classes)) {
      List<String> all = loaded.toList();
      assertThat(all).anyMatch(line -> line.contains("org.wormholes.rules.codec.RuleCodec "));
      assertThat(all)
          .filteredOn(line -> line.matches(".* (org\\.jruby|org\\.ruby_lang|com\\.dylibso)\\..*"))
          .isEmpty();
      assertThat(all).filteredOn(line -> line.contains("org.wormholes.dsl.Compiler ")).isEmpty();
    }
  }

  private static void assertOpen(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      assertThat(socket.isConnected()).isTrue();
    }
  }

  private static Ruleset rules(String name, int shared, int own) {
    Compilation compilation =
        Compiler.compile(
            name + ".rb",
            """
            ruleset "%s" do
              network("nowhere") { open_to :anyone }
              tunnel "web", over: "nowhere" do
                entry do
                  socks port: %d
                  http port: %d
                end
                relay 2
              end
            end
            """
                .formatted(name, shared, own),
            Options.defaults());
    return compilation.ruleset().orElseThrow(() -> new AssertionError(compilation.render()));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
