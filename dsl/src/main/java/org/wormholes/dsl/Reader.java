package org.wormholes.dsl;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.ruby_lang.prism.Nodes;
import org.ruby_lang.prism.Nodes.Node;
import org.wormholes.rules.Position;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;

/// Reads a script's syntax tree and runs nothing: constants are worked out, words are handed to the
/// [Builder], and the conditions inside blocks become expressions. What cannot be read this way is
/// a problem that names it.
///
/// The full tier uses it for conditions only, with an [Outer] that knows what Ruby knows.
final class Reader {
  /// Most steps that one script may take; loops over lists are unrolled within it.
  static final int MAX_STEPS = 1_000_000;

  /// Methods every Ruby object has, which only Ruby can run.
  private static final Set<String> RUBY_METHODS =
      Set.of(
          "puts",
          "print",
          "p",
          "pp",
          "require",
          "require_relative",
          "load",
          "raise",
          "fail",
          "rand",
          "srand",
          "sleep",
          "format",
          "sprintf",
          "printf",
          "lambda",
          "proc",
          "loop",
          "eval",
          "system",
          "exec",
          "spawn",
          "fork",
          "abort",
          "exit!",
          "at_exit",
          "binding",
          "block_given?",
          "caller",
          "catch",
          "throw",
          "gets",
          "open",
          "select",
          "test",
          "trap",
          "warn",
          "Integer",
          "Float",
          "String",
          "Array",
          "Hash",
          "Rational",
          "attr_accessor",
          "attr_reader",
          "include",
          "extend",
          "using",
          "define_method",
          "send",
          "public_send",
          "method",
          "instance_eval",
          "class_eval",
          "freeze",
          "tap",
          "then",
          "private",
          "autoload",
          "`");

  private static final Set<String> RUBY_CONSTANTS =
      Set.of(
          "ENV",
          "ARGV",
          "File",
          "Dir",
          "IO",
          "Time",
          "Date",
          "Process",
          "Kernel",
          "Object",
          "Random",
          "Integer",
          "Float",
          "String",
          "Array",
          "Hash",
          "Symbol",
          "Struct",
          "Data",
          "Set",
          "Math",
          "Comparable",
          "Enumerable",
          "ObjectSpace",
          "Java",
          "JRuby",
          "STDIN",
          "STDOUT",
          "STDERR",
          "RUBY_VERSION",
          "Regexp",
          "Range",
          "Proc",
          "Class",
          "Module",
          "JSON",
          "YAML",
          "IPAddr",
          "URI",
          "Socket",
          "Thread",
          "Signal",
          "Marshal",
          "GC",
          "DATA",
          "BasicObject");

  /// What lies outside the syntax tree: nothing in the static tier, the running Ruby in the full
  /// one.
  interface Outer {
    Outer NONE =
        new Outer() {
          @Override
          public @Nullable Value local(String name) {
            return null;
          }

          @Override
          public @Nullable Value constant(String name) {
            return null;
          }

          @Override
          public @Nullable Value evaluate(String code, int line) {
            return null;
          }
        };

    @Nullable Value local(String name);

    @Nullable Value constant(String name);

    /// The value of a piece of Ruby that asks for no facts.
    @Nullable Value evaluate(String code, int line);
  }

  private final Source source;
  private final Problems problems;
  private final Builder builder;
  private final Conditions conditions;
  private final HelperCalls helperCalls = new HelperCalls(this);
  private final Loops loops = new Loops(this);
  private final Map<String, Nodes.DefNode> helpers = new LinkedHashMap<>();
  private final Map<String, Value> constants = new LinkedHashMap<>();
  private final IdentityHashMap<Expr, Position> places = new IdentityHashMap<>();
  private Outer outer = Outer.NONE;
  private boolean needsRuby;
  private long steps;

  Reader(Source source, Problems problems, Builder builder, Conditions conditions) {
    this.source = source;
    this.problems = problems;
    this.builder = builder;
    this.conditions = conditions;
  }

  private boolean rubyRuns() {
    return !outer.equals(Outer.NONE);
  }

  Source source() {
    return source;
  }

  Conditions conditions() {
    return conditions;
  }

  Nodes.@Nullable DefNode helper(String name) {
    return helpers.get(name);
  }

  boolean needsRuby() {
    return needsRuby;
  }

  /// Makes the methods that a file defines known before anything else is read.
  void collectHelpers(Nodes.@Nullable StatementsNode statements) {
    for (Node statement : bodyOf(statements)) {
      if (statement instanceof Nodes.DefNode def && def.receiver == null) {
        helpers.put(text(def.name), def);
      }
    }
  }

