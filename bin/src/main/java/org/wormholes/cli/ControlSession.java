package org.wormholes.cli;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.wormholes.runtime.control.ApplyReport;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.control.EngineStatus;
import org.wormholes.runtime.control.Explanation;
import org.wormholes.runtime.control.InvitationView;
import org.wormholes.runtime.control.NetworkApi;
import org.wormholes.runtime.control.NetworkView;
import org.wormholes.runtime.control.NodeView;
import org.wormholes.runtime.control.Plan;
import org.wormholes.runtime.control.RingApi;
import org.wormholes.runtime.control.RingCastView;
import org.wormholes.runtime.control.RingLookupView;
import org.wormholes.runtime.control.RingPingView;
import org.wormholes.runtime.control.RingView;
import org.wormholes.runtime.control.TableApi;
import org.wormholes.runtime.control.TableRecordView;
import org.wormholes.runtime.control.TunnelView;
import org.wormholes.runtime.control.WhyView;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;

/// A conversation with an engine over its control API, in records.
final class ControlSession {
  /// How one request gets to the engine and its answer back.
  interface Caller {
    /// @throws IOException if no engine answers
    Answer call(String method, String target, byte[] body) throws IOException;
  }

  /// An answer as it came.
  record Answer(int status, String body) {}

  private final Caller caller;

  ControlSession(Caller caller) {
    this.caller = caller;
  }

  EngineStatus status() {
    return ask(EngineStatus.class, "GET", "/v1/status", "");
  }

  List<NodeView> nodes() {
    return ask(ControlApi.NodeList.class, "GET", "/v1/nodes", "").nodes();
  }

  List<TunnelView> tunnels() {
    return ask(ControlApi.TunnelList.class, "GET", "/v1/tunnels", "").tunnels();
  }

  List<CircuitView> circuits() {
    return ask(ControlApi.CircuitList.class, "GET", "/v1/circuits", "").circuits();
  }

  /// @param drain how long flows of removed and changed tunnels would be given
  Plan plan(byte[] envelope, Duration drain) {
    return plan(envelope, drain, List.of());
  }

  /// @param with facts that are taken to have certain values, as in `metered=true`
  Plan plan(byte[] envelope, Duration drain, List<String> with) {
    return ask(
        Plan.class,
        "POST",
        "/v1/plan",
        Json.compact(new ControlApi.PlanRequest(base64(envelope), Optional.of(drain), with)));
  }

  /// @param running digest the plan was made against, or `none`; an engine that has moved refuses
  ApplyReport apply(byte[] envelope, String running, TermsOption terms, String source) {
    return ask(
        ApplyReport.class,
        "POST",
        "/v1/apply",
        Json.compact(
            new ControlApi.ApplyRequest(
                base64(envelope),
                Optional.of(running),
                Optional.of(terms.drain()),
                terms.probes(),
                Optional.of(source),
                Optional.of(TermsOption.who()))));
  }

  /// @param to as the history names it, or `previous`
  ApplyReport rollback(String to, String running, TermsOption terms) {
    return ask(
        ApplyReport.class,
        "POST",
        "/v1/rollback",
        Json.compact(
            new ControlApi.RollbackRequest(
                to.equals("previous") ? Optional.empty() : Optional.of(to),
                Optional.of(running),
                Optional.of(terms.drain()),
                terms.probes(),
                Optional.of(TermsOption.who()))));
  }

  ControlApi.HistoryList history() {
    return ask(ControlApi.HistoryList.class, "GET", "/v1/history", "");
  }

  /// A ruleset the engine keeps: `running`, `previous`, a number of the history or a digest.
  ControlApi.KeptRuleset ruleset(String name) {
    return ask(ControlApi.KeptRuleset.class, "GET", "/v1/ruleset?of=" + name, "");
  }

  /// What becomes of a flow; user and entry may be empty.
  Explanation explain(String flow, String user, String entry) {
    return ask(
        Explanation.class,
        "POST",
        "/v1/explain",
        Json.compact(new ControlApi.ExplainRequest(flow, given(user), given(entry))));
  }

  ControlApi.FactList facts() {
    return ask(ControlApi.FactList.class, "GET", "/v1/facts", "");
  }

  /// Says that the way out costs by the byte, or does not; empty leaves it to the engine again.
  ControlApi.FactList say(Optional<Boolean> metered) {
    return ask(
        ControlApi.FactList.class,
        "POST",
        "/v1/facts",
        Json.compact(new ControlApi.FactsRequest(metered)));
  }

  /// Has new flows through Tor share nothing with those before; empty for every gateway of Tor.
  ControlApi.IdentityList newIdentity(Optional<String> gateway) {
    return ask(
        ControlApi.IdentityList.class,
        "POST",
        "/v1/identities",
        Json.compact(new ControlApi.IdentityRequest(gateway)));
  }

  NetworkApi.NetworkList networks() {
    return ask(NetworkApi.NetworkList.class, "GET", "/v1/networks", "");
  }

  NetworkView createNetwork(String name, String openTo) {
    return ask(
        NetworkView.class,
        "POST",
        "/v1/networks",
        Json.compact(new NetworkApi.CreateRequest(name, openTo)));
  }

