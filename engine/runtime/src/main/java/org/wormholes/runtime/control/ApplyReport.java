package org.wormholes.runtime.control;

import java.util.List;

/// What an apply did.
///
/// @param ruleset what runs now
/// @param plan what was done
/// @param listening the open entries of every tunnel, after it
/// @param warnings what a person should look at
public record ApplyReport(
    RulesetView ruleset, Plan plan, List<ListenView> listening, List<String> warnings) {
  public ApplyReport {
    listening = List.copyOf(listening);
    warnings = List.copyOf(warnings);
  }
}
