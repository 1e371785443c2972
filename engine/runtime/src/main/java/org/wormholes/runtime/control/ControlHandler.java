package org.wormholes.runtime.control;

/// Answers requests of the control API. A server hands each one over on a thread that may block (a
/// virtual thread), never on an event loop.
public interface ControlHandler {
  /// Largest request body a server accepts; longer ones are answered with status 413 by the server.
  int MAX_BODY_BYTES = 8 << 20;

  /// Answers one request, through `reply`, before or after returning.
  ///
  /// @param method `GET`, `POST`
  /// @param target path and query as sent, not yet decoded: `/v1/explain?flow=…`
  /// @param body empty when there was none; not changed by anyone any more
  void handle(String method, String target, byte[] body, ControlReply reply);
}
