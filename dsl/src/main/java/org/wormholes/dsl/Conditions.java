package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.wormholes.dsl.Value.Between;
import org.wormholes.dsl.Value.Pattern;
import org.wormholes.dsl.Value.Truth;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Expr.Operation;
import org.wormholes.rules.expr.Expr.TextQuestion;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Regex;
import org.wormholes.rules.expr.Type;
import org.wormholes.rules.expr.TypeChecker;

/// Makes expressions of the rule language out of what a condition says. Every mistake of types is
/// found here, in the words of the script.
final class Conditions {
  private final Membership membership;

  Conditions(Lists lists) {
    this.membership = new Membership(lists);
  }

  /// Whether the word asks something that Ruby itself would not know.
  boolean isQuestion(String name) {
    return Question.named(name).isPresent();
  }

  // ---- joining

  /// `left && right` or `left || right`; both are yes/no.
  static Term join(String operator, Term left, Term right) {
    boolean and = operator.equals("&&");
    if (left instanceof Term.Known(Truth(boolean yes))) {
      return yes == and ? right : left;
    }
    if (right instanceof Term.Known(Truth(boolean yes)) && yes == and) {
      return left;
    }
    Expr first = Terms.expr(left, Type.YES_NO);
    Expr second = Terms.expr(right, Type.YES_NO);
    return Terms.yesNo(and ? Exprs.all(first, second) : Exprs.any(first, second));
  }

  /// All or any of many conditions at once.
  Term joinAll(String operator, List<Term> terms) {
    boolean and = operator.equals("&&");
    List<Expr> exprs = new ArrayList<>();
    for (Term term : terms) {
      exprs.add(Terms.expr(term, Type.YES_NO));
    }
    return Terms.yesNo(and ? Exprs.all(exprs) : Exprs.any(exprs));
  }

  static Term not(Term term) {
    return switch (term) {
      case Term.Known(Truth(boolean yes)) -> Term.truth(!yes);
      case Term.Asked(Expr expr, Type type) when type == Type.YES_NO ->
          Terms.yesNo(Exprs.not(expr));
      default -> throw Mistake.of("`!` turns a condition round, but this is " + term.kind());
    };
  }

  Term choose(Term condition, Term then, Term otherwise) {
    Type type = Terms.commonType(then, otherwise);
    if (type == null) {
      throw Mistake.of("the branches of this `if` are " + then.kind() + " and " + otherwise.kind())
          .hinting("give both branches the same kind of value");
    }
    return new Term.Asked(
        Exprs.choose(
            Terms.expr(condition, Type.YES_NO),
            Terms.expr(then, type),
            Terms.expr(otherwise, type)),
        type);
  }

  Term extreme(String name, Term left, Term right) {
    return arithmetic(name.equals("min") ? Operation.MINIMUM : Operation.MAXIMUM, left, right);
  }

  // ---- asking

  /// `receiver.name(arguments)` where not all of it is known now.
  Term ask(String name, Term receiver, List<Term> arguments) {
    Term binary = arguments.size() == 1 ? binary(name, receiver, arguments.getFirst()) : null;
    if (binary != null) {
      return binary;
    }
    if (name.equals("!") && arguments.isEmpty()) {
      return not(receiver);
    }
    if (name.equals("-@") && arguments.isEmpty()) {
      return negated(receiver);
    }
    return switch (receiver) {
      case Term.Asked(Expr expr, Type type) -> question(name, expr, type, arguments);
      default -> constantQuestion(name, receiver, arguments);
    };
  }

  private @Nullable Term binary(String name, Term left, Term right) {
    return switch (name) {
      case "==" -> Comparing.compare(Comparison.EQUAL, left, right);
      case "!=" -> Comparing.compare(Comparison.NOT_EQUAL, left, right);
      case "<" -> Comparing.compare(Comparison.LESS, left, right);
      case "<=" -> Comparing.compare(Comparison.AT_MOST, left, right);
      case ">" -> Comparing.compare(Comparison.MORE, left, right);
      case ">=" -> Comparing.compare(Comparison.AT_LEAST, left, right);
      case "+" -> arithmetic(Operation.ADD, left, right);
      case "-" -> arithmetic(Operation.SUBTRACT, left, right);
      case "*" -> arithmetic(Operation.MULTIPLY, left, right);
      case "/" -> arithmetic(Operation.DIVIDE, left, right);
      case "%" -> arithmetic(Operation.REMAINDER, left, right);
      case "=~", "match?", "match" -> matches(left, right);
      case "!~" -> not(matches(left, right));
      case "&", "|" -> bitwise(name, left, right);
      case "in?" -> membership.in(left, right);
      case "include?", "member?", "cover?", "===" -> membership.include(name, left, right);
      default -> null;
    };
  }

  private Term question(String name, Expr expr, Type type, List<Term> arguments) {
    Term result =
        switch (type) {
          case TEXT -> ofText(name, expr, arguments);
          case ADDRESS -> ofAddress(name, expr, arguments);
          case TIME -> ofTime(name, expr, arguments);
          case NUMBER, DURATION, SIZE, RATE -> ofQuantity(name, expr, type, arguments);
          case YES_NO -> null;
        };
    if (result == null) {
      throw unknown(name, expr, type).inName();
    }
    return result;
  }

