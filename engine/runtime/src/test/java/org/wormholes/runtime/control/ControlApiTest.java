package org.wormholes.runtime.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;

class ControlApiTest {
  private static final byte[] NOTHING = new byte[0];

  private final FakeEngine engine = new FakeEngine();
  private final List<byte[]> kept = new ArrayList<>();
  private boolean stopAsked;
  private @Nullable IOException keepFailure;

  private final ControlApi api =
      new ControlApi(
          engine,
          this::keep,
          Clock.fixed(Instant.parse("2026-01-05T10:00:00Z"), ZoneOffset.UTC),
          () -> stopAsked = true);

  private void keep(byte[] envelope) throws IOException {
    if (keepFailure != null) {
      throw keepFailure;
    }
    kept.add(envelope);
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
  void answersEveryRouteItNames() throws JsonException {
    apply(Samples.ruleset(3), Optional.empty());
    for (String route : ControlApi.ROUTES) {
      String[] words = route.split(" ", 2);
      String body =
          switch (words[1]) {
            case "/v1/plan", "/v1/apply" -> request(Samples.ruleset(3), Optional.empty());
            case "/v1/explain" -> "{\"flow\":\"example.org\"}";
            default -> "";
          };
      assertThat(call(words[0], words[1], body).status).as(route).isBetween(200, 202);
    }
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
    assertThat(kept).isEmpty();
  }

  @Test
  void appliesAndKeepsTheEnvelope() throws JsonException {
    Answer answer = apply(Samples.ruleset(3), Optional.of("none"));

    ApplyReport report = Json.read(ApplyReport.class, answer.body);
    assertThat(report.listening()).containsExactly(Samples.port());
    assertThat(report.plan().count(Plan.Change.ADDED)).isEqualTo(3);
    assertThat(engine.applied()).isPresent();
    assertThat(kept).hasSize(1);
    assertThat(kept.getFirst()).isEqualTo(RuleCodec.encode(Samples.ruleset(3), Samples.SOURCES));
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
    assertThat(kept).isEmpty();
  }

  @Test
  void warnsWhenWhatRunsCannotBeKept() throws JsonException {
    keepFailure = new IOException("no space left");

    ApplyReport report =
        Json.read(ApplyReport.class, apply(Samples.ruleset(3), Optional.empty()).body);

    assertThat(report.warnings()).containsExactly("not kept for the next start: no space left");
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
    for (String path : List.of("/v1/plan", "/v1/apply", "/v1/explain", "/v1/stop")) {
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

  private static String request(Ruleset ruleset, Optional<String> running) {
    byte[] envelope = RuleCodec.encode(ruleset, Samples.SOURCES);
    return Json.compact(
        new ControlApi.RulesetRequest(Base64.getEncoder().encodeToString(envelope), running));
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
