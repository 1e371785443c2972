package org.wormholes.dsl.sandbox;

/// What the child said is no [Reply].
final class MalformedReplyException extends Exception {
  private static final long serialVersionUID = 1;

  MalformedReplyException(String message) {
    super(message);
  }

  MalformedReplyException(String message, Throwable cause) {
    super(message, cause);
  }
}
