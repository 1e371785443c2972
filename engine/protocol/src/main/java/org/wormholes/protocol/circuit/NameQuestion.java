package org.wormholes.protocol.circuit;

/// A question about a name, of any type of record.
///
/// @param name in lower case, without a dot at its end; empty for the root
/// @param type of the records asked for (RFC 1035 section 3.2.2)
/// @param signed whether the signatures are wanted too (RFC 4035 section 3.2.1), unchecked
public record NameQuestion(String name, int type, boolean signed) {
  public NameQuestion {
    if (!name.isEmpty() && !Host.isName(name)) {
      throw new IllegalArgumentException("not a name that can be asked for");
    }
    if (type < 1 || type > 0xffff) {
      throw new IllegalArgumentException("type must be 1..65535, was " + type);
    }
  }

  /// Redacted: names do not belong in logs.
  @Override
  public String toString() {
    return "NameQuestion[redacted]";
  }
}
