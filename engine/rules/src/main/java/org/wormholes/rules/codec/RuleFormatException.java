package org.wormholes.rules.codec;

/// Bytes are not a rule file of this format. The one outcome of reading anything else.
public final class RuleFormatException extends Exception {
  private static final long serialVersionUID = 1;

  RuleFormatException(String message) {
    super(message);
  }

  RuleFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
