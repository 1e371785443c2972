package org.wormholes.rules;

/// What no two relays of a path may share. A relay that does not say differs from every other.
public enum Distinct {
  OPERATOR(1, "operator"),
  SUBNET(2, "subnet"),
  COUNTRY(3, "country"),
  FAMILY(4, "family"),
  NETWORK(5, "network");

  private final int id;
  private final String word;

  Distinct(int id, String word) {
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
