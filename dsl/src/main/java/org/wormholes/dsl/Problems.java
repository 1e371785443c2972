package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The problems found so far in one ruleset, each once, bounded. A ruleset that ran out of time may
/// still be adding to them while they are told, hence the locks.
final class Problems {
  /// Most problems told of one ruleset; who has more sees the rest after mending these.
  static final int MAX_PROBLEMS = 100;

  private final Set<Problem> found = new LinkedHashSet<>();
  private boolean errors;

  synchronized void add(Problem problem) {
    if (found.size() < MAX_PROBLEMS || (problem.isError() && !errors)) {
      found.add(problem);
    }
    errors |= problem.isError();
  }

  void addAll(Iterable<Problem> problems) {
    problems.forEach(this::add);
  }

  synchronized boolean hasErrors() {
    return errors;
  }

  /// What has been found so far, to return to with [#rollBack].
  synchronized List<Problem> mark() {
    return List.copyOf(found);
  }

  /// Forgets what was found since the mark.
  synchronized void rollBack(List<Problem> mark) {
    found.clear();
    found.addAll(mark);
    errors = mark.stream().anyMatch(Problem::isError);
  }

  /// All of them in the order of the text.
  synchronized List<Problem> inOrder() {
    List<Problem> sorted = new ArrayList<>(found);
    sorted.sort(
        Comparator.comparing((Problem p) -> p.position().file())
            .thenComparingInt(p -> p.position().line())
            .thenComparingInt(p -> p.position().column()));
    return List.copyOf(sorted);
  }
}
