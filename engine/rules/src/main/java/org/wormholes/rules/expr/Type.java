package org.wormholes.rules.expr;

/// The type of an expression's value. Quantities carry their unit in the type, so that a duration
/// is never compared with a size.
///
/// Quantities are `double`s: numbers plain, durations in seconds, sizes in bytes, rates in bytes a
/// second. They are always finite. Times of day are whole seconds since midnight.
public enum Type {
  YES_NO(1, "a yes/no value"),
  NUMBER(2, "a number"),
  /// Seconds.
  DURATION(3, "a duration"),
  /// Bytes.
  SIZE(4, "a size"),
  /// Bytes a second.
  RATE(5, "a rate"),
  TEXT(6, "a string"),
  /// Seconds since midnight, local to whoever decides.
  TIME(7, "a time of day"),
  /// An IPv4 or IPv6 address, possibly absent.
  ADDRESS(8, "an address");

  private final int id;
  private final String description;

  Type(int id, String description) {
    this.id = id;
    this.description = description;
  }

  /// The number in canonical bytes; never reused.
  public int id() {
    return id;
  }

  /// With its article, for messages: `a duration`.
  public String description() {
    return description;
  }

  /// Whether values can be added, scaled and put in order as amounts.
  public boolean isQuantity() {
    return this == NUMBER || this == DURATION || this == SIZE || this == RATE;
  }

  /// Whether `<` and its kin mean something.
  public boolean isOrdered() {
    return isQuantity() || this == TIME;
  }
}
