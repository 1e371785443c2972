package org.wormholes.rules.lint;

import java.util.ArrayList;
import java.util.List;
import org.wormholes.rules.expr.Expr;

/// Looks at one condition: is it never true, or a part of it?
final class ConditionLints {
  private static final int MAX_PARTS = 64;

  private final Findings findings;
  private final Refutation refutation;
  private final String rulePath;

  private ConditionLints(Findings findings, Refutation refutation, String rulePath) {
    this.findings = findings;
    this.refutation = refutation;
    this.rulePath = rulePath;
  }

  /// Reports what is never true in it.
  ///
  /// @param what whose condition it is: `route`, `only`
  /// @return whether all of it is never true
  static boolean look(
      Findings findings, Refutation refutation, String rulePath, String what, Expr condition) {
    ConditionLints lints = new ConditionLints(findings, refutation, rulePath);
    if (refutation.isNever(condition)) {
      findings.add(
          Lint.Kind.NEVER_TRUE,
          rulePath,
          what + " is never true: " + lints.cause(condition),
          lints.advice(condition));
      return true;
    }
    lints.alternatives(condition, List.of());
    return false;
  }

  /// The smallest part, or two of them, that make it so.
  private String cause(Expr condition) {
    if (condition instanceof Expr.And(List<Expr> all)) {
      List<Expr> parts = all.stream().limit(MAX_PARTS).toList();
      for (Expr part : parts) {
        if (refutation.isNever(part)) {
          return cause(part);
        }
      }
      for (int i = 0; i < parts.size(); i++) {
        for (int j = i + 1; j < parts.size(); j++) {
          if (refutation.neverTogether(parts.get(i), parts.get(j))) {
            return "%s and %s exclude each other"
                .formatted(Findings.shown(parts.get(i)), Findings.shown(parts.get(j)));
          }
        }
      }
      return "the parts of %s exclude each other".formatted(Findings.shown(condition));
    }
    return Findings.shown(condition) + " holds for no value";
  }

  private String advice(Expr condition) {
    return condition instanceof Expr.And(List<Expr> all)
            && all.stream().noneMatch(refutation::isNever)
        ? "join them with `||` if either will do, or remove one"
        : "change it, or remove the rule";
  }

  /// Alternatives that never hold, though others do.
  private void alternatives(Expr condition, List<Expr> beside) {
    switch (condition) {
      case Expr.And(List<Expr> all) -> {
        List<Expr> parts = all.stream().limit(MAX_PARTS).toList();
        for (int i = 0; i < parts.size(); i++) {
          List<Expr> others = new ArrayList<>(beside);
          others.addAll(parts.subList(0, i));
          others.addAll(parts.subList(i + 1, parts.size()));
          alternatives(parts.get(i), others);
        }
      }
      case Expr.Or(List<Expr> any) ->
          any.stream().limit(MAX_PARTS).forEach(each -> one(each, beside));
      default -> {}
    }
  }

  private void one(Expr alternative, List<Expr> beside) {
    List<Expr> all = new ArrayList<>(beside);
    all.add(alternative);
    if (refutation.isNever(alternative)) {
      findings.add(
          Lint.Kind.NEVER_TRUE,
          rulePath,
          "a part of this condition is never true: " + cause(alternative),
          advice(alternative));
    } else if (refutation.neverTogether(all)) {
      findings.add(
          Lint.Kind.NEVER_TRUE,
          rulePath,
          "a part of this condition is never true: %s excludes what stands beside it"
              .formatted(Findings.shown(alternative)),
          "remove it");
    } else {
      alternatives(alternative, beside);
    }
  }
}
