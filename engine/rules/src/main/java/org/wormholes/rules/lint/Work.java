package org.wormholes.rules.lint;

/// How much may still be looked at. Whoever runs out has proven nothing.
final class Work {
  private long left;

  Work(long most) {
    this.left = most;
  }

  /// Takes some of it.
  ///
  /// @return whether there was enough
  boolean spend(long steps) {
    left -= Math.max(1, steps);
    return left >= 0;
  }

  boolean isOver() {
    return left < 0;
  }
}
