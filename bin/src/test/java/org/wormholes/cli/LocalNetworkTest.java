package org.wormholes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.rules.Network;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.HopView;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;
import org.wormholes.transport.NettyTransport;
import picocli.CommandLine;

/// Real nodes on loopback, started the way people start them.
@Timeout(120)
final class LocalNetworkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path temp;
  private String out = "";
  private String err = "";

  @Test
  void twelveNodesOfOneProcessKnowEachOther() throws IOException, InterruptedException {
    List<Integer> progress = new ArrayList<>();
    try (NettyTransport transport = NettyTransport.open();
        Devnet devnet =
            Devnet.start(12, new Network("devnet", true, List.of()), "tcp", transport)) {
      assertThat(devnet.awaitAcquainted(PATIENCE, progress::add)).isTrue();

      assertThat(progress).isSorted().endsWith(12);
      assertThat(devnet.bootstrap()).matches("wormhole://[a-z2-7]{56}@127\\.0\\.\\d+\\.1:\\d+");
      assertThat(devnet.nodes()).hasSize(12).allMatch(node -> node.nodes().size() == 12);
    }
  }

  @Test
  void devnetWritesHowToJoinAndEndsInTime() throws IOException {
    Path file = temp.resolve("join.rb");

    assertThat(run("devnet", "3", "--for", "0", "--write", file.toString())).isEqualTo(ExitCode.OK);

    assertThat(Files.readString(file))
        .matches(
            """
            network "devnet" do
              open_to :anyone
              bootstrap "wormhole://[a-z2-7]{56}@[0-9.]+:[0-9]+"
            end
            """);
    assertThat(err).contains("3 of 3 nodes know each other");
    assertThat(out).contains("network \"devnet\" of 3 nodes");
  }

  @Test
  void devnetOfProcessesLeavesNothingBehind() throws JsonException {
    assertThat(run("devnet", "3", "--processes", "--for", "0", "--json")).isEqualTo(ExitCode.OK);

    Map<?, ?> running = (Map<?, ?>) Json.read(out);
    assertThat((List<?>) running.get("processes"))
        .hasSize(3)
        .allMatch(it -> ProcessHandle.of(((Number) it).longValue()).isEmpty());
    assertThat(Path.of(String.valueOf(running.get("folder")))).doesNotExist();
  }

  @Test
  void theDemoFetchesAPageThroughThreeRelays() {
    assertThat(run("demo")).isEqualTo(ExitCode.OK);

    assertThat(out).contains("you").contains("200 OK").contains("first byte after");
    assertThat(out.lines().filter(line -> line.contains("relay"))).hasSize(2);
    assertThat(out.lines().filter(line -> line.contains("exit  "))).hasSize(1);
    assertThat(err).contains("applied hello");
  }

  @Test
  void theDemoCanBeReadByPrograms() throws JsonException {
    assertThat(run("demo", "--json")).isEqualTo(ExitCode.OK);

    @SuppressWarnings("unchecked")
    Map<String, Object> shown = (Map<String, Object>) Json.read(out);
    assertThat(shown.get("status")).isEqualTo(200);
    CircuitView circuit =
        Json.read(CircuitView.class, Json.compact(shown.getOrDefault("circuit", Map.of())));
    assertThat(circuit.hops()).extracting(HopView::role).containsExactly("relay", "relay", "exit");
  }

  @Test
  void anEngineRunsWhatItRanBeforeItEnded() throws IOException {
    Path script = temp.resolve("web.rb");
    Files.writeString(
        script,
        """
        ruleset "web" do
          network("nowhere") { open_to :anyone }
          tunnel "web", over: "nowhere" do
            entry { socks port: 0 }
            relay 2
          end
        end
        """);
    Path socket = temp.resolve("run").resolve("control.sock");
    EngineHost.Settings settings = TestSettings.of(temp.resolve("state"), socket);
    try (EngineHost host = EngineHost.start(settings)) {
      assertThat(host.describe()).endsWith(" control " + socket);
      assertThat(run("apply", "--yes", "--control", socket.toString(), script.toString()))
          .isEqualTo(ExitCode.OK);
      assertThat(out).contains("applied").contains("127.0.0.1:");
    }
    assertThat(run("status", "--control", socket.toString())).isEqualTo(ExitCode.NO_ENGINE);
    try (EngineHost _ = EngineHost.start(settings)) {
      assertThat(run("status", "--control", socket.toString())).isEqualTo(ExitCode.OK);
      assertThat(out).contains("ruleset  web 1.0").contains("tunnel web");
      assertThat(run("stop", "--control", socket.toString())).isEqualTo(ExitCode.OK);
    }
  }

  @Test
  void aStateFolderIsHeldByOneEngineOnly() throws IOException {
    try (EngineHost _ =
        EngineHost.start(
            TestSettings.of(temp.resolve("state"), temp.resolve("run/control.sock")))) {
      assertThat(
              run(
                  "daemon",
                  "--state",
                  temp.resolve("state").toString(),
                  "--control",
                  temp.resolve("run2/control.sock").toString()))
          .isEqualTo(ExitCode.REFUSED);
      assertThat(err).contains("is in use by another engine").hasLineCount(1);
    }
  }

  private int run(String... args) {
    StringWriter output = new StringWriter();
    StringWriter errors = new StringWriter();
    CommandLine command = Main.commandLine(args);
    command.setOut(new PrintWriter(output));
    command.setErr(new PrintWriter(errors));
    int code = command.execute(args);
    out = output.toString();
    err = errors.toString();
    return code;
  }
}
