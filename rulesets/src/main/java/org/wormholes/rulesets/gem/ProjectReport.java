package org.wormholes.rulesets.gem;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.dsl.Problem;
import org.wormholes.rules.Ruleset;

/// What came of checking and testing a project.
///
/// @param rules what the script compiles to, where it does
/// @param digest of the rules
/// @param problems of the script and of the tests
/// @param effects what the rules really do
/// @param undeclared what they do that `ruleset.yaml` does not declare, by kind
/// @param unneeded what is declared and not done, by kind
/// @param golden how the golden text compares
/// @param expectations how many expectations were met, or not
public record ProjectReport(
    GemMetadata metadata,
    Optional<Ruleset> rules,
    Optional<String> digest,
    List<Problem> problems,
    Permissions effects,
    Map<String, List<String>> undeclared,
    Map<String, List<String>> unneeded,
    Golden golden,
    int expectations) {
  /// The golden text beside the script.
  public enum Golden {
    SAME,
    DIFFERS,
    MISSING,
    /// The script does not compile.
    UNKNOWN
  }

  public ProjectReport {
    problems = List.copyOf(problems);
  }

  /// Whether nothing stands in the way of packing.
  public boolean passed() {
    return rules.isPresent()
        && problems.stream().noneMatch(each -> each.severity() == Problem.Severity.ERROR)
        && undeclared.isEmpty()
        && golden == Golden.SAME;
  }
}
