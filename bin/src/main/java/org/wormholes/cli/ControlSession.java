package org.wormholes.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.wormholes.runtime.control.ApplyReport;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.control.EngineStatus;
import org.wormholes.runtime.control.Explanation;
import org.wormholes.runtime.control.NodeView;
import org.wormholes.runtime.control.Plan;
import org.wormholes.runtime.control.TunnelView;
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

  Plan plan(byte[] envelope) {
    return ask(Plan.class, "POST", "/v1/plan", request(envelope, Optional.empty()));
  }

  /// @param running digest the plan was made against, or `none`; an engine that has moved refuses
  ApplyReport apply(byte[] envelope, String running) {
    return ask(ApplyReport.class, "POST", "/v1/apply", request(envelope, Optional.of(running)));
  }

  /// What becomes of a flow; user and entry may be empty.
  Explanation explain(String flow, String user, String entry) {
    return ask(
        Explanation.class,
        "POST",
        "/v1/explain",
        Json.compact(new ControlApi.ExplainRequest(flow, given(user), given(entry))));
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

  private static String request(byte[] envelope, Optional<String> running) {
    String ruleset = Base64.getEncoder().encodeToString(envelope);
    return Json.compact(new ControlApi.RulesetRequest(ruleset, running));
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
    ControlApi.FailureDetail detail = Json.read(ControlApi.Failure.class, answer.body()).error();
    int code =
        switch (answer.status()) {
          case 409, 413 -> ExitCode.REFUSED;
          case 400, 422 -> ExitCode.PROBLEMS;
          default -> ExitCode.BUG;
        };
    return new CommandFailure(code, Clean.line(detail.message() + " (" + detail.code() + ")", 600));
  }
}
