package org.wormholes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.runtime.json.Json;
import picocli.CommandLine;

/// `simulate` on a map in a file, and the lints of `check`.
final class SimulateCommandTest {
  @TempDir Path temp;
  private Path ruleset;
  private Path map;
  private String out = "";
  private String err = "";

  @BeforeEach
  void write() throws IOException {
    ruleset = temp.resolve("web.rb");
    script("relay 2");
    map = temp.resolve("map.json");
    List<Map<String, Object>> nodes =
        IntStream.range(0, 12).mapToObj(SimulateCommandTest::node).toList();
    Files.writeString(map, Json.compact(Map.of("nodes", nodes)));
  }

  private void script(String relay) throws IOException {
    Files.writeString(
        ruleset,
        """
        ruleset "web" do
          network("commons") { open_to :anyone }
          tunnel "web", over: "commons" do
            entry { socks }
            %s
          end
        end
        """
            .formatted(relay));
  }

  private static Map<String, Object> node(int number) {
    String address = NodeKey.create(new Random(number)::nextBytes).id().address();
    return Map.ofEntries(
        Map.entry("node", address),
        Map.entry("nickname", address.substring(0, 8)),
        Map.entry("self", false),
        Map.entry("roles", List.of("relay", "exit")),
        Map.entry("addresses", Map.of("tcp", "203.0." + number + ".1:4040")),
        Map.entry("operator", number < 6 ? "big" : "op" + number),
        Map.entry("country", "SE"),
        Map.entry("bandwidth", 1_000_000L),
        Map.entry("version", "0.1.0"),
        Map.entry("linked", true),
        Map.entry("round_trip_ms", 20),
        Map.entry("expires", "2030-01-01T00:00:00Z"));
  }

  @Test
  void drawsBitsAndWhoSeesBothEnds() {
    assertThat(run("simulate", "--map", map.toString(), "-n", "2000", ruleset.toString()))
        .isEqualTo(ExitCode.OK);

    assertThat(out)
        .contains("tunnel web  100 % of 2,000 paths")
        .contains("round trip  median 48 ms, 95 % within 48 ms")
        .containsPattern("hop 1 .* 3\\.6 bits +as one of 1[12]\\.")
        .containsPattern("path .* 7\\.0 bits")
        .containsPattern("country +SE .*both ends 100 %")
        .containsPattern("operator +big .*both ends 2\\d %");
    assertThat(err).isEmpty();
  }

  @Test
  void theSameSeedGivesTheSameJson() throws Exception {
    String[] line = {
      "simulate", "--json", "--seed", "5", "-n", "300", "--map", map.toString(), ruleset.toString()
    };
    run(line);
    String first = out;
    run(line);

    assertThat(out).isEqualTo(first);
    assertThat(Json.read(out)).isInstanceOf(Map.class);
    assertThat(out).contains("\"effective_set\"", "\"worst\"", "\"seed\" : 5");
  }

  @Test
  void aTunnelWithoutAnyPathIsSaidWithItsClause() throws IOException {
    script("relay(2) { only { country == \"FR\" } }");

    assertThat(run("simulate", "--map", map.toString(), "-n", "10", ruleset.toString()))
        .isEqualTo(ExitCode.REFUSED);
    assertThat(out)
        .contains("tunnel web  no path")
        .contains("blocked 10 times: `only` leaves 0 of 12 relays, the path needs 2")
        .contains("web.rb:5");
  }

  @Test
  void aMapThatIsNoneIsRefusedInWords() throws IOException {
    Files.writeString(map, "{\"nodes\": [{\"node\": 5}]}");
    assertThat(run("simulate", "--map", map.toString(), ruleset.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("is no map, as `wormholes nodes --json` prints one");

    Path none = temp.resolve("none.json");
    assertThat(run("simulate", "--map", none.toString(), ruleset.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(run("simulate", "--map", map.toString(), "-n", "0", ruleset.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("--paths must be 1..1000000, was 0");
  }

  @Test
  void lintsAreWarningsAndWithStrictTheyAreErrors() throws IOException {
    script("relay(2) { only { country == \"FR\" && country == \"DE\" } }");

    assertThat(run("check", ruleset.toString())).isEqualTo(ExitCode.OK);
    assertThat(out)
        .contains("web.rb:5:16: warning: `only` is never true: `country == \"FR\"` and")
        .contains("hint: join them with `||` if either will do")
        .contains("1 warning");
    assertThat(run("check", "--strict", ruleset.toString())).isEqualTo(ExitCode.PROBLEMS);
    assertThat(out).contains("web.rb:5:16: `only` is never true").contains("not ok");
  }

  private int run(String... line) {
    StringWriter output = new StringWriter();
    StringWriter errors = new StringWriter();
    CommandLine command = Main.commandLine(line);
    command.setOut(new PrintWriter(output));
    command.setErr(new PrintWriter(errors));
    int code = command.execute(line);
    out = output.toString();
    err = errors.toString();
    return code;
  }
}
