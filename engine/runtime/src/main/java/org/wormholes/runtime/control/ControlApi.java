package org.wormholes.runtime.control;

import java.io.IOException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFile;
import org.wormholes.rules.codec.RuleFormatException;
import org.wormholes.runtime.control.ControlReply.ReplyStream;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;

/// The control API: routes, request and answer bodies. Its schema is `spec/control-api.yaml`.
public final class ControlApi implements ControlHandler {
  /// Longest time an apply may take before it is reported as not finished.
  static final int APPLY_SECONDS = 60;

  /// Every route, as `METHOD PATH`.
  public static final List<String> ROUTES =
      List.of(
          "GET /v1/status",
          "GET /v1/nodes",
          "GET /v1/tunnels",
          "GET /v1/circuits",
          "GET /v1/events",
          "POST /v1/plan",
          "POST /v1/apply",
          "POST /v1/explain",
          "POST /v1/proxies",
          "POST /v1/stop");

  private static final Logger LOG = LoggerFactory.getLogger(ControlApi.class);
  private static final String JSON_TYPE = "application/json";
  private static final String LINES_TYPE = "application/jsonl";

  /// Body of plan and apply.
  public record RulesetRequest(String ruleset, Optional<String> running) {}

  /// Body of explain.
  ///
  /// @param user the proxy's user name, if any
  /// @param entry the tunnel whose entry the flow comes in by, if that matters
  public record ExplainRequest(String flow, Optional<String> user, Optional<String> entry) {}

  /// Body of proxies.
  public record ProxyRequest(String tunnel) {}

  /// Answer of proxies.
  ///
  /// @param address `host:port` on this machine
  public record ProxyAddress(String address) {}

  /// Answer of nodes.
  public record NodeList(List<NodeView> nodes) {}

  /// Answer of tunnels.
  public record TunnelList(List<TunnelView> tunnels) {}

  /// Answer of circuits.
  public record CircuitList(List<CircuitView> circuits) {}

  /// Answer of stop.
  public record Stopping(long process) {}

  /// Answer of whatever fails.
  public record Failure(FailureDetail error) {}

  /// Why it failed.
  public record FailureDetail(String code, String message) {}

  /// Keeps the envelope of what was applied, for the next start.
  @FunctionalInterface
  public interface RulesetKeeper {
    void keep(byte[] envelope) throws IOException;
  }

  private final EngineControl engine;
  private final RulesetKeeper keeper;
  private final Clock clock;
  private final Runnable stop;
  private final ReentrantLock applying = new ReentrantLock();

  /// @param stop ends the engine and its process; runs after the answer was sent
  public ControlApi(EngineControl engine, RulesetKeeper keeper, Clock clock, Runnable stop) {
    this.engine = engine;
    this.keeper = keeper;
    this.clock = clock;
    this.stop = stop;
  }

  @Override
  public void handle(String method, String target, byte[] body, ControlReply reply) {
    String path = target.split("[?#]", 2)[0];
    try {
      route(method, path, body, reply);
    } catch (Refusal e) {
      respond(
          reply, e.status, new Failure(new FailureDetail(e.code, String.valueOf(e.getMessage()))));
    } catch (RuntimeException e) {
      LOG.error("answering {} {}", method, path, e);
      respond(
          reply, 500, new Failure(new FailureDetail("internal", "a mistake in Wormholes: " + e)));
    }
  }

  private void route(String method, String path, byte[] body, ControlReply reply) throws Refusal {
    switch (method + " " + path) {
      case "GET /v1/status" -> respond(reply, 200, engine.status());
      case "GET /v1/nodes" -> respond(reply, 200, new NodeList(engine.nodes()));
      case "GET /v1/tunnels" -> respond(reply, 200, new TunnelList(engine.tunnels()));
      case "GET /v1/circuits" -> respond(reply, 200, new CircuitList(engine.circuits()));
      case "GET /v1/events" -> events(reply.stream(LINES_TYPE));
      case "POST /v1/plan" -> respond(reply, 200, plan(candidate(body).rules()));
      case "POST /v1/apply" -> respond(reply, 200, apply(candidate(body)));
      case "POST /v1/explain" -> respond(reply, 200, explain(body));
      case "POST /v1/proxies" -> respond(reply, 200, proxy(body));
      case "POST /v1/stop" -> stop(reply);
      default -> throw unknown(method, path);
    }
  }