  /// Reads statements one after the other; what is wrong with one does not hide the next.
  Term statements(@Nullable Node node, Locals locals) {
    Term last = Term.nothing();
    for (Node statement : bodyOf(node)) {
      try {
        last = read(statement, locals);
      } catch (Halt told) {
        last = Term.known(Value.Broken.VALUE);
      }
    }
    return last;
  }

  /// The condition (or score) in a word's block.
  ///
  /// @throws Halt if there is none to be had; the problem is told
  Term condition(Nodes.BlockNode block, @Nullable Locals around, Scope scope, Outer ruby) {
    Locals locals = Locals.inCondition(around, scope);
    Outer before = outer;
    outer = ruby;
    try {
      List<String> names = loops.parameterNames(block.parameters);
      if (names.size() > 1) {
        throw fail(
            block.parameters, "the block takes " + names.size() + " values", "at most one", "");
      }
      if (names.size() == 1) {
        locals.declare(names.getFirst(), new Term.Facts(scope));
      }
      List<Node> body = bodyOf(block.body);
      if (body.isEmpty()) {
        throw fail(
            block,
            "the block is empty",
            "a condition, such as `" + Vocabulary.exampleOf(scope) + "`",
            "");
      }
      return lastOf(body, locals);
    } finally {
      outer = before;
    }
  }

  Term lastOf(List<Node> body, Locals locals) {
    for (Node statement : body.subList(0, body.size() - 1)) {
      if (!(statement instanceof Nodes.LocalVariableWriteNode)) {
        throw fail(
            statement,
            "this statement has no effect in a condition",
            "one condition, after assignments of local variables if need be",
            "join conditions with `&&` or `||`");
      }
      read(statement, locals);
    }
    Node last = body.getLast();
    if (last instanceof Nodes.LocalVariableWriteNode) {
      throw assigns(last);
    }
    return read(last, locals);
  }

  // ---- expressions

  Term read(Node node, Locals locals) {
    charge(node, 1);
    return switch (node) {
      case Nodes.CallNode call -> call(call, locals);
      case Nodes.StringNode string -> Term.known(new Value.Text(utf8(string.unescaped)));
      case Nodes.SymbolNode symbol -> Term.known(new Value.Name(utf8(symbol.unescaped)));
      case Nodes.IntegerNode integer -> Term.known(whole(integer));
      case Nodes.FloatNode decimal -> Term.known(decimal(decimal, decimal.value));
      case Nodes.TrueNode _ -> Term.truth(true);
      case Nodes.FalseNode _ -> Term.truth(false);
      case Nodes.NilNode _ -> Term.nothing();
      case Nodes.InterpolatedStringNode string ->
          Term.known(new Value.Text(interpolated(string.parts, locals, node)));
      case Nodes.InterpolatedSymbolNode symbol ->
          Term.known(new Value.Name(interpolated(symbol.parts, locals, node)));
      case Nodes.ArrayNode array -> Term.known(items(array.elements, locals));
      case Nodes.HashNode hash -> Term.known(table(hash.elements, locals));
      case Nodes.RangeNode range ->
          Term.known(range(range.left, range.right, range.isExcludeEnd(), locals));
      case Nodes.RegularExpressionNode regex ->
          Term.known(
              new Value.Pattern(
                  utf8(regex.unescaped),
                  regex.isIgnoreCase(),
                  regex.isMultiLine(),
                  regex.isExtended()));
      case Nodes.InterpolatedRegularExpressionNode regex ->
          Term.known(
              new Value.Pattern(
                  interpolated(regex.parts, locals, node),
                  regex.isIgnoreCase(),
                  regex.isMultiLine(),
                  regex.isExtended()));
      case Nodes.ParenthesesNode parentheses -> parentheses(parentheses, locals);
      case Nodes.StatementsNode statements -> parenthesized(statements, locals);
      case Nodes.LocalVariableReadNode read -> local(read, text(read.name), locals);
      case Nodes.ItLocalVariableReadNode _ -> local(node, "it", locals);
      case Nodes.LocalVariableWriteNode write -> write(write, locals);
      case Nodes.LocalVariableOperatorWriteNode write -> operatorWrite(write, locals);
      case Nodes.ConstantReadNode constant -> constant(constant);
      case Nodes.ConstantWriteNode write -> constantWrite(write, locals);
      case Nodes.AndNode and -> and(and, locals);
      case Nodes.OrNode or -> or(or, locals);
      case Nodes.IfNode branch ->
          branch(node, branch.predicate, branch.statements, branch.subsequent, false, locals);
      case Nodes.UnlessNode branch ->
          branch(node, branch.predicate, branch.statements, branch.else_clause, true, locals);
      case Nodes.ElseNode other ->
          other.statements == null ? Term.nothing() : parenthesized(other.statements, locals);
      case Nodes.DefNode def -> def(def, locals);
      case Nodes.MatchWriteNode match -> call(match.call, locals);
      case Nodes.FlipFlopNode _ ->
          throw fail(
              node,
              "a range can't be a condition by itself",
              "a question about it",
              "ask `time.in? \"22:00\"..\"06:00\"`");
      case Nodes.MatchLastLineNode _, Nodes.InterpolatedMatchLastLineNode _ ->
          throw fail(
              node,
              "a regular expression can't be a condition by itself",
              "a question about it",
              "ask `host =~ /…/`");
      default -> foreign(node, Names.of(node), locals);
    };
  }

