package org.wormholes.runtime.control;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What an apply did.
///
/// @param outcome in a word
/// @param number of the apply in the history; absent when it left no line there
/// @param ruleset what runs now; absent when nothing does
/// @param plan what was done, or for one that did not stay, what was to be done
/// @param listening the open entries of every tunnel, after it
/// @param swap from its beginning until new flows met the new rules
/// @param drain how long flows of removed and changed tunnels may go on before they are cut
/// @param probes how each went
/// @param warnings what a person should look at
public record ApplyReport(
    Outcome outcome,
    Optional<Integer> number,
    Optional<RulesetView> ruleset,
    Plan plan,
    List<ListenView> listening,
    Duration swap,
    Duration drain,
    List<ProbeResult> probes,
    List<String> warnings) {
  public ApplyReport {
    listening = List.copyOf(listening);
    probes = List.copyOf(probes);
    warnings = List.copyOf(warnings);
  }

  /// What became of an apply.
  public enum Outcome {
    APPLIED,
    /// It ran already.
    UNCHANGED,
    /// The rules before it run again.
    ROLLED_BACK
  }
}
