package org.wormholes.rules;

/// A cell size that a tunnel forces, whatever is queued.
public enum Shape {
  LARGE_CELLS(1, "large"),
  SMALL_CELLS(2, "small");

  private final int id;
  private final String word;

  Shape(int id, String word) {
    this.id = id;
    this.word = word;
  }

  /// The number in canonical bytes; never reused.
  public int id() {
    return id;
  }

  /// The word in a ruleset.
  public String word() {
    return word;
  }
}