  private void charge(Node node, long work) {
    steps += work;
    if (steps > MAX_STEPS) {
      problems.add(
          problem(node, "the ruleset takes more than " + MAX_STEPS + " steps")
              .hinting("make its loops and lists shorter"));
      throw new Exhausted();
    }
  }

  private Value whole(Nodes.IntegerNode node) {
    return switch (node.value) {
      case Integer small -> new Value.Whole(small);
      case Long large -> new Value.Whole(large);
      default -> throw fail(node, "the number does not fit 64 bits", "", "");
    };
  }

  private Value decimal(Node node, double value) {
    if (!Double.isFinite(value)) {
      throw fail(node, "the number is too large", "", "");
    }
    return new Value.Decimal(value);
  }

  private String interpolated(Node[] parts, Locals locals, Node whole) {
    StringBuilder text = new StringBuilder();
    for (Node part : parts) {
      switch (part) {
        case Nodes.StringNode string -> text.append(utf8(string.unescaped));
        case Nodes.InterpolatedStringNode inner ->
            text.append(interpolated(inner.parts, locals, whole));
        case Nodes.EmbeddedStatementsNode embedded -> text.append(embedded(embedded, locals));
        default -> throw needsRuby(part, Names.of(part));
      }
      if (text.length() > Arithmetic.LONGEST_TEXT) {
        throw fail(
            whole,
            "the text becomes longer than " + Arithmetic.LONGEST_TEXT + " characters",
            "",
            "");
      }
    }
    charge(whole, text.length() / 256);
    return text.toString();
  }

  private String embedded(Nodes.EmbeddedStatementsNode node, Locals locals) {
    Value value =
        node.statements == null
            ? Value.Nothing.VALUE
            : value(node.statements, locals, "put into text");
    return switch (value) {
      case Value.Text _, Value.Name _, Value.Whole _, Value.Truth _, Value.Nothing _ ->
          value.inserted();
      case Value.Span _, Value.Size _, Value.Rate _ -> value.inserted();
      default -> throw needsRuby(node, value.kind() + " inside text");
    };
  }

  private Value.Items items(Node[] elements, Locals locals) {
    List<Value> items = new ArrayList<>();
    for (Node element : elements) {
      if (element instanceof Nodes.SplatNode splat && splat.expression != null) {
        items.addAll(listed(splat.expression, value(splat.expression, locals, "part of a list")));
      } else if (element instanceof Nodes.KeywordHashNode hash) {
        items.add(table(hash.elements, locals));
      } else {
        items.add(value(element, locals, "part of a list"));
      }
    }
    try {
      Value.Items list = Arithmetic.items(items);
      charge(
          elements.length == 0 ? new Nodes.NilNode(0, 0) : elements[0],
          Arithmetic.weight(list) / 16);
      return list;
    } catch (Mistake mistake) {
      throw fail(elements[0], mistake);
    }
  }

  private Value.Table table(Node[] elements, Locals locals) {
    Map<Value, Value> pairs = new LinkedHashMap<>();
    for (Node element : elements) {
      if (element instanceof Nodes.AssocNode pair && pair.value != null) {
        pairs.put(
            value(pair.key, locals, "part of a hash"), value(pair.value, locals, "part of a hash"));
      } else {
        throw needsRuby(element, Names.of(element));
      }
    }
    Value.Table table = new Value.Table(pairs);
    if (Arithmetic.weight(table) > Arithmetic.LONGEST_LIST) {
      throw fail(
          elements[0],
          "the hash becomes larger than " + Arithmetic.LONGEST_LIST + " parts",
          "",
          "");
    }
    return table;
  }

  private Value range(@Nullable Node from, @Nullable Node to, boolean excludesEnd, Locals locals) {
    Value low = from == null ? Value.Nothing.VALUE : value(from, locals, "the start of a range");
    Value high = to == null ? Value.Nothing.VALUE : value(to, locals, "the end of a range");
    return new Value.Between(low, high, excludesEnd);
  }

  private Term parentheses(Nodes.ParenthesesNode node, Locals locals) {
    return node.body == null ? Term.nothing() : read(node.body, locals);
  }