  private static Refusal unknown(String method, String path) {
    boolean known = ROUTES.stream().anyMatch(route -> route.endsWith(" " + path));
    String shown = path.length() <= 80 ? path : path.substring(0, 80);
    return known
        ? new Refusal(405, "wrong-method", method + " is not for " + shown)
        : new Refusal(404, "no-such-route", "there is no " + shown);
  }

  private Plan plan(RuleFile candidate) {
    return Planner.plan(
        engine.applied(), candidate.ruleset(), candidate.sources(), engine.tunnels());
  }

  private ApplyReport apply(Request request) throws Refusal {
    applying.lock();
    try {
      Plan plan = plan(request.rules());
      String running = plan.running().orElse("none");
      if (request.running().isPresent() && !request.running().get().equals(running)) {
        throw new Refusal(
            409,
            "stale-plan",
            "the plan was made against %s, but %s runs by now; plan again"
                .formatted(request.running().get(), running));
      }
      List<ListenView> listening = carryOut(request.rules());
      return new ApplyReport(
          engine.applied().orElseThrow().view(), plan, listening, keep(request.envelope()));
    } finally {
      applying.unlock();
    }
  }

  private List<ListenView> carryOut(RuleFile candidate) throws Refusal {
    try {
      return engine
          .apply(candidate.ruleset(), candidate.sources())
          .toCompletableFuture()
          .get(APPLY_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ApplyRefusedException refused) {
        throw new Refusal(409, refused.code(), String.valueOf(refused.getMessage()));
      }
      throw new IllegalStateException("applying failed", e.getCause());
    } catch (TimeoutException e) {
      throw new Refusal(409, "slow", "applying took more than " + APPLY_SECONDS + " s; see status");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(409, "stopping", "the engine is ending");
    }
  }

  /// What runs runs, even when it cannot be kept; the person is told.
  private List<String> keep(byte[] envelope) {
    try {
      keeper.keep(envelope);
      return List.of();
    } catch (IOException e) {
      LOG.warn("the applied ruleset could not be kept", e);
      return List.of("not kept for the next start: " + e.getMessage());
    }
  }

  private Explanation explain(byte[] body) throws Refusal {
    FlowSample flow = flow(read(ExplainRequest.class, body));
    EngineControl.Applied applied =
        engine
            .applied()
            .orElseThrow(
                () -> new Refusal(409, "no-ruleset", "no ruleset is applied yet: apply one first"));
    return Explainer.live(applied.ruleset(), applied.sources(), engine).explain(flow);
  }

  private FlowSample flow(ExplainRequest asked) throws Refusal {
    try {
      return FlowText.parse(
          asked.flow(),
          asked.user().orElse(""),
          asked.entry().orElse(""),
          LocalDateTime.now(clock));
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "bad-request", String.valueOf(e.getMessage()));
    }
  }

  private ProxyAddress proxy(byte[] body) throws Refusal {
    try {
      return new ProxyAddress(engine.proxy(read(ProxyRequest.class, body).tunnel()));
    } catch (IOException e) {
      throw new Refusal(409, "no-tunnel", String.valueOf(e.getMessage()));
    }
  }

  private void stop(ControlReply reply) {
    respond(reply, 202, new Stopping(engine.status().process()));
    stop.run();
  }

  private void events(ReplyStream stream) {
    EngineView.Subscription subscription =
        engine.events(
            event -> stream.send((Json.compact(event) + "\n").getBytes(StandardCharsets.UTF_8)));
    stream.onClosed(subscription::close);
  }

  private static Request candidate(byte[] body) throws Refusal {
    RulesetRequest request = read(RulesetRequest.class, body);
    try {
      byte[] envelope = Base64.getDecoder().decode(request.ruleset());
      return new Request(envelope, RuleCodec.decode(envelope), request.running());
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "bad-request", "ruleset must be Base64: " + e.getMessage());
    } catch (RuleFormatException e) {
      throw new Refusal(422, "bad-ruleset", "not a compiled ruleset: " + e.getMessage());
    }
  }

  private static <T extends Record> T read(Class<T> type, byte[] body) throws Refusal {
    try {
      return Json.read(type, new String(body, StandardCharsets.UTF_8));
    } catch (JsonException e) {
      throw new Refusal(400, "bad-request", String.valueOf(e.getMessage()));
    }
  }

  private static void respond(ControlReply reply, int status, Record value) {
    reply.respond(status, JSON_TYPE, (Json.compact(value) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Request(byte[] envelope, RuleFile rules, Optional<String> running) {}

  /// An answer that is a failure.
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    Refusal(int status, String code, String message) {
      super(message, null, false, false);
      this.status = status;
      this.code = code;
    }
  }
}
