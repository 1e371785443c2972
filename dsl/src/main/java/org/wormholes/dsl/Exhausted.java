package org.wormholes.dsl;

/// Ends the reading of a script that takes too much work; its problem has been told already.
final class Exhausted extends RuntimeException {
  private static final long serialVersionUID = 1;

  Exhausted() {
    super("told already", null, false, false);
  }
}
