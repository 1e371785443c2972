package org.wormholes.rules.expr;

/// A condition ready to run. Makes no garbage but in regular expressions and changes of case.
/// Thread-safe.
@FunctionalInterface
public interface Predicate {
  boolean test(FactSource facts);
}
