package org.wormholes.runtime.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;
import org.wormholes.runtime.store.HistoryEntry;
import org.wormholes.runtime.store.StateFolder;

class ControlApiTest {
  private static final byte[] NOTHING = new byte[0];

  @TempDir Path temp;
  private final FakeEngine engine = new FakeEngine();
  private boolean stopAsked;
  private StateFolder state;
  private ControlApi api;

  @BeforeEach
  void open() throws IOException {
    state = StateFolder.open(temp);
    api =
        new ControlApi(
            engine,
            state.rulesets(),
            Clock.fixed(Instant.parse("2026-01-05T10:00:00Z"), ZoneOffset.UTC),
            () -> stopAsked = true,
            asked ->
                new ScriptChecker.Checked(
                    new CheckReport(
                        asked.file(),
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of()),
                    List.of("ok")));
  }

  @AfterEach
  void close() throws IOException {
    state.close();
  }

  /// Remembers an answer.
  private static final class Answer implements ControlReply, ControlReply.ReplyStream {
    int status;
    String body = "";
    Runnable closed = () -> {};

    @Override
    public void respond(int status, String contentType, byte[] body) {
      assertThat(contentType).isEqualTo("application/json");
      this.status = status;
      this.body = new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public ReplyStream stream(String contentType) {
      assertThat(contentType).isEqualTo("application/jsonl");
      status = 200;
      return this;
    }

    @Override
    public boolean send(byte[] piece) {
      body += new String(piece, StandardCharsets.UTF_8);
      return true;
    }

    @Override
    public void end() {}

    @Override
    public void onClosed(Runnable closed) {
      this.closed = closed;
    }
  }

  @Test
  void tablesAreReadAndWritten() {
    Answer written =
        call(
            "POST",
            "/v1/writes",
            "{\"table\":\"guestbook\",\"key\":\"a\",\"value\":\"aGk=\",\"version\":0}");
    assertThat(written.status).isEqualTo(200);
    Answer read = call("POST", "/v1/reads", "{\"table\":\"guestbook\",\"key\":\"a\"}");
    assertThat(read.body).contains("\"text\":\"hi\"");
    Answer refused =
        call("POST", "/v1/writes", "{\"table\":\"guestbook\",\"key\":\"a\",\"value\":\"eA==\"}");
    assertThat(refused.status).isEqualTo(409);
    assertThat(refused.body).contains("guestbook.rb:3:5");
    assertThat(
            call("POST", "/v1/writes", "{\"table\":\"guestbook\",\"key\":\"a\",\"value\":\"?\"}")
                .status)
        .isEqualTo(400);
  }

  @Test
  void answersEveryRouteItNames() throws JsonException {
    apply(Samples.ruleset(4), Optional.empty());
    apply(Samples.ruleset(3), Optional.empty());
    for (String route : ControlApi.ROUTES) {
      String[] words = route.split(" ", 2);
      String body =
          switch (words[1]) {
            case "/v1/plan", "/v1/apply" -> request(Samples.ruleset(3), Optional.empty());
            case "/v1/rollback", "/v1/facts", "/v1/identities" -> "{}";
            case "/v1/check" ->
                "{\"file\":\"web.rb\",\"folder\":\"/\",\"strict\":false,\"colours\":false}";
            case "/v1/networks" -> "{\"name\":\"home\",\"open_to\":\"invited\"}";
            case "/v1/invitations" -> "{\"network\":\"home\"}";
            case "/v1/joins" -> "{\"invitation\":\"417-lusab-babad\"}";
            case "/v1/revocations" -> "{\"network\":\"home\",\"member\":\"ada\"}";
            case "/v1/friends" -> "{\"network\":\"home\",\"friend\":\"ada\",\"remove\":false}";
            case "/v1/rings" -> "{\"action\":\"create\"}";
            case "/v1/lookups" -> "{\"key\":\"guestbook\"}";
            case "/v1/pings" -> "{\"node\":\"" + "a".repeat(56) + "\"}";
            case "/v1/casts" -> "{\"text\":\"good morning\"}";
            case "/v1/writes" -> "{\"table\":\"guestbook\",\"key\":\"a\",\"value\":\"aGk=\"}";
            case "/v1/reads" -> "{\"table\":\"guestbook\",\"key\":\"a\"}";
            case "/v1/keys" -> "{\"table\":\"guestbook\"}";
            case "/v1/proxies" -> "{\"tunnel\":\"web\"}";
            case "/v1/explain" -> "{\"flow\":\"example.org\"}";
            default -> "";
          };
      String target =
          switch (words[1]) {
            case "/v1/members", "/v1/why" -> words[1] + "?of=home";
            default -> words[1];
          };
      assertThat(call(words[0], target, body).status).as(route).isBetween(200, 202);
    }
  }

