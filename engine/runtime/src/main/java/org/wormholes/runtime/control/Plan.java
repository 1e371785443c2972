package org.wormholes.runtime.control;

import java.util.List;
import java.util.Optional;

/// What an apply would do, against what runs now.
///
/// @param running digest of the ruleset that runs; absent when none does
/// @param candidate digest of the ruleset that would
/// @param name of the candidate, as in its script
/// @param version of the candidate, as in its script
/// @param steps every part of both rulesets, in the order they are shown
/// @param assumed facts that were taken to have certain values
/// @param branches what would be decided differently if they had
/// @param warnings what a person should know before saying yes
public record Plan(
    Optional<String> running,
    String candidate,
    String name,
    String version,
    List<Step> steps,
    List<String> assumed,
    List<Branch> branches,
    List<String> warnings) {
  public Plan {
    steps = List.copyOf(steps);
    assumed = List.copyOf(assumed);
    branches = List.copyOf(branches);
    warnings = List.copyOf(warnings);
  }

  /// Whether applying would change anything.
  public boolean changes() {
    return steps.stream().anyMatch(step -> step.change() != Change.KEPT);
  }

  /// How many steps are of one kind.
  public int count(Change change) {
    return (int) steps.stream().filter(step -> step.change() == change).count();
  }

  /// What becomes of one part.
  public enum Change {
    ADDED,
    CHANGED,
    KEPT,
    REMOVED
  }

  /// What becomes of one part of a ruleset, and of the flows that live in it.
  ///
  /// @param part `network`, `tunnel`, `group`, `gateway`, `routes`, `expectations`
  /// @param name of the part; empty for those there is only one of
  /// @param change what becomes of it
  /// @param fields what differs, for [Change#CHANGED]
  /// @param flows live flows in it now
  /// @param effect on those flows, in a sentence
  /// @param place where it is written: in the candidate, or for a removed part in what runs
  public record Step(
      String part,
      String name,
      Change change,
      List<FieldChange> fields,
      int flows,
      String effect,
      Optional<Place> place) {
    public Step {
      fields = List.copyOf(fields);
    }
  }

  /// One difference.
  ///
  /// @param field path below the part (`relays/count`)
  /// @param before as it would be written in a script; empty when it was not there
  /// @param after likewise
  /// @param place where the new value is written, when known
  /// @param was where the old value is written, when known
  public record FieldChange(
      String field, String before, String after, Optional<Place> place, Optional<Place> was) {}

  /// Something that would be decided differently if a fact had another value.
  ///
  /// @param what the route, the clause or the flow of an expectation
  /// @param now what becomes of it as things are
  /// @param then what would become of it
  /// @param place where it is written
  public record Branch(String what, String now, String then, Optional<Place> place) {}
}
