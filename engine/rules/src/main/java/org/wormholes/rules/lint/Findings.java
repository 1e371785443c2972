package org.wormholes.rules.lint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.wormholes.rules.Position;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.ExprText;

/// What is found in one ruleset, and what all that look share.
final class Findings {
  /// Most findings; who has more, reads no further.
  static final int MAX_FINDINGS = 200;

  /// What may be spent on one ruleset, on proofs and on trials: some tenths of a second each.
  private static final long MAX_WORK = 1_000_000;

  private static final long MAX_TRIED = 5_000_000;

  private static final int MAX_TEXT = 100;

  final Ruleset ruleset;
  final Work work = new Work(MAX_WORK);
  final Work trials = new Work(MAX_TRIED);
  final MarkFree free;
  private final SourceMap sources;
  private final List<Lint> all = new ArrayList<>();

  Findings(Ruleset ruleset, SourceMap sources) {
    this.ruleset = ruleset;
    this.free = new MarkFree(ruleset.routes());
    this.sources = sources;
  }

  void add(Lint.Kind kind, String rulePath, String message, String hint) {
    if (all.size() < MAX_FINDINGS) {
      all.add(new Lint(kind, rulePath, sources.position(rulePath), message, hint));
    }
  }

  /// `the one on line 7`, or `route 3` where lines are not known.
  String theOne(int route) {
    Position position = sources.positions().get(RulePath.route(route));
    return position == null ? "route " + (route + 1) : "the one on line " + position.line();
  }

  /// `those on lines 3, 5 and 9`.
  String those(List<Integer> routes) {
    boolean known =
        routes.stream().allMatch(each -> sources.positions().containsKey(RulePath.route(each)));
    List<String> numbers =
        routes.stream()
            .map(each -> Integer.toString(known ? lineOf(each) : each + 1))
            .distinct()
            .toList();
    String listed =
        numbers.size() == 1
            ? numbers.getFirst()
            : String.join(", ", numbers.subList(0, numbers.size() - 1))
                + " and "
                + numbers.getLast();
    return (known ? "those on line" : "route") + (numbers.size() == 1 ? " " : "s ") + listed;
  }

  /// The line of a route, or 0 where that is not known.
  private int lineOf(int route) {
    Position position = sources.positions().get(RulePath.route(route));
    return position == null ? 0 : position.line();
  }

  /// ` on line 7`, or nothing.
  String onLine(String rulePath) {
    Position position = sources.positions().get(rulePath);
    return position == null ? "" : " on line " + position.line();
  }

  /// A condition as a script would say it, cut where it is long.
  static String shown(Expr condition) {
    String text = ExprText.of(condition);
    return "`" + (text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…") + "`";
  }

  /// In the order of the text.
  List<Lint> inOrder() {
    Comparator<Position> byPlace =
        Comparator.comparing(Position::file)
            .thenComparingInt(Position::line)
            .thenComparingInt(Position::column);
    return all.stream()
        .sorted(
            Comparator.comparing(
                lint -> lint.position().orElse(null), Comparator.nullsLast(byPlace)))
        .toList();
  }
}