  @Test
  void takesAPersonsWordForAFactAndGivesItBack() throws JsonException {
    assertThat(fact(call("GET", "/v1/facts", ""))).isEqualTo("no observed");
    assertThat(fact(call("POST", "/v1/facts", "{\"metered\":true}"))).isEqualTo("yes said");
    assertThat(fact(call("GET", "/v1/facts", ""))).isEqualTo("yes said");
    assertThat(fact(call("POST", "/v1/facts", "{}"))).isEqualTo("no observed");
    assertThat(call("POST", "/v1/facts", "{\"metered\":7}").status).isEqualTo(400);
    assertThat(call("POST", "/v1/facts", "").status).isEqualTo(400);
  }

  @Test
  void asksNetworksAsItWasAsked() throws JsonException {
    call(
        "POST",
        "/v1/invitations",
        "{\"network\":\"home\",\"roles\":[\"relay\"],\"reach\":1,\"open_ms\":60000}");
    call("POST", "/v1/joins", "{\"invitation\":\"417-a\",\"contact\":\"wormhole://x\"}");
    call("POST", "/v1/friends", "{\"network\":\"circle\",\"friend\":\"bob\",\"remove\":true}");
    call("GET", "/v1/members?of=a%20b", "");
    assertThat(engine.networks.asked)
        .containsExactly(
            "invite Wish[network=home, roles=[relay], reach=1, life=PT2160H, open=PT1M]",
            "join 417-a at wormhole://x",
            "unfriend circle bob",
            "members a b");
    assertThat(call("GET", "/v1/members", "").status).isEqualTo(400);
    assertThat(call("GET", "/v1/why", "").status).isEqualTo(400);
    assertThat(call("GET", "/v1/why?of=elsewhere", "").status).isEqualTo(409);
    assertThat(call("POST", "/v1/invitations", "{\"network\":\"elsewhere\"}").status)
        .isEqualTo(409);
    Answer refused = call("POST", "/v1/joins", "{\"invitation\":\"1-b\"}");
    assertThat(refused.status).isEqualTo(409);
    assertThat(refused.body).contains("the code is wrong");
  }

  @Test
  void asksRingsAsItWasAsked() throws JsonException {
    call("POST", "/v1/rings", "{\"network\":\"home\",\"action\":\"join\",\"through\":\"ada\"}");
    call("POST", "/v1/rings", "{\"action\":\"leave\"}");
    call("GET", "/v1/rings?of=a%20b", "");
    call("POST", "/v1/lookups", "{\"network\":\"home\",\"key\":\"k\"}");
    call("POST", "/v1/pings", "{\"node\":\"ada\"}");
    call("POST", "/v1/casts", "{\"text\":\"hello\"}");
    assertThat(engine.rings.asked)
        .containsExactly(
            "join home through ada",
            "leave ?",
            "view a b",
            "lookup home k",
            "ping ? ada",
            "cast ? hello");
    assertThat(call("POST", "/v1/rings", "{\"action\":\"dance\"}").status).isEqualTo(400);
    assertThat(call("GET", "/v1/rings?of=%zz", "").status).isEqualTo(400);
    Answer refused = call("POST", "/v1/casts", "{\"text\":\"\"}");
    assertThat(refused.status).isEqualTo(409);
    assertThat(refused.body).contains("a text has");
  }

  private static String fact(Answer reply) throws JsonException {
    FactView fact = Json.read(ControlApi.FactList.class, reply.body).facts().getFirst();
    assertThat(fact.name()).isEqualTo("metered?");
    return fact.value() + " " + fact.source();
  }

  @Test
  void saysStatusNodesTunnelsAndCircuits() throws JsonException {
    assertThat(Json.read(EngineStatus.class, call("GET", "/v1/status?x=1", "").body))
        .isEqualTo(engine.status());
    assertThat(Json.read(ControlApi.NodeList.class, call("GET", "/v1/nodes", "").body).nodes())
        .isEqualTo(engine.nodes());
    assertThat(
            Json.read(ControlApi.CircuitList.class, call("GET", "/v1/circuits", "").body)
                .circuits())
        .isEqualTo(engine.circuits());
  }