  private Term parenthesized(Nodes.StatementsNode node, Locals locals) {
    if (locals.facts() != null) {
      return lastOf(bodyOf(node), locals);
    }
    Term last = Term.nothing();
    for (Node statement : bodyOf(node)) {
      last = read(statement, locals);
    }
    return last;
  }

  private Term local(Node node, String name, Locals locals) {
    Term found = locals.find(name);
    if (found == null) {
      Value known = outer.local(name);
      found = known == null ? null : Term.known(known);
    }
    if (found == null) {
      throw fail(
          node,
          "`" + name + "` has no value here",
          "",
          Suggestion.didYouMean(name, locals.names()));
    }
    if (found instanceof Term.Known(Value.Broken _)) {
      throw new Halt();
    }
    return found;
  }

  private Term write(Nodes.LocalVariableWriteNode node, Locals locals) {
    String name = text(node.name);
    try {
      Term value = read(node.value, locals);
      locals.assign(name, value);
      return value;
    } catch (Halt told) {
      locals.assign(name, Term.known(Value.Broken.VALUE));
      throw told;
    }
  }

  private Term operatorWrite(Nodes.LocalVariableOperatorWriteNode node, Locals locals) {
    String name = text(node.name);
    String operator = text(node.binary_operator);
    Term before = local(node, name, locals);
    Term value = apply(node, operator, before, List.of(read(node.value, locals)), locals);
    locals.assign(name, value);
    return value;
  }

  private Term constant(Nodes.ConstantReadNode node) {
    String name = text(node.name);
    Value found = constants.get(name);
    if (found == null) {
      found = outer.constant(name);
    }
    if (found instanceof Value.Broken) {
      throw new Halt();
    }
    if (found != null) {
      return Term.known(found);
    }
    if (RUBY_CONSTANTS.contains(name)) {
      throw needsRuby(node, "`" + name + "`");
    }
    throw fail(
        node,
        "unknown constant `" + name + "`",
        "",
        Suggestion.didYouMean(name, constants.keySet()));
  }

  private Term constantWrite(Nodes.ConstantWriteNode node, Locals locals) {
    String name = text(node.name);
    if (locals.facts() != null) {
      throw assigns(node);
    }
    if (constants.containsKey(name)) {
      throw fail(
          node,
          "the constant `" + name + "` has a value already",
          "",
          "give one of them another name");
    }
    constants.put(name, Value.Broken.VALUE);
    Value value = value(node.value, locals, "a constant");
    constants.put(name, value);
    return Term.known(value);
  }

  private Term def(Nodes.DefNode node, Locals locals) {
    String name = text(node.name);
    if (node.receiver != null) {
      throw needsRuby(node, "a method of one object");
    }
    if (locals.facts() != null || (locals.room() != null && locals.room().room() != Room.FILE)) {
      throw fail(
          node,
          "the helper `" + name + "` is defined inside a block",
          "helpers at the top of the file, outside `ruleset`",
          "");
    }
    helpers.put(name, node);
    return Term.known(new Value.Name(name));
  }

  // ---- conditions and branches

  private Term and(Nodes.AndNode node, Locals locals) {
    if (locals.facts() == null) {
      Value left = value(node.left, locals, "a condition");
      return left.isTruthy() ? read(node.right, locals) : Term.known(left);
    }
    return joined(node, node.left, node.right, "&&", locals);
  }

  private Term or(Nodes.OrNode node, Locals locals) {
    if (locals.facts() == null) {
      Value left = value(node.left, locals, "a condition");
      return left.isTruthy() ? Term.known(left) : read(node.right, locals);
    }
    return joined(node, node.left, node.right, "||", locals);
  }

  /// Reads both sides even when one is wrong, so that both are told.
  private Term joined(Node node, Node leftNode, Node rightNode, String operator, Locals locals) {
    Term left = attempt(leftNode, locals);
    Term right = attempt(rightNode, locals);
    if (isBroken(left) || isBroken(right)) {
      throw new Halt();
    }
    String need = "`" + operator + "` joins conditions";
    requireYesNo(leftNode, left, need, null);
    requireYesNo(rightNode, right, need, leftNode);
    return placed(node, conditions.join(operator, left, right));
  }

  void requireYesNo(Node node, Term term, String need, @Nullable Node first) {
    if (!Conditions.isYesNo(term)) {
      Problem problem =
          problem(node, need + ", but this is " + term.kind()).expecting("a yes/no value");
      String subject = first == null ? null : subjectOf(first);
      if (term instanceof Term.Known(Value.Text text) && subject != null) {
        problem = problem.hinting("compare it too: `" + subject + " == " + text.show() + "`");
      }
      problems.add(problem);
      throw new Halt();
    }
  }

