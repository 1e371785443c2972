package org.wormholes.runtime.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFormatException;
import org.wormholes.rules.expr.Fact;
import org.wormholes.runtime.control.ControlReply.ReplyStream;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.store.HistoryEntry;
import org.wormholes.runtime.store.RulesetStore;

/// The control API: routes, request and answer bodies. Its schema is `spec/control-api.yaml`.
public final class ControlApi implements ControlHandler {
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
          "POST /v1/rollback",
          "GET /v1/history",
          "GET /v1/ruleset",
          "POST /v1/check",
          "POST /v1/explain",
          "GET /v1/facts",
          "POST /v1/facts",
          "POST /v1/proxies",
          "POST /v1/identities",
          "GET /v1/networks",
          "POST /v1/networks",
          "POST /v1/invitations",
          "POST /v1/joins",
          "GET /v1/members",
          "GET /v1/peers",
          "GET /v1/why",
          "POST /v1/revocations",
          "POST /v1/friends",
          "GET /v1/rings",
          "POST /v1/rings",
          "POST /v1/lookups",
          "POST /v1/pings",
          "POST /v1/casts",
          "GET /v1/tables",
          "POST /v1/writes",
          "POST /v1/reads",
          "POST /v1/keys",
          "POST /v1/stop");

  private static final Logger LOG = LoggerFactory.getLogger(ControlApi.class);
  private static final String JSON_TYPE = "application/json";
  private static final String TEXT_TYPE = "text/plain; charset=utf-8";
  private static final String LINES_TYPE = "application/jsonl";

  /// Body of plan.
  ///
  /// @param ruleset the envelope, in Base64
  /// @param drain how long flows of removed and changed tunnels would be given
  /// @param with facts that are taken to have certain values, as in `metered=true`
  public record PlanRequest(String ruleset, Optional<Duration> drain, List<String> with) {}

  /// Body of apply.
  ///
  /// @param ruleset the envelope, in Base64
  /// @param running digest the plan was made against, or `none`; absent when any will do
  /// @param drain how long flows of removed and changed tunnels are given
  /// @param probes what must work, or the rules before come back
  /// @param source the file it came from
  /// @param by who asks
  public record ApplyRequest(
      String ruleset,
      Optional<String> running,
      Optional<Duration> drain,
      List<ProbeRequest> probes,
      Optional<String> source,
      Optional<String> by) {}

  /// Body of rollback, with what is not said here as in apply.
  ///
  /// @param to a number of the history, or the beginning of a digest; absent for what ran before
  public record RollbackRequest(
      Optional<String> to,
      Optional<String> running,
      Optional<Duration> drain,
      List<ProbeRequest> probes,
      Optional<String> by) {}

  /// A probe that is asked for.
  ///
  /// @param target `https://host/path`, `http://host/path` or `host:port`
  /// @param entry the tunnel by whose entry it comes in; absent for the first
  public record ProbeRequest(String target, Optional<String> entry, Optional<Duration> timeout) {
    Probe probe() {
      return new Probe(target, entry.orElse(""), timeout.orElse(Probe.DEFAULT_TIMEOUT));
    }
  }

  /// Answer of history, oldest first.
  public record HistoryList(List<HistoryEntry> entries) {}

  /// Answer of ruleset.
  ///
  /// @param ruleset the envelope, in Base64
  public record KeptRuleset(String name, String version, String digest, String ruleset) {}

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

  /// Body of identities.
  ///
  /// @param gateway a gateway of Tor; absent for all of them
  public record IdentityRequest(Optional<String> gateway) {}

  /// Answer of identities.
  ///
  /// @param gateways that have a new one
  public record IdentityList(List<String> gateways) {}

  /// Answer of nodes.
  public record NodeList(List<NodeView> nodes) {}

  /// Answer of tunnels.
  public record TunnelList(List<TunnelView> tunnels) {}

  /// Answer of circuits.
  public record CircuitList(List<CircuitView> circuits) {}

  /// Body of facts: what a person says is so. What is absent is observed again.
  public record FactsRequest(Optional<Boolean> metered) {}

  /// Answer of facts.
  public record FactList(List<FactView> facts) {}

  /// Answer of stop.
  public record Stopping(long process) {}

  /// Answer of whatever fails.
  ///
  /// @param report of an apply that was taken back
  public record Failure(FailureDetail error, Optional<ApplyReport> report) {}

  /// Why it failed.
  public record FailureDetail(String code, String message) {}

  private final EngineControl engine;
  private final Applier applier;
  private final NetworkApi networks;
  private final RingApi rings;
  private final TableApi tables;
  private final Clock clock;
  private final Runnable stop;
  private final ScriptChecker checker;

  /// An API that checks no scripts, otherwise the same.
  public ControlApi(EngineControl engine, RulesetStore store, Clock clock, Runnable stop) {
    this(engine, store, clock, stop, ScriptChecker.NONE);
  }

  /// @param store where what is applied is kept
  /// @param stop ends the engine and its process; runs after the answer was sent
  public ControlApi(
      EngineControl engine, RulesetStore store, Clock clock, Runnable stop, ScriptChecker checker) {
    this.engine = engine;
    this.applier = new Applier(engine, store, clock);
    this.networks = new NetworkApi(engine.networks());
    this.rings = new RingApi(engine.rings());
    this.tables = new TableApi(engine.tables());
    this.clock = clock;
    this.stop = stop;
    this.checker = checker;
  }

  @Override
  public void connect(
      EntrySpec.Target to, Optional<String> through, FlowAcceptor.PendingFlow flow) {
    engine.open(through, to, flow);
  }

  @Override
  public void handle(String method, String target, byte[] body, ControlReply reply) {
    String path = target.split("[?#]", 2)[0];
    try {
      route(method, path, target, body, reply);
    } catch (Refusal e) {
      FailureDetail detail = new FailureDetail(e.code(), String.valueOf(e.getMessage()));
      respond(reply, e.status(), new Failure(detail, e.report()));
    } catch (RuntimeException e) {
      LOG.error("answering {} {}", method, path, e);
      respond(
          reply,
          500,
          new Failure(
              new FailureDetail("internal", "a mistake in Wormholes: " + e), Optional.empty()));
    }
  }

  private void route(String method, String path, String target, byte[] body, ControlReply reply)
      throws Refusal {
    switch (method + " " + path) {
      case "GET /v1/status" -> respond(reply, 200, engine.status());
      case "GET /v1/nodes" -> respond(reply, 200, new NodeList(engine.nodes()));
      case "GET /v1/tunnels" -> respond(reply, 200, new TunnelList(engine.tunnels()));
      case "GET /v1/circuits" -> respond(reply, 200, new CircuitList(engine.circuits()));
      case "GET /v1/events" -> events(reply.stream(LINES_TYPE));
      case "POST /v1/plan" -> respond(reply, 200, plan(body));
      case "POST /v1/apply" -> respond(reply, 200, apply(body));
      case "POST /v1/rollback" -> respond(reply, 200, rollback(body));
      case "GET /v1/history" -> respond(reply, 200, new HistoryList(applier.history()));
      case "GET /v1/ruleset" -> respond(reply, 200, kept(target));
      case "POST /v1/check" -> check(target, body, reply);
      case "POST /v1/explain" -> respond(reply, 200, explain(body));
      case "GET /v1/facts" -> respond(reply, 200, new FactList(engine.facts()));
      case "POST /v1/facts" -> respond(reply, 200, say(body));
      case "POST /v1/proxies" -> respond(reply, 200, proxy(body));
      case "POST /v1/identities" -> respond(reply, 200, identities(body));
      case "GET /v1/networks" -> respond(reply, 200, networks.list());
      case "POST /v1/networks" ->
          respond(reply, 200, networks.create(read(NetworkApi.CreateRequest.class, body)));
      case "POST /v1/invitations" ->
          respond(reply, 200, networks.invite(read(NetworkApi.InviteRequest.class, body)));
      case "POST /v1/joins" ->
          respond(reply, 200, networks.join(read(NetworkApi.JoinRequest.class, body)));
      case "GET /v1/why" -> respond(reply, 200, networks.why(target));
      case "GET /v1/peers" -> respond(reply, 200, networks.peers());
      case "GET /v1/members" -> respond(reply, 200, networks.members(target));
      case "POST /v1/revocations" ->
          respond(reply, 200, networks.revoke(read(NetworkApi.RevokeRequest.class, body)));
      case "POST /v1/friends" ->
          respond(reply, 200, networks.friend(read(NetworkApi.FriendRequest.class, body)));
      case "GET /v1/rings" -> respond(reply, 200, rings.list(target));
      case "POST /v1/rings" ->
          respond(reply, 200, rings.act(read(RingApi.RingRequest.class, body)));
      case "POST /v1/lookups" ->
          respond(reply, 200, rings.lookup(read(RingApi.LookupRequest.class, body)));
      case "POST /v1/pings" ->
          respond(reply, 200, rings.ping(read(RingApi.PingRequest.class, body)));
      case "POST /v1/casts" ->
          respond(reply, 200, rings.cast(read(RingApi.CastRequest.class, body)));
      case "GET /v1/tables" -> respond(reply, 200, tables.list());
      case "POST /v1/writes" ->
          respond(reply, 200, tables.write(read(TableApi.WriteRequest.class, body)));
      case "POST /v1/reads" ->
          respond(reply, 200, tables.read(read(TableApi.ReadRequest.class, body)));
      case "POST /v1/keys" ->
          respond(reply, 200, tables.keys(read(TableApi.KeysRequest.class, body)));
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

  private Plan plan(byte[] body) throws Refusal {
    PlanRequest request = read(PlanRequest.class, body);
    Duration drain = terms(request.drain(), List.of()).drain();
    try {
      return applier.plan(candidate(request.ruleset()), drain, request.with());
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "bad-request", String.valueOf(e.getMessage()));
    }
  }

  /// With `?as=text` what a person reads, and 422 for a script with errors.
  private void check(String target, byte[] body, ControlReply reply) throws Refusal {
    ScriptChecker.CheckRequest request = read(ScriptChecker.CheckRequest.class, body);
    ScriptChecker.Checked checked;
    try {
      checked = checker.check(request);
    } catch (IOException e) {
      throw new Refusal(409, "not-checked", String.valueOf(e.getMessage()));
    }
    if (target.endsWith("?as=text")) {
      String text = String.join("\n", checked.text()) + "\n";
      int status = checked.report().sound() ? 200 : 422;
      reply.respond(status, TEXT_TYPE, text.getBytes(StandardCharsets.UTF_8));
    } else {
      respond(reply, 200, checked.report());
    }
  }

  private ApplyReport apply(byte[] body) throws Refusal {
    ApplyRequest request = read(ApplyRequest.class, body);
    ApplyTerms terms = terms(request.drain(), request.probes());
    return applier.apply(
        candidate(request.ruleset()),
        new Applier.Wish(
            request.running(),
            terms.drain(),
            terms.probes(),
            request.source().orElse(""),
            request.by().orElse("")));
  }

  private ApplyReport rollback(byte[] body) throws Refusal {
    RollbackRequest request = read(RollbackRequest.class, body);
    ApplyTerms terms = terms(request.drain(), request.probes());
    Applier.Candidate candidate =
        request.to().isPresent() ? applier.find(request.to().get()) : applier.previous();
    return applier.apply(
        candidate,
        new Applier.Wish(
            request.running(),
            terms.drain(),
            terms.probes(),
            "rollback" + request.to().map(to -> " to " + to).orElse(""),
            request.by().orElse("")));
  }

  private static ApplyTerms terms(Optional<Duration> drain, List<ProbeRequest> probes)
      throws Refusal {
    try {
      return new ApplyTerms(
          drain.orElse(ApplyTerms.DEFAULT_DRAIN),
          probes.stream().map(ProbeRequest::probe).toList(),
          ApplyTerms.DEFAULT.keeper());
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "bad-request", String.valueOf(e.getMessage()));
    }
  }

  /// The ruleset that `?of=` names: `running`, `previous`, a number of the history, a digest.
  private KeptRuleset kept(String target) throws Refusal {
    int query = target.indexOf("?of=");
    String name = query < 0 ? "running" : target.substring(query + 4);
    Applier.Candidate found = name.equals("previous") ? applier.previous() : applier.find(name);
    return new KeptRuleset(
        found.rules().ruleset().name(),
        found.rules().ruleset().version(),
        found.digest(),
        Base64.getEncoder().encodeToString(found.envelope()));
  }

  private Explanation explain(byte[] body) throws Refusal {
    ExplainRequest asked = read(ExplainRequest.class, body);
    EngineControl.Applied applied =
        engine
            .applied()
            .orElseThrow(
                () -> new Refusal(409, "no-ruleset", "no ruleset is applied yet: apply one first"));
    try {
      return Explainer.live(applied.ruleset(), applied.sources(), engine)
          .explain(
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

  private IdentityList identities(byte[] body) throws Refusal {
    try {
      return new IdentityList(engine.newIdentity(read(IdentityRequest.class, body).gateway()));
    } catch (IOException e) {
      throw new Refusal(409, "no-gateway", String.valueOf(e.getMessage()));
    }
  }

  private FactList say(byte[] body) throws Refusal {
    engine.say(Fact.METERED, read(FactsRequest.class, body).metered());
    return new FactList(engine.facts());
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

  private static Applier.Candidate candidate(String ruleset) throws Refusal {
    try {
      byte[] envelope = Base64.getDecoder().decode(ruleset);
      return new Applier.Candidate(envelope, RuleCodec.decode(envelope));
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
}
