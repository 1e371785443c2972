package org.wormholes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.runtime.control.ApplyRefusedException;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.store.StateFolder;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.control.ControlServer;
import org.wormholes.transport.socket.NettyOptions;
import picocli.CommandLine;

/// What the commands print and answer, against an engine that always looks the same, over a real
/// socket. The texts stand in `src/test/resources/golden`; `-Dgolden.write=true` writes them anew.
final class CommandsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Set<String> TALKING =
      Set.of(
          "status",
          "nodes",
          "circuits",
          "facts",
          "ring",
          "new-identity",
          "events",
          "stop",
          "plan",
          "apply",
          "explain",
          "watch",
          "rollback",
          "history",
          "diff");
  private static final String RULESET =
      """
      ruleset "web", version: "2.0" do
        network("commons") { open_to :anyone }

        tunnel "web", over: "commons" do
          entry { socks port: 1080 }
          relay 2 do
            only { country != "XX" }
          end
          exit { refuse { port == 25 } }
        end

        routes do
          refuse { port == 6667 }
          direct { host == "plain.example" }
          to("web") { otherwise }
        end
      end
      """;

  private static NettyTransport transport;

  @TempDir Path temp;
  private final FakeEngine engine = new FakeEngine();
  private final CompletableFuture<Void> stopAsked = new CompletableFuture<>();
  private StateFolder state;
  private Listener server;
  private Path file;
  private String out = "";
  private String err = "";

  @BeforeAll
  static void open() {
    transport = NettyTransport.open(NettyOptions.defaults().withLoops(1));
  }

  @AfterAll
  static void close() {
    transport.close();
  }

  @BeforeEach
  void start() throws IOException {
    state = StateFolder.open(temp.resolve("engine"));
    ControlApi api =
        new ControlApi(
            engine, state.rulesets(), Clock.system(ZoneOffset.UTC), () -> stopAsked.complete(null));
    server = ControlServer.open(transport.sockets(), socket(), api).toCompletableFuture().join();
    file = temp.resolve("web.rb");
    Files.writeString(file, RULESET);
  }

  @AfterEach
  void stop() throws IOException {
    server.close().toCompletableFuture().join();
    state.close();
  }

  private Path socket() {
    return temp.resolve("control").resolve("control.sock");
  }

  @Test
  void statusOfAnEngineThatRunsNothing() {
    assertGolden("status-empty", ExitCode.OK, "status");
  }

  @Test
  void statusOfAnEngineThatRunsARuleset() {
    applied();
    engine.flows = 1;
    assertGolden("status", ExitCode.OK, "status");
    assertGolden("status-json", ExitCode.OK, "status", "--json");
  }

  @Test
  void ringsAreShownLookedUpAndDrawn() throws IOException {
    assertGolden("ring", ExitCode.OK, "ring");
    assertGolden("ring-create", ExitCode.OK, "ring", "create", "--network", "home");
    assertGolden("ring-create", ExitCode.OK, "ring", "join", "--network", "home");
    assertGolden("ring-leave", ExitCode.OK, "ring", "leave");
    assertGolden("ring-peers", ExitCode.OK, "ring", "peers");
    assertGolden("ring-successor", ExitCode.OK, "ring", "successor");
    assertGolden("ring-predecessor", ExitCode.OK, "ring", "predecessor");
    assertGolden("ring-fingers", ExitCode.OK, "ring", "fingers", "--network", "home");
    assertGolden("ring-lookup", ExitCode.OK, "ring", "lookup", "guestbook");
    assertGolden("ring-lookup-json", ExitCode.OK, "ring", "lookup", "guestbook", "--json");
    assertGolden("ring-ping", ExitCode.OK, "ring", "ping", "b".repeat(56));
    assertGolden("ring-cast", ExitCode.OK, "ring", "cast", "good morning");
    assertGolden("ring-cast-nothing", ExitCode.REFUSED, "ring", "cast", "");
    assertThat(run("ring", "draw")).isEqualTo(ExitCode.OK);
    assertThat(out.lines()).hasSize(23).last().asString().contains("this node");
    assertGolden("ring-draw-svg", ExitCode.OK, "ring", "draw", "--svg", "-");
    Path picture = temp.resolve("ring.svg");
    assertThat(run("ring", "draw", "--svg", picture.toString())).isEqualTo(ExitCode.OK);
    assertThat(Files.readString(picture)).startsWith("<svg").endsWith("</svg>\n");
  }

  @Test
  void factsAreListedSaidAndTakenBack() {
    assertGolden("facts", ExitCode.OK, "facts");
    assertGolden("facts-said", ExitCode.OK, "facts", "metered=true");
    assertGolden("facts", ExitCode.OK, "facts", "metered=auto");
    engine.asksForFacts = false;
    assertGolden("facts-none", ExitCode.OK, "facts");
    assertGolden("facts-wrong", ExitCode.USAGE, "facts", "cost=high");
  }

  @Test
  void aNewIdentityIsForTor() {
    assertThat(run("new-identity", "t", "--json")).isEqualTo(ExitCode.OK);
    assertThat(out).contains("\"gateways\"").contains("\"t\"");
    assertThat(run("new-identity")).isEqualTo(ExitCode.OK);
    assertThat(out.strip()).isEqualTo("new identity: t");
    assertThat(run("new-identity", "office")).isEqualTo(ExitCode.REFUSED);
    assertThat(err).contains("there is no gateway office");
  }

  @Test
  void nodesAndCircuits() {
    assertGolden("nodes", ExitCode.OK, "nodes");
    assertGolden("circuits", ExitCode.OK, "circuits");
    assertGolden("circuits-json", ExitCode.OK, "circuits", "--json");
  }

  @Test
  void planOfTheFirstRuleset() {
    assertGolden("plan-first", ExitCode.CHANGES, "plan", file.toString());
    assertThat(engine.applied()).isEmpty();
  }

  @Test
  void planOfAChangeNamesFieldsLinesAndFlows() throws IOException {
    applied();
    engine.flows = 3;
    Files.writeString(
        file,
        RULESET
            .replace("relay 2", "relay 3")
            .replace("  refuse { port == 6667 }\n", "")
            .replace("socks port: 1080", "socks port: 1080, udp: true"));

    assertGolden("plan-change", ExitCode.CHANGES, "plan", file.toString());
    assertGolden(
        "plan-change-colour", ExitCode.CHANGES, "plan", "--color", "always", file.toString());
    assertGolden("plan-change-json", ExitCode.CHANGES, "plan", "--json", file.toString());
  }

  @Test
  void planWithoutChanges() {
    applied();
    assertGolden("plan-none", ExitCode.OK, "plan", file.toString());
  }

  @Test
  void applyShowsThePlanAndWhatListensWhere() {
    assertGolden("apply", ExitCode.OK, "apply", "--yes", file.toString());
    assertThat(engine.applied()).isPresent();
  }

  @Test
  void applyWithoutATerminalAndWithoutYesOnlyPlans() {
    assertGolden("apply-nobody", ExitCode.CHANGES, "apply", file.toString());
    assertThat(engine.applied()).isEmpty();
  }

  @Test
  void applyThatTheEngineRefuses() {
    engine.refusal = new ApplyRefusedException("port-in-use", "port 1080 is taken");
    assertGolden("apply-refused", ExitCode.REFUSED, "apply", "--yes", file.toString());
  }

  @Test
  void planShowsTheOtherBranchOfALiveFact() throws IOException {
    Files.writeString(
        file,
        RULESET
            .replace(
                "refuse { port == 6667 }",
                "refuse { metered? && port == 443 }\n"
                    + "    direct { carrier_up?(\"tor\") && metered? }")
            .replaceFirst(
                "\nend\n$", "\n\n  expect { flow(\"https://a.example\").uses \"web\" }\nend\n"));
    assertGolden("plan-with", ExitCode.CHANGES, "plan", "--with", "metered=true", file.toString());
    assertThat(run("plan", "--with", "metered=perhaps", file.toString()))
        .isEqualTo(ExitCode.PROBLEMS);
    assertThat(err).contains("metered? must be true or false");
  }

  @Test
  void aSavedPlanIsAppliedAsItWasMade() throws IOException {
    applied();
    Path saved = temp.resolve("next.plan");
    Files.writeString(file, RULESET.replace("relay 2", "relay 3"));
    assertThat(run("plan", file.toString(), "-o", saved.toString())).isEqualTo(ExitCode.CHANGES);
    assertThat(err).contains("saved " + saved);
    Files.writeString(file, RULESET.replace("relay 2", "relay 4"));

    assertThat(run("apply", "--yes", saved.toString())).isEqualTo(ExitCode.OK);

    assertThat(engine.applied().orElseThrow().ruleset().tunnels().getFirst().relays().count())
        .isEqualTo(3);
    assertThat(run("history")).isEqualTo(ExitCode.OK);
    assertThat(out.lines().findFirst().orElseThrow()).startsWith("* 2").endsWith("web.rb");
  }

  @Test
  void aSavedPlanIsRefusedOnceTheEngineHasMoved() throws IOException {
    Path saved = temp.resolve("next.plan");
    run("plan", file.toString(), "-o", saved.toString());
    Files.writeString(file, RULESET.replace("relay 2", "relay 3"));
    applied();

    assertThat(run("apply", "--yes", saved.toString())).isEqualTo(ExitCode.STALE);

    assertThat(err).contains("the plan was made when nothing ran").contains("plan again");
    assertThat(engine.applied().orElseThrow().ruleset().tunnels().getFirst().relays().count())
        .isEqualTo(3);
  }

  @Test
  void aSavedPlanIsKnownByHowItBegins() throws IOException {
    Path saved = temp.resolve("next");
    run("plan", file.toString(), "-o", saved.toString());

    assertThat(run("check", saved.toString())).isEqualTo(ExitCode.PROBLEMS);
    assertThat(err).contains("next is a saved plan, which `apply` takes").hasLineCount(1);
    assertThat(run("apply", "--yes", saved.toString())).isEqualTo(ExitCode.OK);
    assertThat(engine.applied()).isPresent();
  }

  @Test
  void aDamagedPlanIsRefused() throws IOException {
    Path saved = temp.resolve("next.plan");
    run("plan", file.toString(), "-o", saved.toString());
    byte[] bytes = Files.readAllBytes(saved);
    bytes[bytes.length / 2] ^= 1;
    Files.write(saved, bytes);

    assertThat(run("apply", "--yes", saved.toString())).isEqualTo(ExitCode.PROBLEMS);
    assertThat(err).contains("it is damaged").hasLineCount(1);
    assertThat(engine.applied()).isEmpty();
  }

  @Test
  void aFailedProbeIsReportedAndHasAnExitCodeOfItsOwn() {
    engine.probeFailure = "no connection: host unreachable";
    assertGolden(
        "apply-taken-back",
        ExitCode.ROLLED_BACK,
        "apply",
        "--yes",
        "--probe",
        "https://example.org/",
        file.toString());
    assertThat(engine.applied()).isEmpty();
    assertThat(run("history")).isEqualTo(ExitCode.OK);
    assertThat(out).contains("taken back").contains("host unreachable");
  }

  @Test
  void theTermsOfAnApplyAreShown() throws IOException {
    applied();
    engine.flows = 3;
    Files.writeString(file, RULESET.replace("relay 2", "relay 3"));
    assertGolden(
        "apply-terms",
        ExitCode.OK,
        "apply",
        "--yes",
        "--drain",
        "90s",
        "--probe",
        "web=example.org:443",
        "--probe",
        "https://example.org/",
        file.toString());
    assertThat(engine.terms.drain()).isEqualTo(Duration.ofSeconds(90));
  }

  @Test
  void termsThatCannotBeAreUsageErrors() {
    for (String[] wrong :
        new String[][] {
          {"--drain", "soon"},
          {"--drain", "25h"},
          {"--probe", "nowhere"},
          {"--probe", "http://"},
          {"--probe", "a:0"},
          {"--probe", "a:80", "--probe-timeout", "11m"}
        }) {
      List<String> line = new ArrayList<>(List.of("apply", "--yes"));
      line.addAll(List.of(wrong));
      line.add(file.toString());
      assertThat(run(line.toArray(String[]::new))).as(line.toString()).isEqualTo(ExitCode.USAGE);
    }
    assertThat(engine.applied()).isEmpty();
  }

  @Test
  void goesBackAndTellsTheHistory() throws IOException {
    assertThat(run("rollback", "--yes")).isEqualTo(ExitCode.REFUSED);
    assertThat(err).contains("no other ruleset ran before");
    applied();
    Files.writeString(file, RULESET.replace("relay 2", "relay 3"));
    applied();

    assertThat(run("rollback")).isEqualTo(ExitCode.CHANGES);
    assertGolden("rollback", ExitCode.OK, "rollback", "--yes");
    assertThat(run("rollback", "--yes", "2")).isEqualTo(ExitCode.OK);
    assertThat(run("rollback", "--yes", "77")).isEqualTo(ExitCode.REFUSED);
    assertThat(run("rollback", "--yes", "7;7")).isEqualTo(ExitCode.USAGE);

    assertThat(run("history")).isEqualTo(ExitCode.OK);
    assertThat(out.lines()).hasSize(4);
    assertThat(out.lines().toList().getFirst()).startsWith("* 4").endsWith("rollback to 2");
    assertThat(run("history", "--json")).isEqualTo(ExitCode.OK);
    assertThat(out).contains("\"number\" : 4").contains("\"outcome\" : \"applied\"");
  }

  @Test
  void showsHowTwoRulesetsDifferWithTheirLines() throws IOException {
    Path other = temp.resolve("other.rb");
    Files.writeString(
        other,
        RULESET
            .replace("relay 2", "relay 3")
            .replace("socks port: 1080", "socks port: 1080\n    http port: 8080")
            .replace("  refuse { port == 6667 }\n", ""));
    assertGolden("diff", ExitCode.CHANGES, "diff", file.toString(), other.toString());
    assertThat(run("diff", file.toString(), file.toString())).isEqualTo(ExitCode.OK);
    assertThat(out).isEqualTo("no difference\n");
    applied();
    assertThat(run("diff", "1", file.toString())).isEqualTo(ExitCode.OK);
    assertThat(run("diff", other.toString())).isEqualTo(ExitCode.CHANGES);
    assertThat(run("diff", "running", other.toString(), "--json")).isEqualTo(ExitCode.CHANGES);
    assertThat(out).contains("\"field\" : \"relay\"");
  }

  @Test
  void aCompiledRulesetServesAsWellAsItsScript() {
    Path compiled = temp.resolve("web.wh");
    run("check", file.toString(), "--output", compiled.toString());

    assertGolden("plan-first", ExitCode.CHANGES, "plan", compiled.toString());
  }

  @Test
  void firstContactsCanBeGivenAtTheCommandLine() {
    String contact = "wormhole://" + "a".repeat(56) + "@127.0.0.1:4040";
    run("apply", "--yes", "--bootstrap", contact, file.toString());

    assertThat(engine.applied().orElseThrow().ruleset().networks().getFirst().bootstraps())
        .containsExactly(contact);
  }

  @Test
  void checkSaysOkOrShowsEveryProblem() throws IOException {
    assertGolden("check", ExitCode.OK, "check", file.toString());
    assertGolden("check-json", ExitCode.OK, "check", "--json", file.toString());
    Files.writeString(file, "ruleset \"web\" do\n  tunel \"a\"\n  network 5\nend\n");
    assertThat(run("check", file.toString())).isEqualTo(ExitCode.PROBLEMS);
    assertThat(out).contains("web.rb:2:3: ").contains("^").contains("web.rb:3:").contains("not ok");
    assertThat(run("plan", file.toString())).isEqualTo(ExitCode.PROBLEMS);
    assertThat(err).contains("web.rb:2:3: ").contains("wormholes: 2 errors");
    assertThat(run("apply", "--yes", file.toString())).isEqualTo(ExitCode.PROBLEMS);
    assertThat(engine.applied()).isEmpty();
  }

  @Test
  void aFileThatIsNotThereIsAUsageError() {
    assertThat(run("check", temp.resolve("no.rb").toString())).isEqualTo(ExitCode.USAGE);
    assertThat(err).startsWith("wormholes: there is no file ");
  }

  @Test
  void bytesThatAreNoRulesetAreAProblem() throws IOException {
    Path bad = temp.resolve("bad.wh");
    Files.write(bad, new byte[100]);

    assertThat(run("plan", bad.toString())).isEqualTo(ExitCode.PROBLEMS);
    assertThat(err).contains("is not a compiled ruleset").doesNotContain("\tat ");
  }

  @Test
  void explainsWithAndWithoutAnEngine() {
    assertGolden("explain-none", ExitCode.REFUSED, "explain", "https://example.org");
    applied();
    assertGolden("explain", ExitCode.OK, "explain", "https://example.org");
    assertGolden("explain-json", ExitCode.OK, "explain", "--json", "plain.example:80");
    assertGolden(
        "explain-file", ExitCode.OK, "explain", "--file", file.toString(), "irc.example:6667");
    assertThat(run("explain", "a b")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("a flow is expected");
  }

  @Test
  void stopEndsTheEngine() {
    assertThat(run("stop")).isEqualTo(ExitCode.OK);
    assertThat(out).startsWith("stopped (process ");
    assertThat(stopAsked).succeedsWithin(Duration.ofSeconds(10)); // it answers first
  }

  @Test
  void withoutAnEngineEveryQuestionSaysSo() {
    server.close().toCompletableFuture().join();
    for (String command : List.of("status", "nodes", "circuits", "stop", "events")) {
      assertThat(run(command)).as(command).isEqualTo(ExitCode.NO_ENGINE);
      assertThat(err).as(command).startsWith("wormholes: no engine answers").hasLineCount(1);
      assertThat(out).as(command).isEmpty();
    }
    assertThat(run("plan", file.toString())).isEqualTo(ExitCode.NO_ENGINE);
    assertThat(run("apply", "--yes", file.toString())).isEqualTo(ExitCode.NO_ENGINE);
    assertThat(run("explain", "example.org")).isEqualTo(ExitCode.NO_ENGINE);
  }

  @Test
  void theWordsOfTheLanguage() throws JsonException {
    assertThat(run("words")).isEqualTo(ExitCode.OK);
    assertThat(out).contains("in a `tunnel`").contains("facts of a relay").contains("latency");
    assertThat(out).contains("carrier_up?(CARRIER)").contains("round_trip(TUNNEL)");
    assertThat(run("words", "socks")).isEqualTo(ExitCode.OK);
    assertThat(out).startsWith("socks ").contains("port");
    assertThat(run("words", "latency", "--json")).isEqualTo(ExitCode.OK);
    assertThat(Json.read(out).toString()).contains("latency");
    assertThat(run("words", "round_trip")).isEqualTo(ExitCode.OK);
    assertThat(out).startsWith("round_trip(TUNNEL)   fact of a flow, a duration");
    assertThat(run("words", "lateny")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("did you mean `latency`?");
  }

  @Test
  void theKeyIsMadeOnceAndShownWithoutItsSecret() throws JsonException {
    String state = temp.resolve("state").toString();
    assertThat(run("keys", "--state", state)).isEqualTo(ExitCode.REFUSED);
    assertThat(err).contains("there is no key yet");
    assertThat(run("keys", "generate", "--state", state)).isEqualTo(ExitCode.OK);
    String address = out.strip();
    assertThat(address).matches("[a-z2-7]{56}");
    assertThat(run("keys", "show", "--state", state)).isEqualTo(ExitCode.OK);
    assertThat(out.strip()).isEqualTo(address);
    assertThat(run("keys", "generate", "--state", state)).isEqualTo(ExitCode.REFUSED);
    assertThat(run("keys", "path", "--state", state)).isEqualTo(ExitCode.OK);
    assertThat(out.strip()).isEqualTo(state + "/node-key");
    assertThat(run("keys", "--json", "--state", state)).isEqualTo(ExitCode.OK);
    assertThat(Json.read(out).toString()).contains("address=" + address);
  }

  @Test
  void theKeyOfAServiceIsHandedToAnotherNode() throws IOException {
    String first = temp.resolve("first").toString();
    String second = temp.resolve("second").toString();
    String file = temp.resolve("blog.pem").toString();
    assertThat(run("keys", "service", "blog", "--state", first)).isEqualTo(ExitCode.REFUSED);
    assertThat(run("keys", "generate", "--state", first)).isEqualTo(ExitCode.OK);
    assertThat(run("keys", "generate", "--state", second)).isEqualTo(ExitCode.OK);
    assertThat(run("keys", "service", "--state", first)).isEqualTo(ExitCode.USAGE);
    assertThat(run("keys", "service", "blog", "--state", first, "--export", file))
        .isEqualTo(ExitCode.OK);
    String address = out.strip();
    assertThat(address).matches("wormhole://[a-z2-7]{56}");
    assertThat(Files.getPosixFilePermissions(Path.of(file)))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(run("keys", "service", "blog", "--state", second)).isEqualTo(ExitCode.OK);
    assertThat(out.strip()).isNotEqualTo(address);

    assertThat(run("keys", "service", "blog", "--state", second, "--import", file))
        .isEqualTo(ExitCode.OK);
    assertThat(run("keys", "service", "blog", "--state", second)).isEqualTo(ExitCode.OK);
    assertThat(out.strip()).isEqualTo(address);
    assertThat(run("keys", "service", "other", "--state", second)).isEqualTo(ExitCode.OK);
    assertThat(out.strip()).isNotEqualTo(address);

    assertThat(run("keys", "service", "blog", "--state", first, "--export", file))
        .isEqualTo(ExitCode.REFUSED);
    Files.writeString(Path.of(file), "nothing of the kind");
    assertThat(run("keys", "service", "blog", "--state", second, "--import", file))
        .isEqualTo(ExitCode.REFUSED);
    assertThat(err).contains("does not hold an Ed25519 key in PEM");
  }

  @Test
  void everyCommandListsItsExitCodesInHelp() {
    for (Commands.Registration each : Commands.all()) {
      if (!each.name().equals("warm-up")) {
        assertThat(run(new String[] {each.name(), "--help"})).isEqualTo(ExitCode.OK);
        assertThat(out).as(each.name()).contains("Exit codes:").contains("Usage: wormholes ");
      }
    }
  }

  private void applied() {
    assertThat(run("apply", "--yes", file.toString())).isEqualTo(ExitCode.OK);
  }

  /// Runs a command; those that talk to an engine talk to ours.
  private int run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    if (TALKING.contains(args[0]) && !all.contains("--help")) {
      int place = args[0].equals("ring") && args.length > 1 ? 2 : 1; // behind a command of its own
      all.addAll(place, List.of("--control", socket().toString()));
    }
    StringWriter output = new StringWriter();
    StringWriter errors = new StringWriter();
    String[] line = all.toArray(String[]::new);
    CommandLine command = Main.commandLine(line);
    command.setOut(new PrintWriter(output));
    command.setErr(new PrintWriter(errors));
    int code = command.execute(line);
    out = output.toString();
    err = errors.toString();
    return code;
  }

  private void assertGolden(String name, int exitCode, String... args) {
    int code = run(args);
    String shown =
        "exit code %d\n--- standard output\n%s--- standard error\n%s"
            .formatted(code, plain(out), plain(err));
    Path golden = GOLDEN.resolve(name + ".txt");
    try {
      if (Boolean.getBoolean("golden.write")) {
        Files.createDirectories(GOLDEN);
        Files.writeString(golden, shown);
      }
      assertThat(shown).as(golden.toString()).isEqualTo(Files.readString(golden));
      assertThat(code).isEqualTo(exitCode);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Without what differs from run to run.
  private String plain(String text) {
    return text.replace(temp.toString(), "DIR")
        .replace("DIR/web.wh", "DIR/web.rb")
        .replace("process " + ProcessHandle.current().pid(), "process 4242")
        .replace("\"process\" : " + ProcessHandle.current().pid(), "\"process\" : 4242")
        .replace("\u001b", "<ESC>")
        .replace("->", "→");
  }
}