  private @Nullable String subjectOf(Node first) {
    return first instanceof Nodes.CallNode call
            && call.receiver != null
            && text(call.name).equals("==")
        ? source.slice(call.receiver.startOffset, call.receiver.endOffset())
        : null;
  }

  private Term attempt(Node node, Locals locals) {
    try {
      return read(node, locals);
    } catch (Halt told) {
      return Term.known(Value.Broken.VALUE);
    }
  }

  private static boolean isBroken(Term term) {
    return term instanceof Term.Known(Value.Broken _);
  }

  private Term branch(
      Node node,
      Node test,
      @Nullable Node then,
      @Nullable Node otherwise,
      boolean negated,
      Locals locals) {
    if (locals.facts() != null
        && (test instanceof Nodes.LocalVariableWriteNode
            || test instanceof Nodes.ConstantWriteNode)) {
      throw assigns(test);
    }
    Term asked = read(test, locals);
    if (asked instanceof Term.Known(Value value)) {
      boolean taken = value.isTruthy() != negated;
      Node chosen = taken ? then : otherwise;
      if (chosen == null && locals.facts() != null) {
        throw needsElse(node);
      }
      return chosen == null ? Term.nothing() : read(chosen, locals);
    }
    if (then == null || otherwise == null) {
      throw needsElse(node);
    }
    requireYesNo(test, asked, "`if` asks a condition", null);
    Term first = attempt(negated ? otherwise : then, locals);
    Term second = attempt(negated ? then : otherwise, locals);
    if (isBroken(first) || isBroken(second)) {
      throw new Halt();
    }
    try {
      return placed(node, conditions.choose(asked, first, second));
    } catch (Mistake mistake) {
      throw fail(node, mistake);
    }
  }

  private Halt needsElse(Node node) {
    return fail(
        node,
        "this `if`/`unless` needs an `else`",
        "a value either way: a condition must always have an answer",
        "");
  }

  private Halt assigns(Node node) {
    return fail(node, "`=` assigns a value", "a condition", "write `==` to compare");
  }

  // ---- calls

  private Term call(Nodes.CallNode node, Locals locals) {
    String name = text(node.name);
    if (node.receiver == null) {
      return bareCall(node, name, locals);
    }
    if (rubyRuns() && !asks(node, locals)) {
      return constantCall(node, name, locals);
    }
    return receiverCall(node, name, locals);
  }

  /// A call that asks for no facts, where full Ruby stands by: what cannot be read is run.
  private Term constantCall(Nodes.CallNode node, String name, Locals locals) {
    List<Problem> before = problems.mark();
    try {
      return receiverCall(node, name, locals);
    } catch (Halt told) {
      Value value =
          outer.evaluate(
              source.slice(node.startOffset, node.endOffset()), source.lineOf(node.startOffset));
      if (value == null) {
        throw told;
      }
      problems.rollBack(before);
      return Term.known(value);
    }
  }

  private Term receiverCall(Nodes.CallNode node, String name, Locals locals) {
    if (node.isSafeNavigation()) {
      return foreign(node, "`&.`", locals);
    }
    if (node.block instanceof Nodes.BlockNode block) {
      Term receiver = read(node.receiver, locals);
      if (receiver instanceof Term.Known(Value.Subject(RoomFrame frame))) {
        return word(node, name, frame, locals);
      }
      return loops.iterate(node, name, receiver, block, locals);
    }
    if (locals.facts() != null
        && node.receiver instanceof Nodes.ArrayNode array
        && asks(array, locals)) {
      return extreme(node, name, array, locals);
    }
    Term receiver = read(node.receiver, locals);
    if (receiver instanceof Term.Known(Value.Subject(RoomFrame frame))) {
      return word(node, name, frame, locals);
    }
    if (receiver instanceof Term.Facts(Scope scope)) {
      return fact(node, name, scope, locals);
    }
    return apply(node, name, receiver, arguments(node, locals), locals);
  }

  private List<Term> arguments(Nodes.CallNode node, Locals locals) {
    List<Term> terms = new ArrayList<>();
    for (Node argument : argumentsOf(node)) {
      if (argument instanceof Nodes.SplatNode splat && splat.expression != null) {
        listed(splat.expression, value(splat.expression, locals, "an argument"))
            .forEach(item -> terms.add(Term.known(item)));
      } else if (argument instanceof Nodes.KeywordHashNode hash) {
        terms.add(Term.known(table(hash.elements, locals)));
      } else {
        terms.add(read(argument, locals));
      }
    }
    if (node.block != null && !(node.block instanceof Nodes.BlockNode)) {
      throw needsRuby(node.block, "a block handed on with `&`");
    }
    return terms;
  }

