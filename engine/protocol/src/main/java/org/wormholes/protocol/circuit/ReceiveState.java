package org.wormholes.protocol.circuit;

import org.wormholes.protocol.wire.WireException;

/// What one end of a stream has got and allows: `consumed <= received <= limit`, and `limit` is
/// what the sender was told.
final class ReceiveState {
  private final int maxWindow;
  private long received;
  private long consumed;
  private long limit = CircuitLimits.INITIAL_WINDOW;
  private int window = CircuitLimits.INITIAL_WINDOW;
  private boolean senderLimited;
  private boolean finished;

  ReceiveState(int maxWindow) {
    this.maxWindow = maxWindow;
  }

  long received() {
    return received;
  }

  /// What is acknowledged: the end of the stream counts as one more byte.
  long acknowledged() {
    return finished ? received + 1 : received;
  }

  boolean isFinished() {
    return finished;
  }

  /// Takes in the place of a DATA message.
  void onData(long offset, int length, boolean limited) throws WireException {
    expect(offset);
    if (length > limit - received) {
      throw new WireException("stream sends beyond its credit");
    }
    received += length;
    senderLimited |= limited;
  }

  void onFinish(long offset) throws WireException {
    expect(offset);
    finished = true;
  }

  private void expect(long offset) throws WireException {
    if (finished) {
      throw new WireException("stream goes on after its end");
    }
    if (offset != received) {
      throw new WireException("stream offset must be " + received + ", was " + offset);
    }
  }

  /// The application is done with `bytes`.
  ///
  /// @return whether the sender should hear of its new credit at once
  boolean consume(int bytes) {
    if (bytes < 0 || bytes > received - consumed) {
      throw new IllegalArgumentException("consumed more than was received");
    }
    consumed += bytes;
    return !finished && consumed + window - limit >= window / 4;
  }

  /// The limit to tell the sender now.
  ///
  /// @param mayGrow whether there is memory for a wider window
  long grant(boolean mayGrow) {
    // A window that the sender fills although the reader keeps up is too narrow for the path.
    if (senderLimited && mayGrow && received - consumed <= window / 8) {
      window = Math.min(2 * window, maxWindow);
    }
    senderLimited = false;
    limit = Math.max(limit, consumed + window);
    return limit;
  }
}
