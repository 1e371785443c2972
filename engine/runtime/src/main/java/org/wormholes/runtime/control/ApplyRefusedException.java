package org.wormholes.runtime.control;

/// The engine runs what it ran before, and says why. Unless it is an [ApplyRolledBackException],
/// nothing of the candidate has taken effect.
public sealed class ApplyRefusedException extends Exception permits ApplyRolledBackException {
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