  /// A call on a receiver: an operator, a unit, a question, or one of Ruby's own methods.
  private Term apply(Node node, String name, Term receiver, List<Term> arguments, Locals locals) {
    try {
      charge(node, weight(receiver));
      for (Term argument : arguments) {
        charge(node, weight(argument));
      }
      if (receiver instanceof Term.Known(Value value) && areKnown(arguments)) {
        Value result = known(name, value, arguments.stream().map(Reader::valueOf).toList());
        if (result != null) {
          return Term.known(result);
        }
        if (locals.facts() == null || !conditions.isQuestion(name)) {
          return foreign(node, "`." + name + "` of " + value.kind(), locals);
        }
      }
      return placed(node, conditions.ask(name, receiver, arguments));
    } catch (Mistake mistake) {
      boolean inName = mistake.isAboutName() && node instanceof Nodes.CallNode;
      throw fail(inName ? nameSpan((Nodes.CallNode) node) : node, mistake);
    }
  }

  private @Nullable Value known(String name, Value receiver, List<Value> arguments) {
    if (arguments.isEmpty()) {
      if (name.equals("!")) {
        return Value.truth(!receiver.isTruthy());
      }
      if (name.equals("-@")) {
        return Arithmetic.negate(receiver);
      }
      if (name.equals("+@")) {
        return receiver;
      }
      Units.Unit unit = Units.named(name).orElse(null);
      if (unit != null && Arithmetic.isNumber(receiver)) {
        try {
          return Units.of(receiver, unit);
        } catch (ArithmeticException e) {
          throw Mistake.of(receiver.show() + "." + name + " does not fit 64 bits");
        }
      }
    }
    return Constants.call(name, receiver, arguments);
  }

  /// About how much work it is to look at all of a constant once.
  private static long weight(Term term) {
    return term instanceof Term.Known(Value value) ? Arithmetic.weight(value) / 16 : 0;
  }

  private static boolean areKnown(List<Term> terms) {
    return terms.stream().allMatch(term -> term instanceof Term.Known);
  }

  static Value valueOf(Term term) {
    return ((Term.Known) term).value();
  }

  private Term bareCall(Nodes.CallNode node, String name, Locals locals) {
    RoomFrame room = locals.room();
    if (room != null && Vocabulary.word(room.room(), name) != null) {
      return word(node, name, room, locals);
    }
    Nodes.DefNode helper = helpers.get(name);
    if (helper != null) {
      return helperCalls.call(node, name, helper, locals);
    }
    Scope scope = locals.facts();
    if (scope != null) {
      return fact(node, name, scope, locals);
    }
    if (room == null) {
      throw needsRuby(node, "`" + name + "`");
    }
    if (RUBY_METHODS.contains(name)) {
      throw needsRuby(nameSpan(node), "`" + name + "`");
    }
    return word(node, name, room, locals);
  }

  private Term fact(Nodes.CallNode node, String name, Scope scope, Locals locals) {
    Fact fact = Fact.named(name, scope).orElse(null);
    boolean bare = argumentsOf(node).isEmpty() && node.block == null;
    if (fact != null && fact.argument().isPresent()) {
      return factOf(node, fact, fact.argument().get(), locals);
    }
    if (fact != null && bare) {
      return placed(node, new Term.Asked(new Expr.FactRef(fact), fact.type()));
    }
    if (fact != null) {
      throw fail(nameSpan(node), "`" + name + "` takes nothing", "`" + fact.example() + "`", "");
    }
    if (name.equals("otherwise") && bare) {
      return Term.truth(true);
    }
    if (rubyRuns() && node.receiver == null && !RUBY_METHODS.contains(name)) {
      Value value =
          outer.evaluate(
              source.slice(node.startOffset, node.endOffset()), source.lineOf(node.startOffset));
      if (value != null) {
        return Term.known(value);
      }
    }
    if (node.receiver == null && RUBY_METHODS.contains(name)) {
      throw fail(
          nameSpan(node),
          "`" + name + "` can't run in a condition",
          "facts and constants only",
          "");
    }
    throw unknownFact(node, name, scope, locals);
  }

  /// `carrier_up?("tor")`
  private Term factOf(Nodes.CallNode node, Fact fact, Fact.Argument about, Locals locals) {
    List<Node> given = argumentsOf(node);
    String expected = "the name of " + about.description() + ", as in `" + fact.example() + "`";
    if (given.size() != 1 || node.block != null) {
      throw fail(nameSpan(node), "`" + fact.word() + "` takes one name", expected, "");
    }
    Term term = read(given.getFirst(), locals);
    if (!(term instanceof Term.Known(Value value))) {
      throw fail(
          given.getFirst(),
          "`" + fact.word() + "` takes a name that is known beforehand",
          expected,
          "");
    }
    String of = Accepts.NAME.read().apply(value);
    if (of == null) {
      throw fail(
          given.getFirst(),
          "`" + fact.word() + "` can't be asked about " + value.show(),
          expected,
          Accepts.NAME.advice().apply(value));
    }
    return placed(node, new Term.Asked(new Expr.FactOf(fact, of), fact.type()));
  }

