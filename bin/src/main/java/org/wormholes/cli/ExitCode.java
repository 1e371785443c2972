package org.wormholes.cli;

/// What the process says to whoever started it. `--help` lists these.
public final class ExitCode {
  /// Done.
  public static final int OK = 0;

  /// The answer is no: a problem in a script, a refused flow, a failed probe.
  public static final int NO = 1;

  /// The command line itself was wrong.
  public static final int USAGE = 2;

  /// There are changes that were not carried out.
  public static final int CHANGES = 5;

  /// Something that is needed is missing: no engine answers, no JDK was found.
  public static final int UNAVAILABLE = 69;

  /// A mistake in Wormholes.
  public static final int BUG = 70;

  private ExitCode() {}
}
