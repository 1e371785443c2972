package org.wormholes.dsl;

import java.nio.charset.StandardCharsets;
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
import org.wormholes.rules.expr.Scope;

/// Reads a script's syntax tree and runs nothing: constants are worked out, words are handed to the
/// [Builder], and the conditions inside blocks become expressions. What cannot be read this way is
/// a problem that names it.
///
/// The full tier uses it for conditions only, with an [Outer] that knows what Ruby knows.
final class Reader {
  /// Most steps that one script may take; loops over lists are unrolled within it.
  static final int MAX_STEPS = 1_000_000;

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
  private final Loops loops = new Loops(this);
  private final Calls calls = new Calls(this);
  private final Branches branches = new Branches(this);
  private final ConstantReader constantReader = new ConstantReader(this);
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

  boolean rubyRuns() {
    return !outer.equals(Outer.NONE);
  }

  Source source() {
    return source;
  }

  Conditions conditions() {
    return conditions;
  }

  Problems problems() {
    return problems;
  }

  Builder builder() {
    return builder;
  }

  Loops loops() {
    return loops;
  }

  ConstantReader constants() {
    return constantReader;
  }

  Set<String> helperNames() {
    return helpers.keySet();
  }

  /// The value of a piece of the script that asks for no facts, where full Ruby stands by.
  @Nullable Value evaluate(Node node) {
    return outer.evaluate(
        source.slice(node.startOffset, node.endOffset()), source.lineOf(node.startOffset));
  }

  void requireYesNo(Node node, Term term, String need, @Nullable Node first) {
    branches.requireYesNo(node, term, need, first);
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

  /// What the statements of a helper or a block come to: its last one. In a condition only
  /// assignments may stand before that.
  Term valueOf(List<Node> body, Locals locals) {
    if (body.isEmpty()) {
      return Term.nothing();
    }
    if (locals.facts() != null) {
      return lastOf(body, locals);
    }
    Term last = Term.nothing();
    for (Node statement : body) {
      last = read(statement, locals);
    }
    return last;
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
      case Nodes.CallNode call -> calls.call(call, locals);
      case Nodes.StringNode string -> Term.known(new Value.Text(utf8(string.unescaped)));
      case Nodes.SymbolNode symbol -> Term.known(new Value.Name(utf8(symbol.unescaped)));
      case Nodes.IntegerNode integer -> Term.known(constantReader.whole(integer));
      case Nodes.FloatNode decimal -> Term.known(constantReader.decimal(decimal, decimal.value));
      case Nodes.TrueNode _ -> Term.truth(true);
      case Nodes.FalseNode _ -> Term.truth(false);
      case Nodes.NilNode _ -> Term.nothing();
      case Nodes.InterpolatedStringNode string ->
          Term.known(new Value.Text(constantReader.interpolated(string.parts, locals, node)));
      case Nodes.InterpolatedSymbolNode symbol ->
          Term.known(new Value.Name(constantReader.interpolated(symbol.parts, locals, node)));
      case Nodes.ArrayNode array -> Term.known(constantReader.items(array.elements, locals));
      case Nodes.HashNode hash -> Term.known(constantReader.table(hash.elements, locals));
      case Nodes.RangeNode range ->
          Term.known(constantReader.range(range.left, range.right, range.isExcludeEnd(), locals));
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
                  constantReader.interpolated(regex.parts, locals, node),
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
      case Nodes.AndNode and -> branches.and(and, locals);
      case Nodes.OrNode or -> branches.or(or, locals);
      case Nodes.IfNode branch ->
          branches.branch(
              node, branch.predicate, branch.statements, branch.subsequent, false, locals);
      case Nodes.UnlessNode branch ->
          branches.branch(
              node, branch.predicate, branch.statements, branch.else_clause, true, locals);
      case Nodes.ElseNode other ->
          other.statements == null ? Term.nothing() : parenthesized(other.statements, locals);
      case Nodes.DefNode def -> def(def, locals);
      case Nodes.MatchWriteNode match -> calls.call(match.call, locals);
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

  void charge(Node node, long work) {
    steps += work;
    if (steps > MAX_STEPS) {
      problems.add(
          problem(node, "the ruleset takes more than " + MAX_STEPS + " steps")
              .hinting("make its loops and lists shorter"));
      throw new Exhausted();
    }
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
    Term value = calls.apply(node, operator, before, List.of(read(node.value, locals)), locals);
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
    if (RubyNames.CONSTANTS.contains(name)) {
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

  Term attempt(Node node, Locals locals) {
    try {
      return read(node, locals);
    } catch (Halt told) {
      return Term.known(Value.Broken.VALUE);
    }
  }

  Halt assigns(Node node) {
    return fail(node, "`=` assigns a value", "a condition", "write `==` to compare");
  }

  static Value valueOf(Term term) {
    return ((Term.Known) term).value();
  }

  /// `port:` alone stands for `port: port`.
  static Node valueNode(Nodes.AssocNode pair) {
    return pair.value instanceof Nodes.ImplicitNode implicit ? implicit.value : pair.value;
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
    if (rubyRuns() && !calls.asks(node, locals)) {
      Value value = evaluate(node);
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

  Problem problem(Node node, String message) {
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
