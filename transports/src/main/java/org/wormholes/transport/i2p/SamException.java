package org.wormholes.transport.i2p;

import java.io.IOException;

/// Something that was asked of a router did not come about. The message is for people.
public final class SamException extends IOException {
  private static final long serialVersionUID = 1;

  private final Cause why;

  SamException(Cause why, String message) {
    super(message);
    this.why = why;
  }

  public Cause why() {
    return why;
  }

  /// The message, which always is there.
  public String text() {
    return String.valueOf(getMessage());
  }

  /// What went wrong, as far as the router tells. Routers differ in which of its words they use.
  public enum Cause {
    /// No router listens where one was expected.
    NO_ROUTER,
    /// It speaks no version of SAM that we do.
    VERSION,
    /// It said something that SAM does not have.
    PROTOCOL,
    /// There is no session at the moment.
    NO_SESSION,
    /// The key of the session was refused, or is in use elsewhere.
    KEY,
    /// Nobody knows a destination of that name.
    UNKNOWN_NAME,
    /// The destination is known and was not reached.
    UNREACHABLE,
    /// No answer in time.
    TIMED_OUT,
    /// The router refused for a reason of its own.
    REFUSED
  }
}
