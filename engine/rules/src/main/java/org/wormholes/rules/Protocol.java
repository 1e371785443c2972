package org.wormholes.rules;

/// What a flow is made of.
public enum Protocol {
  TCP(1, "tcp"),
  UDP(2, "udp");

  private final int id;
  private final String word;

  Protocol(int id, String word) {
    this.id = id;
    this.word = word;
  }

  /// The number in canonical bytes; never reused.
  public int id() {
    return id;
  }

  /// The value of the fact `protocol`.
  public String word() {
    return word;
  }
}
