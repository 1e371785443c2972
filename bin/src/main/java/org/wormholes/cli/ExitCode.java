package org.wormholes.cli;

/// What the process says to whoever started it. `--help` lists these.
public final class ExitCode {
  /// Done.
  public static final int OK = 0;

  /// A mistake in Wormholes.
  public static final int BUG = 1;

  /// The command line itself was wrong.
  public static final int USAGE = 2;

  /// The ruleset has problems.
  public static final int PROBLEMS = 3;

  /// No engine answers.
  public static final int NO_ENGINE = 4;

  /// There are changes that were not carried out.
  public static final int CHANGES = 5;

  /// The engine answered, and refused.
  public static final int REFUSED = 6;

  /// The engine has moved since the plan was made.
  public static final int STALE = 7;

  /// It was applied, did not do what it should, and what ran before runs again.
  public static final int ROLLED_BACK = 8;

  /// Something the program needs to run at all is missing, a JDK for one.
  public static final int UNAVAILABLE = 69;

  private ExitCode() {}
}
