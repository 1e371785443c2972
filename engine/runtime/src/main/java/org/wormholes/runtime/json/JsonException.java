package org.wormholes.runtime.json;

/// A text is not the JSON that was expected; the message says where and what came.
public final class JsonException extends Exception {
  private static final long serialVersionUID = 1L;

  JsonException(String message) {
    super(message);
  }
}
