package org.wormholes.transport.exit;

import org.wormholes.transport.socket.NettyLoop;

/// A name server as this machine reaches it.
interface Upstream {
  /// Sends a question and hears what comes back for a time; used on `loop`.
  void exchange(NettyLoop loop, Question question);

  /// A question under way, and what became of it: one of the two at last, on its loop.
  interface Question {
    byte[] bytes();

    /// The same for encrypted ways, of a length that tells little (RFC 8467).
    byte[] padded();

    /// Bytes that came, an array of their own.
    ///
    /// @return whether they answer the question; if not more may be heard
    boolean isAnswer(byte[] response);

    /// The answer came in part, or nothing did.
    void onFailed();
  }
}
