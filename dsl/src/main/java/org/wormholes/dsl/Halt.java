package org.wormholes.dsl;

/// Leaves a piece of a script that cannot be read; its problem has been told already.
final class Halt extends RuntimeException {
  private static final long serialVersionUID = 1;

  Halt() {
    super("told already", null, false, false);
  }
}
