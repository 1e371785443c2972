package org.wormholes.runtime.control;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An answer that is a failure.
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final transient @Nullable ApplyReport report;

  Refusal(int status, String code, String message) {
    this(status, code, message, null);
  }

  Refusal(int status, String code, String message, @Nullable ApplyReport report) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
    this.report = report;
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  /// What was done before it failed.
  Optional<ApplyReport> report() {
    return Optional.ofNullable(report);
  }
}