  InvitationView invite(NetworkApi.InviteRequest wish) {
    return ask(InvitationView.class, "POST", "/v1/invitations", Json.compact(wish));
  }

  /// @param contact where the host is, for a code alone
  NetworkView join(String invitation, Optional<String> contact) {
    return ask(
        NetworkView.class,
        "POST",
        "/v1/joins",
        Json.compact(new NetworkApi.JoinRequest(invitation, contact)));
  }

  NetworkApi.MemberList members(String network) {
    return ask(
        NetworkApi.MemberList.class,
        "GET",
        "/v1/members?of=" + URLEncoder.encode(network, StandardCharsets.UTF_8),
        "");
  }

  WhyView why(String peer) {
    return ask(
        WhyView.class, "GET", "/v1/why?of=" + URLEncoder.encode(peer, StandardCharsets.UTF_8), "");
  }

  NetworkApi.PeerList peers() {
    return ask(NetworkApi.PeerList.class, "GET", "/v1/peers", "");
  }

  NetworkApi.MemberList revoke(String network, String member) {
    return ask(
        NetworkApi.MemberList.class,
        "POST",
        "/v1/revocations",
        Json.compact(new NetworkApi.RevokeRequest(network, member)));
  }

  NetworkView friend(String network, String friend, boolean remove) {
    return ask(
        NetworkView.class,
        "POST",
        "/v1/friends",
        Json.compact(new NetworkApi.FriendRequest(network, friend, remove)));
  }

  /// @param network absent for the rings of all
  RingApi.RingList rings(Optional<String> network) {
    String query =
        network.map(name -> "?of=" + URLEncoder.encode(name, StandardCharsets.UTF_8)).orElse("");
    return ask(RingApi.RingList.class, "GET", "/v1/rings" + query, "");
  }

  RingView ring(RingApi.RingRequest request) {
    return ask(RingView.class, "POST", "/v1/rings", Json.compact(request));
  }

  RingLookupView lookup(Optional<String> network, String key) {
    return ask(
        RingLookupView.class,
        "POST",
        "/v1/lookups",
        Json.compact(new RingApi.LookupRequest(network, key)));
  }

  RingPingView ping(Optional<String> network, String node) {
    return ask(
        RingPingView.class,
        "POST",
        "/v1/pings",
        Json.compact(new RingApi.PingRequest(network, node)));
  }

  RingCastView cast(Optional<String> network, String text) {
    return ask(
        RingCastView.class,
        "POST",
        "/v1/casts",
        Json.compact(new RingApi.CastRequest(network, text)));
  }

  TableApi.TableList tables() {
    return ask(TableApi.TableList.class, "GET", "/v1/tables", "");
  }

  TableRecordView write(TableApi.WriteRequest request) {
    return ask(TableRecordView.class, "POST", "/v1/writes", Json.compact(request));
  }

  TableRecordView read(TableApi.ReadRequest request) {
    return ask(TableRecordView.class, "POST", "/v1/reads", Json.compact(request));
  }

  TableApi.KeyList keys(TableApi.KeysRequest request) {
    return ask(TableApi.KeyList.class, "POST", "/v1/keys", Json.compact(request));
  }

  /// Asks the engine to end.
  ///
  /// @return its process id
  long stop() {
    return ask(ControlApi.Stopping.class, "POST", "/v1/stop", "").process();
  }

  private static Optional<String> given(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private static String base64(byte[] envelope) {
    return Base64.getEncoder().encodeToString(envelope);
  }

  private <T extends Record> T ask(Class<T> type, String method, String target, String body) {
    try {
      Answer answer = caller.call(method, target, body.getBytes(StandardCharsets.UTF_8));
      if (answer.status() >= 400) {
        throw refusal(answer);
      }
      return Json.read(type, answer.body());
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.NO_ENGINE, Clean.line(String.valueOf(e.getMessage()), 300));
    } catch (JsonException e) {
      throw new CommandFailure(
          ExitCode.BUG,
          "the engine's answer is not understood: "
              + Clean.line(String.valueOf(e.getMessage()), 200));
    }
  }

  private static CommandFailure refusal(Answer answer) throws JsonException {
    ControlApi.Failure failure = Json.read(ControlApi.Failure.class, answer.body());
    ControlApi.FailureDetail detail = failure.error();
    int code =
        switch (answer.status()) {
          case 409, 413 -> refused(detail.code(), failure.report().isPresent());
          case 400, 422 -> ExitCode.PROBLEMS;
          default -> ExitCode.BUG;
        };
    String line = Clean.line(detail.message() + " (" + detail.code() + ")", 600);
    return new EngineRefusal(code, line, failure);
  }

  private static int refused(String code, boolean wasTakenBack) {
    if (wasTakenBack) {
      return ExitCode.ROLLED_BACK;
    }
    return code.equals("stale-plan") ? ExitCode.STALE : ExitCode.REFUSED;
  }

  /// What the engine answered instead of what was asked for.
  static final class EngineRefusal extends CommandFailure {
    private static final long serialVersionUID = 1L;

    private final transient ControlApi.Failure failure;

    EngineRefusal(int exitCode, String message, ControlApi.Failure failure) {
      super(exitCode, message);
      this.failure = failure;
    }

    ControlApi.Failure failure() {
      return failure;
    }
  }
}