  @Test
  void plansWithoutChangingAnything() throws JsonException {
    Answer answer = call("POST", "/v1/plan", request(Samples.ruleset(3), Optional.empty()));

    assertThat(Json.read(Plan.class, answer.body).changes()).isTrue();
    assertThat(engine.applied()).isEmpty();
    assertThat(history()).isEmpty();
  }

  @Test
  void appliesAndKeepsTheEnvelope() throws JsonException, IOException {
    Answer answer = apply(Samples.ruleset(3), Optional.of("none"));

    ApplyReport report = Json.read(ApplyReport.class, answer.body);
    assertThat(report.listening()).containsExactly(Samples.port());
    assertThat(report.plan().count(Plan.Change.ADDED)).isEqualTo(3);
    assertThat(engine.applied()).isPresent();
    assertThat(report.outcome()).isEqualTo(ApplyReport.Outcome.APPLIED);
    assertThat(report.swap()).isEqualTo(FakeEngine.SWAP);
    assertThat(report.number()).contains(1);
    assertThat(state.rulesets().current().orElseThrow())
        .isEqualTo(RuleCodec.encode(Samples.ruleset(3), Samples.SOURCES));
  }

  @Test
  void whatRunsAlreadyIsUnchangedAndLeavesNoLineInTheHistory() throws JsonException {
    apply(Samples.ruleset(3), Optional.empty());

    ApplyReport report =
        Json.read(ApplyReport.class, apply(Samples.ruleset(3), Optional.empty()).body);

    assertThat(report.outcome()).isEqualTo(ApplyReport.Outcome.UNCHANGED);
    assertThat(report.number()).isEmpty();
    assertThat(history()).hasSize(1);
  }

  @Test
  void writesDownWhoAppliedWhat() throws JsonException {
    call(
        "POST",
        "/v1/apply",
        request(Samples.ruleset(3), Optional.empty())
            .replace("}", ",\"source\":\"/home/ann/web.rb\",\"by\":\"ann\"}"));

    assertThat(history())
        .containsExactly(
            new HistoryEntry(
                1,
                Instant.parse("2026-01-05T10:00:00Z"),
                Samples.ruleset(3).name(),
                Samples.ruleset(3).version(),
                RuleCodec.digest(Samples.ruleset(3)),
                "/home/ann/web.rb",
                "ann",
                HistoryEntry.Outcome.APPLIED,
                "",
                FakeEngine.SWAP));
  }

  @Test
  void goesBackToWhatRanBeforeOrToANumberOrADigest() throws JsonException {
    apply(Samples.ruleset(3), Optional.empty());
    apply(Samples.ruleset(4), Optional.empty());
    apply(Samples.ruleset(5), Optional.empty());

    assertThat(call("POST", "/v1/rollback", "{}").status).isEqualTo(200);
    assertThat(runs()).isEqualTo(Samples.ruleset(4));
    assertThat(call("POST", "/v1/rollback", "{\"to\":\"1\"}").status).isEqualTo(200);
    assertThat(runs()).isEqualTo(Samples.ruleset(3));
    String digest = RuleCodec.digest(Samples.ruleset(5)).substring(4, 16);
    assertThat(call("POST", "/v1/rollback", "{\"to\":\"" + digest + "\"}").status).isEqualTo(200);
    assertThat(runs()).isEqualTo(Samples.ruleset(5));
    assertThat(history()).extracting(HistoryEntry::number).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(history().getLast().source()).isEqualTo("rollback to " + digest);
  }

  @Test
  void aRollbackToNowhereIsRefused() throws JsonException {
    assertThat(failure(call("POST", "/v1/rollback", "{}")).code()).isEqualTo("no-history");
    apply(Samples.ruleset(3), Optional.empty());
    assertThat(failure(call("POST", "/v1/rollback", "{}")).code()).isEqualTo("no-history");
    Answer answer = call("POST", "/v1/rollback", "{\"to\":\"77\"}");
    assertThat(answer.status).isEqualTo(409);
    assertThat(failure(answer).message()).contains("the history has no 77");
  }

