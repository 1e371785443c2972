package org.wormholes.protocol.wire;

/// What a peer sent is not what the protocol says: the one checked outcome of every decoder. The
/// link or circuit it came from is closed.
public class WireException extends Exception {
  private static final long serialVersionUID = 1L;

  /// @param message what was expected and what came, lower case, without secrets or addresses
  public WireException(String message) {
    super(message);
  }

  /// @param message what was being tried
  /// @param cause what went wrong underneath
  public WireException(String message, Throwable cause) {
    super(message, cause);
  }
}
