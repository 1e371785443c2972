package org.wormholes.runtime.control;

import java.time.Duration;
import java.util.List;

/// What an exchange of rules did.
///
/// @param view what runs now
/// @param listening every open entry of every tunnel
/// @param swap from the beginning of the exchange until new flows met the new rules
/// @param probes how each went
public record ApplyOutcome(
    RulesetView view, List<ListenView> listening, Duration swap, List<ProbeResult> probes) {
  public ApplyOutcome {
    listening = List.copyOf(listening);
    probes = List.copyOf(probes);
  }
}
