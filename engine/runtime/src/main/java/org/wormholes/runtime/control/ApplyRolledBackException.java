package org.wormholes.runtime.control;

import java.util.List;

/// The candidate ran for a moment, did not do what it should, and the rules before it run again.
public final class ApplyRolledBackException extends ApplyRefusedException {
  private static final long serialVersionUID = 1L;

  private final transient List<ProbeResult> probes;

  /// @param code `probe-failed`, `not-kept`
  public ApplyRolledBackException(String code, String message, List<ProbeResult> probes) {
    super(code, message);
    this.probes = List.copyOf(probes);
  }

  /// How each probe went, as far as they were tried.
  public List<ProbeResult> probes() {
    return probes;
  }
}
