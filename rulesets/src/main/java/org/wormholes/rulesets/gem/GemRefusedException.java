package org.wormholes.rulesets.gem;

/// A gem, a project or a store is not as it must be; the message says what is wrong, for people.
public final class GemRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  public GemRefusedException(String reason) {
    super(reason);
  }

  GemRefusedException(String reason, Throwable cause) {
    super(reason, cause);
  }

  /// What is wrong: lower case, no full stop.
  public String reason() {
    return String.valueOf(getMessage());
  }
}