  private Halt unknownFact(Nodes.CallNode node, String name, Scope scope, Locals locals) {
    for (Scope other : Scope.values()) {
      Fact elsewhere = Fact.named(name, other).orElse(null);
      if (elsewhere != null) {
        return fail(
            nameSpan(node),
            scope.description() + " has no `" + name + "`",
            "one of " + factNames(scope),
            other.description() + " has it: ask in " + Vocabulary.askedIn(other));
      }
    }
    List<String> known = new ArrayList<>(Fact.in(scope).stream().map(Fact::word).toList());
    known.addAll(helpers.keySet());
    known.addAll(locals.names());
    known.add("otherwise");
    return fail(
        nameSpan(node),
        scope.description() + " has no `" + name + "`",
        "one of " + factNames(scope),
        Suggestion.didYouMean(name, known));
  }

  private static String factNames(Scope scope) {
    return String.join(", ", Fact.in(scope).stream().map(Fact::word).toList());
  }

  /// `[latency, 5.ms].max`
  private Term extreme(Nodes.CallNode node, String name, Nodes.ArrayNode array, Locals locals) {
    if (!(name.equals("min") || name.equals("max")) || !argumentsOf(node).isEmpty()) {
      throw fail(
          node,
          "`." + name + "` needs a list of constants",
          "constants in the list; only `.min` and `.max` work on facts",
          "");
    }
    Term result = null;
    for (Node element : array.elements) {
      Term term = read(element, locals);
      try {
        result = result == null ? term : conditions.extreme(name, result, term);
      } catch (Mistake mistake) {
        throw fail(node, mistake);
      }
    }
    return placed(node, result == null ? Term.nothing() : result);
  }

  /// Whether a piece of a condition asks for anything that is not known now.
  private boolean asks(Node node, Locals locals) {
    if (node instanceof Nodes.CallNode call && call.receiver == null) {
      String name = text(call.name);
      Scope scope = locals.facts();
      if (helpers.containsKey(name) || (scope != null && Fact.named(name, scope).isPresent())) {
        return true;
      }
    }
    if (node instanceof Nodes.LocalVariableReadNode read) {
      Term term = locals.find(text(read.name));
      if (term != null && !(term instanceof Term.Known)) {
        return true;
      }
    }
    for (Node child : node.childNodes()) {
      if (child != null && asks(child, locals)) {
        return true;
      }
    }
    return false;
  }

  // ---- words

  private Term word(Nodes.CallNode node, String name, RoomFrame frame, Locals locals) {
    List<Invocation.Argument> positional = new ArrayList<>();
    List<Invocation.Keyword> keywords = new ArrayList<>();
    for (Node argument : argumentsOf(node)) {
      if (argument instanceof Nodes.KeywordHashNode hash) {
        keywords(hash, keywords, locals);
      } else if (argument instanceof Nodes.SplatNode splat && splat.expression != null) {
        Value list = attemptValue(splat.expression, locals);
        if (!(list instanceof Value.Broken)) {
          listed(splat.expression, list)
              .forEach(item -> positional.add(new Invocation.Argument(item, position(splat))));
        }
      } else {
        positional.add(new Invocation.Argument(attemptValue(argument, locals), position(argument)));
      }
    }
    Invocation.Block block = null;
    if (node.block instanceof Nodes.BlockNode literal) {
      block = new TreeBlock(literal, locals);
    } else if (node.block != null) {
      throw needsRuby(node.block, "a block handed on with `&`");
    }
    Position whole = position(node);
    return Term.known(
        builder.invoke(
            frame,
            new Invocation(name, position(nameSpan(node)), whole, positional, keywords, block)));
  }

  private void keywords(
      Nodes.KeywordHashNode hash, List<Invocation.Keyword> keywords, Locals locals) {
    for (Node element : hash.elements) {
      if (element instanceof Nodes.AssocSplatNode splat && splat.value != null) {
        Value pairs = attemptValue(splat.value, locals);
        if (pairs instanceof Value.Table(Map<Value, Value> table)) {
          table.forEach((key, value) ->
              keywords.add(
                  new Invocation.Keyword(key.inserted(), position(splat), value, position(splat))));
        } else if (!(pairs instanceof Value.Broken)) {
          problems.add(problem(splat, "`**` needs a hash, but this is " + pairs.kind()));
        }
      } else if (element instanceof Nodes.AssocNode pair
          && pair.key instanceof Nodes.SymbolNode key
          && pair.value != null) {
        Value value = attemptValue(valueNode(pair), locals);
        keywords.add(
            new Invocation.Keyword(
                utf8(key.unescaped), position(key), value, position(valueNode(pair))));
      } else {
        problems.add(problem(element, "a word takes named values").expecting("`name: value`"));
      }
    }
  }

