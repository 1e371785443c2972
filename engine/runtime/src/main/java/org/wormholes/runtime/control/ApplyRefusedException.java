package org.wormholes.runtime.control;

/// The engine keeps what it runs, and says why. Nothing of the candidate has taken effect.
public final class ApplyRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;

  /// A refusal.
  ///
  /// @param code one word for programs: `port-in-use`, `stale-plan`, `no-path`, `expectation`
  /// @param message what was expected and what came, for people
  public ApplyRefusedException(String code, String message) {
    super(message);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