  @Test
  void givesOutTheRulesetsItKeeps() throws JsonException {
    apply(Samples.ruleset(3), Optional.empty());
    apply(Samples.ruleset(4), Optional.empty());

    for (var each : Map.of("running", 4, "2", 4, "previous", 3, "1", 3).entrySet()) {
      Answer answer = call("GET", "/v1/ruleset?of=" + each.getKey(), "");
      assertThat(Json.read(ControlApi.KeptRuleset.class, answer.body).digest())
          .as(each.getKey())
          .isEqualTo(RuleCodec.digest(Samples.ruleset(each.getValue())));
    }
  }

  @Test
  void passesOnTheTermsOfAnApply() {
    String body =
        request(Samples.ruleset(3), Optional.empty())
            .replace(
                "\"probes\":[]}",
                "\"drain_ms\":1500,\"probes\":[{\"target\":\"https://example.org/\","
                    + "\"entry\":\"web\",\"timeout_ms\":2000}]}");

    assertThat(call("POST", "/v1/apply", body).status).isEqualTo(200);
    assertThat(engine.terms.drain()).isEqualTo(Duration.ofMillis(1500));
    assertThat(engine.terms.probes())
        .containsExactly(new Probe("https://example.org/", "web", Duration.ofSeconds(2)));
  }

  @Test
  void refusesTermsThatCannotBe() throws JsonException {
    for (String terms :
        List.of(
            "\"drain_ms\":-1",
            "\"drain_ms\":1e14",
            "\"probes\":[{\"target\":\"nowhere\"}]",
            "\"probes\":[{\"target\":\"http://\"}]",
            "\"probes\":[{\"target\":\"a:80\",\"timeout_ms\":0}]")) {
      String body = request(Samples.ruleset(3), Optional.empty()).replace("\"probes\":[]", terms);
      Answer answer = call("POST", "/v1/apply", body);
      assertThat(answer.status).as(terms).isEqualTo(400);
      assertThat(failure(answer).code()).as(terms).isEqualTo("bad-request");
    }
    assertThat(engine.applied()).isEmpty();
  }

  @Test
  void refusesAPlanThatWasMadeAgainstSomethingElse() throws JsonException {
    apply(Samples.ruleset(3), Optional.empty());

    Answer answer = apply(Samples.ruleset(4), Optional.of("none"));

    assertThat(answer.status).isEqualTo(409);
    assertThat(failure(answer).code()).isEqualTo("stale-plan");
    assertThat(engine.applied().orElseThrow().ruleset()).isEqualTo(Samples.ruleset(3));
  }

  @Test
  void passesOnWhyTheEngineRefuses() throws JsonException {
    engine.refusal = new ApplyRefusedException("port-in-use", "port 1080 is taken");

    Answer answer = apply(Samples.ruleset(3), Optional.empty());

    assertThat(answer.status).isEqualTo(409);
    assertThat(failure(answer))
        .isEqualTo(new ControlApi.FailureDetail("port-in-use", "port 1080 is taken"));
    assertThat(history())
        .extracting(HistoryEntry::outcome)
        .containsExactly(HistoryEntry.Outcome.REFUSED);
  }

  @Test
  void whatCannotBeKeptDoesNotStayAndTheReportSaysSo() throws JsonException, IOException {
    apply(Samples.ruleset(3), Optional.empty());
    Files.delete(temp.resolve("ruleset"));
    Files.createDirectories(temp.resolve("ruleset").resolve("in-the-way"));

    Answer answer = apply(Samples.ruleset(4), Optional.empty());

    assertThat(answer.status).isEqualTo(409);
    ControlApi.Failure failure = Json.read(ControlApi.Failure.class, answer.body);
    assertThat(failure.error().code()).isEqualTo("not-kept");
    ApplyReport report = failure.report().orElseThrow();
    assertThat(report.outcome()).isEqualTo(ApplyReport.Outcome.ROLLED_BACK);
    assertThat(report.ruleset().orElseThrow().digest())
        .isEqualTo(RuleCodec.digest(Samples.ruleset(3)));
    assertThat(runs()).isEqualTo(Samples.ruleset(3));
    assertThat(history().getLast().outcome()).isEqualTo(HistoryEntry.Outcome.ROLLED_BACK);
  }

