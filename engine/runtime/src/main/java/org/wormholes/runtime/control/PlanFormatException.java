package org.wormholes.runtime.control;

/// Bytes that are no saved plan.
public final class PlanFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  PlanFormatException(String message) {
    super(message);
  }
}
