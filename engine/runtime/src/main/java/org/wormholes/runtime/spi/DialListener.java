package org.wormholes.runtime.spi;

/// The outcome of one attempt to connect; exactly one method is called, on the loop asked for.
public interface DialListener {
  void onConnected(Connection connection);

  void onFailed(DialFailure failure);

  /// Why an attempt to connect failed, as far as the system tells.
  enum DialFailure {
    REFUSED,
    TIMED_OUT,
    UNREACHABLE,
    FAILED
  }
}
