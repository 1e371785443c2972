package org.wormholes.rules.expr;

/// Where an expression stands, and so which facts it may ask for.
public enum Scope {
  /// A flow that just entered: conditions of routes.
  FLOW(1, "a flow"),
  /// A relay that might become part of a path: `only` and `prefer`.
  RELAY(2, "a relay"),
  /// A destination, seen from the exit: `allow` and `refuse`.
  EXIT(4, "an exit"),
  /// A write to a table, seen by the nodes that store it: `write`.
  WRITE(8, "a write");

  final int bit;
  private final String description;

  Scope(int bit, String description) {
    this.bit = bit;
    this.description = description;
  }

  /// With its article, for messages: `a relay has no ...`.
  public String description() {
    return description;
  }
}
