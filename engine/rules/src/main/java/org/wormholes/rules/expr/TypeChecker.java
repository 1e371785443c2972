package org.wormholes.rules.expr;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Expr.Operation;
import org.wormholes.rules.expr.TypeProblem.Kind;

/// Finds the type of a tree in its scope, and what is wrong with it.
///
/// A tree that passes can be evaluated against any facts of the scope without failing, within the
/// limits of [Expr] and [Cost].
public final class TypeChecker {
  /// Leaves a tree that does not pass; has no trace, so costs little.
  private static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Failed() {
      super("does not pass", null, false, false);
    }
  }

  private static final TypeChecker FLOWS = new TypeChecker(Scope.FLOW, null);
  private static final TypeChecker RELAYS = new TypeChecker(Scope.RELAY, null);
  private static final TypeChecker EXITS = new TypeChecker(Scope.EXIT, null);
  private static final TypeChecker WRITES = new TypeChecker(Scope.WRITE, null);

  private final Scope scope;
  private final @Nullable Findings findings; // null: stop at the first problem, and make nothing

  private TypeChecker(Scope scope, @Nullable Findings findings) {
    this.scope = scope;
    this.findings = findings;
  }

  private static final class Findings {
    final List<TypeProblem> problems = new ArrayList<>();
    final List<Integer> path = new ArrayList<>();
  }

  /// The type of the tree, or empty where [#problems] has something to say.
  public static Optional<Type> typeOf(Expr expr, Scope scope) {
    return Optional.ofNullable(passed(expr, scope));
  }

  private static @Nullable Type passed(Expr expr, Scope scope) {
    if (expr instanceof Expr.YesNo) {
      return Type.YES_NO; // many routes are no more than this, and should cost no more
    }
    if (!fits(expr)) {
      return null;
    }
    try {
      return silent(scope).check(expr);
    } catch (Failed failed) {
      return null;
    }
  }

  /// Everything that is wrong with the tree, whatever type it should have.
  public static List<TypeProblem> problems(Expr expr, Scope scope) {
    Findings findings = new Findings();
    if (!fits(expr)) {
      return List.of(tooLarge(expr));
    }
    new TypeChecker(scope, findings).check(expr);
    return List.copyOf(findings.problems);
  }

  /// Everything that keeps the tree from being a condition: a yes/no value.
  public static List<TypeProblem> conditionProblems(Expr expr, Scope scope) {
    List<TypeProblem> problems = problems(expr, scope);
    if (!problems.isEmpty() || known(expr) == Type.YES_NO) {
      return problems;
    }
    return List.of(
        root("a condition must be a yes/no value, this is " + known(expr).description()));
  }

  /// Everything that keeps the tree from being a score: a quantity, or a yes/no value that counts
  /// as 1 or 0.
  public static List<TypeProblem> scoreProblems(Expr expr, Scope scope) {
    List<TypeProblem> problems = problems(expr, scope);
    if (!problems.isEmpty() || isScore(known(expr))) {
      return problems;
    }
    return List.of(root("a score must be an amount, this is " + known(expr).description()));
  }

  /// The tree, if it is a condition; otherwise an [IllegalArgumentException] with the first
  /// problem.
  public static Expr checkedCondition(Expr expr, Scope scope) {
    if (passed(expr, scope) == Type.YES_NO) {
      return expr;
    }
    throw new IllegalArgumentException(conditionProblems(expr, scope).getFirst().message());
  }

  /// The tree, if it is a score; otherwise an [IllegalArgumentException] with the first problem.
  public static Expr checkedScore(Expr expr, Scope scope) {
    Type type = passed(expr, scope);
    if (type != null && isScore(type)) {
      return expr;
    }
    throw new IllegalArgumentException(scoreProblems(expr, scope).getFirst().message());
  }

  /// What comes out of `left operator right`, or empty where these do not go together.
  ///
  /// Equal types add, subtract, divide to a number, and have a remainder, a minimum and a maximum.
  /// Numbers scale everything. A rate times a duration is a size, a size over a duration a rate, a
  /// size over a rate a duration. For scores, a rate over a duration and a number over anything are
  /// numbers.
  public static Optional<Type> combined(Operation operator, Type left, Type right) {
    return Optional.ofNullable(combine(operator, left, right));
  }

  private static @Nullable Type combine(Operation operator, Type left, Type right) {
    if (!left.isQuantity() || !right.isQuantity()) {
      return null;
    }
    return switch (operator) {
      case ADD, SUBTRACT, REMAINDER, MINIMUM, MAXIMUM -> left == right ? left : null;
      case MULTIPLY -> product(left, right);
      case DIVIDE -> quotient(left, right);
    };
  }

  private static @Nullable Type product(Type left, Type right) {
    if (left == Type.NUMBER) {
      return right;
    }
    if (right == Type.NUMBER) {
      return left;
    }
    boolean amount =
        (left == Type.RATE && right == Type.DURATION)
            || (left == Type.DURATION && right == Type.RATE);
    return amount ? Type.SIZE : null;
  }

  private static @Nullable Type quotient(Type left, Type right) {
    if (right == Type.NUMBER) {
      return left;
    }
    if (left == right || left == Type.NUMBER) {
      return Type.NUMBER;
    }
    return switch (left) {
      case SIZE -> right == Type.DURATION ? Type.RATE : Type.DURATION;
      case RATE -> right == Type.DURATION ? Type.NUMBER : null;
      default -> null;
    };
  }

  /// The type of a tree that has passed.
  static Type known(Expr expr) {
    return switch (expr) {
      case Expr.Quantity(Type type, _) -> type;
      case Expr.FactRef(Fact fact) -> fact.type();
      case Expr.FactOf(Fact fact, _) -> fact.type();
      case Expr.Text _, Expr.Downcase _ -> Type.TEXT;
      case Expr.Time _ -> Type.TIME;
      case Expr.AddressLiteral _ -> Type.ADDRESS;
      case Expr.Length _ -> Type.NUMBER;
      case Expr.ByteSize _ -> Type.SIZE;
      case Expr.Choose(_, Expr then, _) -> known(then);
      case Expr.Arithmetic(Operation operator, Expr left, Expr right) -> {
        Type type = combine(operator, known(left), known(right));
        yield type == null ? Type.NUMBER : type;
      }
      default -> Type.YES_NO;
    };
  }

  private static TypeChecker silent(Scope scope) {
    return switch (scope) {
      case FLOW -> FLOWS;
      case RELAY -> RELAYS;
      case EXIT -> EXITS;
      case WRITE -> WRITES;
    };
  }

  private static boolean fits(Expr expr) {
    return Cost.nodes(expr, Expr.MAX_DEPTH) <= Expr.MAX_NODES && Cost.of(expr) <= Cost.MAX;
  }

  private static TypeProblem tooLarge(Expr expr) {
    String message =
        Cost.nodes(expr, Expr.MAX_DEPTH) > Expr.MAX_NODES
            ? "this has more than %d parts, or is more than %d deep"
                .formatted(Expr.MAX_NODES, Expr.MAX_DEPTH)
            : "this could take %d steps, at most %d are allowed".formatted(Cost.of(expr), Cost.MAX);
    return new TypeProblem(List.of(), Kind.TOO_LARGE, message);
  }

  private static TypeProblem root(String message) {
    return new TypeProblem(List.of(), Kind.MISMATCH, message);
  }

  private static boolean isScore(Type type) {
    return type.isQuantity() || type == Type.YES_NO;
  }

  private @Nullable Type check(Expr expr) {
    return switch (expr) {
      case Expr.YesNo _ -> Type.YES_NO;
      case Expr.Quantity _, Expr.Text _, Expr.Time _, Expr.AddressLiteral _ -> known(expr);
      case Expr.FactRef(Fact fact) -> fact(fact);
      case Expr.FactOf(Fact fact, _) -> fact(fact);
      case Expr.Not _, Expr.And _, Expr.Or _ -> logic(expr);
      case Expr.Choose choose -> choose(choose);
      case Expr.Compare compare -> compare(compare);
      case Expr.Arithmetic arithmetic -> arithmetic(arithmetic);
      case Expr.Between between -> between(between);
      case Expr.TimeWindow _ -> needs(expr, Type.TIME, "in?", Type.YES_NO);
      case Expr.Member member -> member(member);
      case Expr.Matches(Expr text, _) -> matches(expr, text);
      case Expr.TextTest(Expr.TextQuestion question, _, _) ->
          needs(expr, Type.TEXT, question.word(), Type.YES_NO);
      case Expr.Length _ -> needs(expr, Type.TEXT, "length", Type.NUMBER);
      case Expr.ByteSize _ -> needs(expr, Type.TEXT, "bytesize", Type.SIZE);
      case Expr.Downcase _ -> needs(expr, Type.TEXT, "downcase", Type.TEXT);
      case Expr.AddressTest(AddressKind kind, _) ->
          needs(expr, Type.ADDRESS, kind.word(), Type.YES_NO);
    };
  }

  private Type matches(Expr expr, Expr text) {
    needs(expr, Type.TEXT, "=~", Type.YES_NO);
    if (Cost.longest(text) > Expr.MAX_TEXT) {
      reportAt(0, "`=~` is for text of at most 1024 characters, and this may have more");
    }
    return Type.YES_NO;
  }

  private Type fact(Fact fact) {
    if (!fact.isIn(scope)) {
      report(Kind.UNKNOWN_FACT, "%s has no `%s`", scope.description(), fact.word());
    }
    return fact.type();
  }

  private Type logic(Expr expr) {
    String sign = expr instanceof Expr.Not ? "!" : expr instanceof Expr.And ? "&&" : "||";
    return needs(expr, Type.YES_NO, sign, Type.YES_NO);
  }

  private @Nullable Type choose(Expr.Choose choose) {
    Type condition = checkChild(choose, 0);
    if (condition != null && condition != Type.YES_NO) {
      reportAt(0, "an `if` asks a yes/no value, not %s", condition.description());
    }
    Type then = checkChild(choose, 1);
    Type otherwise = checkChild(choose, 2);
    if (then != null && otherwise != null && then != otherwise) {
      report(
          Kind.MISMATCH,
          "both branches must be of one type, here %s and %s",
          then.description(),
          otherwise.description());
      return null;
    }
    return then;
  }

  private Type compare(Expr.Compare compare) {
    Type left = checkChild(compare, 0);
    Type right = checkChild(compare, 1);
    if (left == null || right == null) {
      return Type.YES_NO;
    }
    if (left != right) {
      report(Kind.MISMATCH, "can't compare %s with %s", left.description(), right.description());
    } else if (compare.operator().isOrder() && !left.isOrdered()) {
      report(
          Kind.MISMATCH,
          "`%s` needs amounts or times of day, not %s",
          compare.operator().sign(),
          left.description());
    } else {
      possible(compare.left(), compare.right());
      possible(compare.right(), compare.left());
    }
    return Type.YES_NO;
  }

  private void possible(Expr asked, Expr constant) {
    if (asked instanceof Expr.FactRef(Fact fact) && constant instanceof Expr.Text(String value)) {
      possible(fact, value);
    }
  }

  private void possible(Fact fact, String value) {
    if (fact.canEqual(value)) {
      return;
    }
    if (fact.choices().isEmpty()) {
      report(Kind.IMPOSSIBLE_VALUE, "`%s` is never \"%s\"", fact.word(), value);
    } else {
      String choices = String.join(", ", fact.choices());
      report(Kind.IMPOSSIBLE_VALUE, "`%s` is never \"%s\", only %s", fact.word(), value, choices);
    }
  }

  private @Nullable Type arithmetic(Expr.Arithmetic arithmetic) {
    Type left = checkChild(arithmetic, 0);
    Type right = checkChild(arithmetic, 1);
    if (left == null || right == null) {
      return null;
    }
    Type type = combine(arithmetic.operator(), left, right);
    if (type == null) {
      String form =
          switch (arithmetic.operator()) {
            case ADD -> "can't add %s and %s";
            case SUBTRACT -> "can't take from %s %s";
            case MULTIPLY -> "can't multiply %s by %s";
            case DIVIDE -> "can't divide %s by %s";
            case REMAINDER -> "can't take the remainder of %s by %s";
            case MINIMUM, MAXIMUM -> "can't choose between %s and %s";
          };
      report(Kind.MISMATCH, form, left.description(), right.description());
    }
    return type;
  }

  private Type between(Expr.Between between) {
    Type value = checkChild(between, 0);
    for (int i = 1; i <= 2; i++) {
      Type end = checkChild(between, i);
      if (value != null && end != null && end != value) {
        reportAt(i, "can't compare %s with %s", value.description(), end.description());
      }
    }
    if (value != null && !value.isQuantity()) {
      reportAt(0, "a range holds amounts, not %s", value.description());
    }
    return Type.YES_NO;
  }

  private Type member(Expr.Member member) {
    Type wanted = member.members().type();
    Type value = checkChild(member, 0);
    if (value != null && value != wanted) {
      reportAt(
          0, "can't look for %s where each entry is %s", value.description(), wanted.description());
    } else if (member.value() instanceof Expr.FactRef(Fact fact)
        && member.members() instanceof TextSet texts) {
      texts.impossible(fact).forEach(never -> possible(fact, never));
    }
    return Type.YES_NO;
  }

  /// Checks that all children have the type; reports those that do not, in the words of the rule.
  private Type needs(Expr expr, Type wanted, String word, Type result) {
    for (int i = 0; i < expr.childCount(); i++) {
      Type type = checkChild(expr, i);
      if (type != null && type != wanted) {
        reportAt(i, "`%s` is for %s, not %s", word, wanted.description(), type.description());
      }
    }
    return result;
  }

  private @Nullable Type checkChild(Expr expr, int index) {
    if (findings == null) {
      return check(expr.child(index));
    }
    findings.path.add(index);
    Type type = check(expr.child(index));
    findings.path.removeLast();
    return type;
  }

  private void reportAt(int child, String form, String... words) {
    if (findings != null) {
      findings.path.add(child);
    }
    report(Kind.MISMATCH, form, words);
    if (findings != null) {
      findings.path.removeLast();
    }
  }

  private void report(Kind kind, String form, String... words) {
    if (findings == null) {
      throw new Failed();
    }
    String message = form.formatted((Object[]) words);
    findings.problems.add(new TypeProblem(findings.path, kind, message));
  }
}
