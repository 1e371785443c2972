package org.wormholes.rules.expr;

/// A score ready to run: more is better. Always finite. Thread-safe.
@FunctionalInterface
public interface Score {
  double of(FactSource facts);
}
