package org.wormholes.rules.expr;

/// A constant set of an expression. Large ones stay compact and decide in well under a microsecond:
/// none is ever walked element by element.
///
/// What *having* means depends on the kind: a [TextSet] has equal strings, a [QuantitySet] amounts
/// between the ends of a span, a [DomainSet] a name and everything under it, an [AddressSet] the
/// addresses of its ranges.
public sealed interface Members permits TextSet, QuantitySet, DomainSet, AddressSet {
  /// The most entries of one set.
  int MAX_ENTRIES = 1_000_000;

  /// The type of the values it can have.
  Type type();

  /// How many entries were kept; what another entry covers is dropped.
  int size();
}