  /// `port:` alone stands for `port: port`.
  static Node valueNode(Nodes.AssocNode pair) {
    return pair.value instanceof Nodes.ImplicitNode implicit ? implicit.value : pair.value;
  }

  private Value attemptValue(Node node, Locals locals) {
    try {
      return value(node, locals, "given to a word");
    } catch (Halt told) {
      return Value.Broken.VALUE;
    }
  }

  /// A block of the static tier: the piece of the tree, and the names it sees.
  private final class TreeBlock implements Invocation.Block {
    private final Nodes.BlockNode node;
    private final Locals around;

    TreeBlock(Nodes.BlockNode node, Locals around) {
      this.node = node;
      this.around = around;
    }

    @Override
    public Position position() {
      return Reader.this.position(node);
    }

    @Override
    public void run(RoomFrame frame) {
      try {
        if (!loops.parameterNames(node.parameters).isEmpty()) {
          throw fail(node.parameters, "a room's block takes no values", "", "");
        }
      } catch (Halt told) {
        return;
      }
      statements(node.body, Locals.inRoom(around, frame));
    }

    @Override
    public Term condition(Scope scope) {
      return Reader.this.condition(node, around, scope, Outer.NONE);
    }
  }

  // ---- places and failures

  Position position(Node node) {
    return source.position(node.startOffset, node.endOffset());
  }

  /// The name of a call, which its node does not record: a node in name only, for its span.
  Node nameSpan(Nodes.CallNode node) {
    int length = node.name.length;
    int from =
        node.receiver == null
            ? node.startOffset
            : source.find(node.receiver.endOffset(), node.name);
    return from < 0 ? node : new Nodes.NilNode(from, length);
  }

  /// Where in the text an expression was read, if it came from one place.
  @Nullable Position placeOf(Expr expr) {
    return places.get(expr);
  }

  Term placed(Node node, Term term) {
    if (term instanceof Term.Asked(Expr expr, _)) {
      places.putIfAbsent(expr, position(node));
    }
    return term;
  }

  Value value(Node node, Locals locals, String purpose) {
    Term term = read(node, locals);
    return switch (term) {
      case Term.Known(Value.Broken _) -> throw new Halt();
      case Term.Known(Value value) -> value;
      default ->
          throw fail(
              node, term.kind() + " that is asked for can't be " + purpose, "a constant", "");
    };
  }

  List<Value> listed(Node node, Value value) {
    try {
      List<Value> items = Constants.listed(value);
      if (items == null) {
        throw fail(node, "`*` needs a list, but this is " + value.kind(), "", "");
      }
      return items;
    } catch (Mistake mistake) {
      throw fail(node, mistake);
    }
  }

  /// What the static tier has no answer for: full Ruby may know, where it runs.
  Term foreign(Node node, String what, Locals locals) {
    if (rubyRuns() && !asks(node, locals)) {
      Value value =
          outer.evaluate(
              source.slice(node.startOffset, node.endOffset()), source.lineOf(node.startOffset));
      if (value != null) {
        return Term.known(value);
      }
    }
    if (locals.facts() != null) {
      throw fail(
          node,
          what + " can't stand in a condition",
          "comparisons, arithmetic, questions, `&&`, `||`, `!`, `if` with `else`, and constants",
          "");
    }
    throw needsRuby(node, what);
  }

  Halt needsRuby(Node node, String what) {
    needsRuby = true;
    return fail(node, "this needs full Ruby (" + what + ")", "", "");
  }

  private Problem problem(Node node, String message) {
    return Problem.error(position(node), message);
  }

  Halt fail(Node node, String message, String expected, String hint) {
    problems.add(problem(node, message).expecting(expected).hinting(hint));
    return new Halt();
  }

  Halt fail(Node node, Mistake mistake) {
    return fail(node, mistake.message(), mistake.expected(), mistake.hint());
  }

  static List<Node> bodyOf(@Nullable Node node) {
    return switch (node) {
      case null -> List.of();
      case Nodes.StatementsNode statements -> List.of(statements.body);
      default -> List.of(node);
    };
  }

  static List<Node> argumentsOf(Nodes.CallNode node) {
    return node.arguments == null ? List.of() : List.of(node.arguments.arguments);
  }

  static String text(byte[] name) {
    return new String(name, StandardCharsets.UTF_8);
  }

  static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
