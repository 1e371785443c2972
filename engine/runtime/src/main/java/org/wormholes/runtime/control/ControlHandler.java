package org.wormholes.runtime.control;

import java.util.Optional;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;

/// Answers requests of the control API. A server hands each one over on a thread that may block (a
/// virtual thread), never on an event loop.
public interface ControlHandler {
  /// Largest request body a server accepts, with room for the largest ruleset in Base64; longer
  /// ones are answered with status 413 by the server.
  int MAX_BODY_BYTES = 96 << 20;

  /// Answers one request, through `reply`, before or after returning.
  ///
  /// @param method `GET`, `POST`
  /// @param target path and query as sent, not yet decoded: `/v1/explain?flow=…`
  /// @param body empty when there was none; not changed by anyone any more
  void handle(String method, String target, byte[] body, ControlReply reply);

  /// Answers a `CONNECT` (RFC 9110 section 9.3.6), through `flow` and on its loop.
  ///
  /// @param through a tunnel, group or gateway; absent for what the routes say
  default void connect(
      EntrySpec.Target to, Optional<String> through, FlowAcceptor.PendingFlow flow) {
    flow.refuse(FlowAcceptor.Refusal.NOT_SUPPORTED);
  }
}