  private @Nullable Term ofText(String name, Expr expr, List<Term> arguments) {
    return switch (name) {
      case "start_with?" -> anyOf(TextQuestion.STARTS_WITH, expr, arguments);
      case "end_with?" -> anyOf(TextQuestion.ENDS_WITH, expr, arguments);
      case "under?" -> Membership.under(expr, arguments);
      case "listed?" -> membership.listed(expr, arguments);
      case "length", "size" ->
          bare(name, arguments, new Term.Asked(new Expr.Length(expr), Type.NUMBER));
      case "bytesize" -> bare(name, arguments, new Term.Asked(byteSize(expr), Type.SIZE));
      case "friend_of?" -> friendOf(expr, arguments);
      case "downcase" -> bare(name, arguments, new Term.Asked(new Expr.Downcase(expr), Type.TEXT));
      case "empty?" ->
          bare(
              name,
              arguments,
              Terms.yesNo(new Expr.Compare(Comparison.EQUAL, expr, new Expr.Text(""))));
      default -> null;
    };
  }

  /// A value need not be text, so its size is a fact of its own.
  private static Expr byteSize(Expr text) {
    return text.equals(new Expr.FactRef(Fact.VALUE))
        ? new Expr.FactRef(Fact.VALUE_SIZE)
        : new Expr.ByteSize(text);
  }

  /// `author.friend_of?(owner)`
  private static @Nullable Term friendOf(Expr expr, List<Term> arguments) {
    if (!expr.equals(new Expr.FactRef(Fact.AUTHOR)) || arguments.size() != 1) {
      return null;
    }
    if (FactCalls.isOwner(arguments.getFirst())) {
      return Terms.yesNo(new Expr.FactRef(Fact.FRIEND_OF_OWNER));
    }
    Value address = Terms.constant("friend_of?", arguments.getFirst());
    String node = Accepts.NODE.read().apply(address);
    if (node == null) {
      throw Mistake.of("`friend_of?` can't be asked about " + address.show())
          .hinting("ask about `owner`, or the address of a node");
    }
    return Terms.yesNo(new Expr.FactOf(Fact.FRIEND_OF, node));
  }

  private @Nullable Term ofAddress(String name, Expr expr, List<Term> arguments) {
    if (name.equals("listed?")) {
      return membership.listed(expr, arguments);
    }
    for (AddressKind kind : AddressKind.values()) {
      if (kind.word().equals(name)) {
        return bare(name, arguments, Terms.yesNo(new Expr.AddressTest(kind, expr)));
      }
    }
    return null;
  }

  private @Nullable Term ofTime(String name, Expr expr, List<Term> arguments) {
    if (name.equals("between?")) {
      requireTwo(name, arguments);
      Value low = Terms.constant(name, arguments.get(0));
      Value high = Terms.constant(name, arguments.get(1));
      return Membership.window(expr, new Between(low, high, false));
    }
    return null;
  }

  private @Nullable Term ofQuantity(String name, Expr expr, Type type, List<Term> arguments) {
    Expr zero = new Expr.Quantity(type, 0);
    return switch (name) {
      case "zero?" ->
          bare(name, arguments, Terms.yesNo(new Expr.Compare(Comparison.EQUAL, expr, zero)));
      case "positive?" ->
          bare(name, arguments, Terms.yesNo(new Expr.Compare(Comparison.MORE, expr, zero)));
      case "negative?" ->
          bare(name, arguments, Terms.yesNo(new Expr.Compare(Comparison.LESS, expr, zero)));
      case "between?" -> {
        requireTwo(name, arguments);
        Expr low = Comparing.comparable(arguments.get(0), type);
        yield Terms.yesNo(
            new Expr.Between(expr, low, Comparing.comparable(arguments.get(1), type), true));
      }
      case "clamp" -> {
        requireTwo(name, arguments);
        Term low = new Term.Asked(Comparing.comparable(arguments.get(0), type), type);
        yield extreme("max", low, extreme("min", new Term.Asked(expr, type), arguments.get(1)));
      }
      default -> null;
    };
  }

  private static void requireTwo(String name, List<Term> arguments) {
    if (arguments.size() != 2) {
      throw Mistake.of("`" + name + "` takes two ends, but was given " + arguments.size());
    }
  }

  private static Term bare(String name, List<Term> arguments, Term result) {
    if (!arguments.isEmpty()) {
      throw Mistake.of("`" + name + "` takes nothing");
    }
    return result;
  }

  private static Term constantQuestion(String name, Term receiver, List<Term> arguments) {
    Term asked =
        arguments.stream().filter(Term.Asked.class::isInstance).findFirst().orElse(receiver);
    Mistake mistake = Mistake.of("`" + name + "` can't be asked of " + receiver.kind());
    throw mistake.hinting(
        asked instanceof Term.Asked
            ? "put the fact first, as in `host." + name + " …`"
            : "ask it of a fact, such as `host` or `address`");
  }