  @Test
  void explainsByWhatRuns() throws JsonException {
    assertThat(failure(call("POST", "/v1/explain", "{\"flow\":\"example.org\"}")).code())
        .isEqualTo("no-ruleset");
    apply(Samples.ruleset(3), Optional.empty());

    Answer answer = call("POST", "/v1/explain", "{\"flow\":\"example.org\"}");

    assertThat(Json.read(Explanation.class, answer.body).tunnel()).isEqualTo("web");
    assertThat(call("POST", "/v1/explain", "{\"flow\":\"a b\"}").status).isEqualTo(400);
  }

  @Test
  void answersAStopBeforeItStops() throws JsonException {
    Answer answer = call("POST", "/v1/stop", "");

    assertThat(answer.status).isEqualTo(202);
    assertThat(Json.read(ControlApi.Stopping.class, answer.body).process()).isEqualTo(4242);
    assertThat(stopAsked).isTrue();
  }

  @Test
  void streamsEventsLineByLineUntilTheReaderLeaves() throws JsonException {
    Answer answer = call("GET", "/v1/events", "");
    EngineEvent event =
        new EngineEvent(
            Instant.parse("2026-01-01T00:00:00Z"),
            EngineEvent.Kind.TUNNEL_READY,
            "web",
            "tunnel web is ready",
            Map.of());
    engine.listeners.forEach(listener -> listener.accept(event));

    assertThat(answer.body).endsWith("\n").hasLineCount(1);
    assertThat(Json.read(EngineEvent.class, answer.body)).isEqualTo(event);
    answer.closed.run();
    assertThat(engine.listeners).isEmpty();
  }

  @Test
  void nothingActsOnAGet() {
    for (String path :
        List.of("/v1/plan", "/v1/apply", "/v1/rollback", "/v1/explain", "/v1/stop")) {
      assertThat(call("GET", path, "").status).as(path).isEqualTo(405);
    }
    assertThat(stopAsked).isFalse();
  }

  @Test
  void refusesWhatItDoesNotUnderstand() throws JsonException {
    assertThat(failure(call("GET", "/v2/status", "")).code()).isEqualTo("no-such-route");
    assertThat(failure(call("POST", "/v1/plan", "{")).code()).isEqualTo("bad-request");
    assertThat(failure(call("POST", "/v1/plan", "{}")).code()).isEqualTo("bad-request");
    assertThat(failure(call("POST", "/v1/plan", "{\"ruleset\":\"?\"}")).code())
        .isEqualTo("bad-request");
    Answer answer = call("POST", "/v1/plan", "{\"ruleset\":\"AAAA\"}");
    assertThat(answer.status).isEqualTo(422);
    assertThat(failure(answer).code()).isEqualTo("bad-ruleset");
  }

  @Test
  void mutatedRequestsAreAnsweredAndNeverAMistakeOfOurs() {
    long seed = 0x5eed;
    Random random = new Random(seed);
    Set<Integer> statuses = new HashSet<>();
    String base = request(Samples.ruleset(3), Optional.of("none"));
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = base.getBytes(StandardCharsets.UTF_8);
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
      }
      Answer answer = new Answer();
      api.handle("POST", "/v1/plan", bytes, answer);
      statuses.add(answer.status);
      assertThat(answer.status).as("seed %d, input %d", seed, i).isIn(200, 400, 422);
    }
    assertThat(statuses).contains(400, 422);
  }

  private Answer apply(Ruleset ruleset, Optional<String> running) {
    return call("POST", "/v1/apply", request(ruleset, running));
  }

  private Ruleset runs() {
    return engine.applied().orElseThrow().ruleset();
  }

  private List<HistoryEntry> history() throws JsonException {
    return Json.read(ControlApi.HistoryList.class, call("GET", "/v1/history", "").body).entries();
  }

  private static String request(Ruleset ruleset, Optional<String> running) {
    byte[] envelope = RuleCodec.encode(ruleset, Samples.SOURCES);
    return Json.compact(
        new ControlApi.ApplyRequest(
            Base64.getEncoder().encodeToString(envelope),
            running,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty()));
  }

  private static ControlApi.FailureDetail failure(Answer answer) throws JsonException {
    return Json.read(ControlApi.Failure.class, answer.body).error();
  }

  private Answer call(String method, String target, String body) {
    Answer answer = new Answer();
    api.handle(
        method, target, body.isEmpty() ? NOTHING : body.getBytes(StandardCharsets.UTF_8), answer);
    return answer;
  }
}
