package org.wormholes.dsl.sandbox;

/// The sandbox can't be had, here or now, so nothing was run. The message says what is missing.
public final class SandboxUnavailableException extends Exception {
  private static final long serialVersionUID = 1;

  SandboxUnavailableException(String message) {
    super(message);
  }

  SandboxUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