  private static Mistake unknown(String name, Expr expr, Type type) {
    Set<String> known = new LinkedHashSet<>();
    Question.of(type).forEach(question -> known.add(question.name()));
    if (type == Type.TEXT && isAddressWord(name)) {
      return Mistake.of(described(expr, type) + " has no `" + name + "`")
          .hinting("ask it of the address: `address." + name + "`");
    }
    if (Units.named(name).isPresent()) {
      return Mistake.of(
              "`."
                  + name
                  + "` makes a quantity of a plain number, but this is "
                  + type.description())
          .hinting("put the unit on the constant: `latency < 80.ms`");
    }
    return new Mistake(
        described(expr, type) + " has no `" + name + "`",
        known.isEmpty() ? "" : "one of " + String.join(", ", known),
        Suggestion.didYouMean(name, known));
  }

  private static boolean isAddressWord(String name) {
    for (AddressKind kind : AddressKind.values()) {
      if (kind.word().equals(name)) {
        return true;
      }
    }
    return false;
  }

  private static String described(Expr expr, Type type) {
    return switch (expr) {
      case Expr.FactRef(Fact fact) -> "`" + fact.word() + "`";
      case Expr.FactOf(Fact fact, _) -> "`" + fact.word() + "`";
      default -> Terms.kindOf(type);
    };
  }

  // ---- arithmetic

  private static Term arithmetic(Operation operator, Term left, Term right) {
    Type first = Terms.typeOf(left);
    Type second = Terms.typeOf(right);
    Optional<Type> result =
        first == null || second == null
            ? Optional.empty()
            : TypeChecker.combined(operator, first, second);
    if (first == null || second == null || result.isEmpty()) {
      throw Mistake.of(
              "`" + operator.sign() + "` can't join " + left.kind() + " and " + right.kind())
          .hinting(missingUnit(first, second));
    }
    return new Term.Asked(
        new Expr.Arithmetic(operator, Terms.exprOf(left, first), Terms.exprOf(right, second)),
        result.get());
  }

  private static String missingUnit(@Nullable Type left, @Nullable Type right) {
    boolean missing =
        (left == Type.NUMBER && right != null && right.isQuantity())
            || (right == Type.NUMBER && left != null && left.isQuantity());
    return missing ? "give the number a unit, such as `80.ms` or `4.kib`" : "";
  }

  private static Term negated(Term term) {
    Type type = Terms.typeOf(term);
    if (type == null || !type.isQuantity()) {
      throw Mistake.of("`-` can't turn " + term.kind() + " round");
    }
    return new Term.Asked(
        new Expr.Arithmetic(
            Operation.SUBTRACT, new Expr.Quantity(type, 0), Terms.exprOf(term, type)),
        type);
  }

  /// `a < 80.ms & b` means `a < (80.ms & b)`, which nobody means.
  private Term bitwise(String name, Term left, Term right) {
    String proper = name.equals("&") ? "&&" : "||";
    if (Terms.isYesNo(left) && Terms.isYesNo(right)) {
      return join(proper, left, right);
    }
    throw Mistake.of(
            "`"
                + name
                + "` joins "
                + left.kind()
                + " and "
                + right.kind()
                + ": `"
                + name
                + "` binds tighter than comparisons")
        .hinting("write `" + proper + "` or add parentheses");
  }

  private Term anyOf(TextQuestion question, Expr text, List<Term> arguments) {
    if (arguments.isEmpty()) {
      throw Mistake.of("`" + question.word() + "` needs the text to look for");
    }
    Term any = Term.truth(false);
    for (Term argument : arguments) {
      Expr part =
          Terms.expr(argument, Type.TEXT, "`" + question.word() + "` looks for text, but this is ");
      any = join("||", any, Terms.yesNo(new Expr.TextTest(question, text, part)));
    }
    return any;
  }

  // ---- regular expressions

  private static Term matches(Term left, Term right) {
    Term text = right instanceof Term.Asked ? right : left;
    Term pattern = right instanceof Term.Asked ? left : right;
    if (!(text instanceof Term.Asked(Expr expr, Type type)) || type != Type.TEXT) {
      throw Mistake.of("a regular expression is matched against text, but this is " + text.kind());
    }
    if (!(pattern instanceof Term.Known(Pattern regex))) {
      throw new Mistake(
          "`=~` needs a regular expression, but this is " + pattern.kind(), "`host =~ /…/`", "");
    }
    if (regex.extended()) {
      throw Mistake.of("regular expressions with `/x` are not known")
          .hinting("write it without spaces");
    }
    Optional<Regex.Fault> fault = Regex.fault(regex.source());
    if (fault.isPresent()) {
      throw Mistake.of("this regular expression can't be used: " + fault.get().message());
    }
    return Terms.yesNo(
        new Expr.Matches(expr, Regex.of(regex.source(), regex.ignoresCase(), regex.multiline())));
  }
}
