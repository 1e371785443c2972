package org.wormholes.runtime.control;

/// The answer to one request. Either [#respond] is called once, or [#stream] once. May be used from
/// any thread.
public interface ControlReply {
  /// Sends a whole answer.
  void respond(int status, String contentType, byte[] body);

  /// Begins an answer that has no end yet, with status 200 and chunked encoding.
  ReplyStream stream(String contentType);

  /// An answer in pieces.
  interface ReplyStream {
    /// Sends a piece at once. False when the reader is gone or has fallen so far behind that the
    /// stream was closed; what was passed is then lost.
    boolean send(byte[] piece);

    void end();

    /// Runs once, when the reader is gone or the stream has ended; at once if it already has.
    void onClosed(Runnable closed);
  }
}
