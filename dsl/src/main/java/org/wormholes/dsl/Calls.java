package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ruby_lang.prism.Nodes;
import org.ruby_lang.prism.Nodes.Node;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;

/// Reads calls: of words, facts and helpers, and of operators, units and questions on a receiver.
final class Calls {
  private final Reader reader;
  private final WordCalls words;
  private final FactCalls facts;
  private final HelperCalls helperCalls;

  Calls(Reader reader) {
    this.reader = reader;
    this.words = new WordCalls(reader);
    this.facts = new FactCalls(reader);
    this.helperCalls = new HelperCalls(reader);
  }

  Term call(Nodes.CallNode node, Locals locals) {
    String name = Reader.text(node.name);
    if (node.receiver == null) {
      return bareCall(node, name, locals);
    }
    if (reader.rubyRuns() && !asks(node, locals)) {
      return constantCall(node, name, locals);
    }
    return receiverCall(node, name, locals);
  }

  /// A call that asks for no facts, where full Ruby stands by: what cannot be read is run.
  private Term constantCall(Nodes.CallNode node, String name, Locals locals) {
    List<Problem> before = reader.problems().mark();
    try {
      return receiverCall(node, name, locals);
    } catch (Halt told) {
      Value value = reader.evaluate(node);
      if (value == null) {
        throw told;
      }
      reader.problems().rollBack(before);
      return Term.known(value);
    }
  }

  private Term receiverCall(Nodes.CallNode node, String name, Locals locals) {
    if (node.isSafeNavigation()) {
      return reader.foreign(node, "`&.`", locals);
    }
    if (node.block instanceof Nodes.BlockNode block) {
      Term receiver = reader.read(node.receiver, locals);
      if (receiver instanceof Term.Known(Value.Subject(RoomFrame frame))) {
        return words.word(node, name, frame, locals);
      }
      return reader.loops().iterate(node, name, receiver, block, locals);
    }
    if (locals.facts() != null
        && node.receiver instanceof Nodes.ArrayNode array
        && asks(array, locals)) {
      return extreme(node, name, array, locals);
    }
    Term receiver = reader.read(node.receiver, locals);
    if (receiver instanceof Term.Known(Value.Subject(RoomFrame frame))) {
      return words.word(node, name, frame, locals);
    }
    if (receiver instanceof Term.Facts(Scope scope)) {
      return facts.fact(node, name, scope, locals);
    }
    return apply(node, name, receiver, arguments(node, locals), locals);
  }

  private List<Term> arguments(Nodes.CallNode node, Locals locals) {
    List<Term> terms = new ArrayList<>();
    for (Node argument : Reader.argumentsOf(node)) {
      if (argument instanceof Nodes.SplatNode splat && splat.expression != null) {
        reader
            .listed(splat.expression, reader.value(splat.expression, locals, "an argument"))
            .forEach(item -> terms.add(Term.known(item)));
      } else if (argument instanceof Nodes.KeywordHashNode hash) {
        terms.add(Term.known(reader.constants().table(hash.elements, locals)));
      } else {
        terms.add(reader.read(argument, locals));
      }
    }
    if (node.block != null && !(node.block instanceof Nodes.BlockNode)) {
      throw reader.needsRuby(node.block, "a block handed on with `&`");
    }
    return terms;
  }

  /// A call on a receiver: an operator, a unit, a question, or one of Ruby's own methods.
  Term apply(Node node, String name, Term receiver, List<Term> arguments, Locals locals) {
    try {
      reader.charge(node, weight(receiver));
      for (Term argument : arguments) {
        reader.charge(node, weight(argument));
      }
      if (receiver instanceof Term.Known(Value value) && areKnown(arguments)) {
        Value result = known(name, value, arguments.stream().map(Reader::valueOf).toList());
        if (result != null) {
          return Term.known(result);
        }
        if (locals.facts() == null || !reader.conditions().isQuestion(name)) {
          return reader.foreign(node, "`." + name + "` of " + value.kind(), locals);
        }
      }
      return reader.placed(node, reader.conditions().ask(name, receiver, arguments));
    } catch (Mistake mistake) {
      boolean inName = mistake.isAboutName() && node instanceof Nodes.CallNode;
      throw reader.fail(inName ? reader.nameSpan((Nodes.CallNode) node) : node, mistake);
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

  private Term bareCall(Nodes.CallNode node, String name, Locals locals) {
    RoomFrame room = locals.room();
    if (room != null && Vocabulary.word(room.room(), name) != null) {
      return words.word(node, name, room, locals);
    }
    Nodes.DefNode helper = reader.helper(name);
    if (helper != null) {
      return helperCalls.call(node, name, helper, locals);
    }
    Scope scope = locals.facts();
    if (scope != null) {
      return facts.fact(node, name, scope, locals);
    }
    if (room == null) {
      throw reader.needsRuby(node, "`" + name + "`");
    }
    if (RubyNames.METHODS.contains(name)) {
      throw reader.needsRuby(reader.nameSpan(node), "`" + name + "`");
    }
    return words.word(node, name, room, locals);
  }

  /// `[latency, 5.ms].max`
  private Term extreme(Nodes.CallNode node, String name, Nodes.ArrayNode array, Locals locals) {
    if (!(name.equals("min") || name.equals("max")) || !Reader.argumentsOf(node).isEmpty()) {
      throw reader.fail(
          node,
          "`." + name + "` needs a list of constants",
          "constants in the list; only `.min` and `.max` work on facts",
          "");
    }
    Term result = null;
    for (Node element : array.elements) {
      Term term = reader.read(element, locals);
      try {
        result = result == null ? term : reader.conditions().extreme(name, result, term);
      } catch (Mistake mistake) {
        throw reader.fail(node, mistake);
      }
    }
    return reader.placed(node, result == null ? Term.nothing() : result);
  }

  /// Whether a piece of a condition asks for anything that is not known now.
  boolean asks(Node node, Locals locals) {
    if (node instanceof Nodes.CallNode call && call.receiver == null) {
      String name = Reader.text(call.name);
      Scope scope = locals.facts();
      if (reader.helper(name) != null || (scope != null && Fact.named(name, scope).isPresent())) {
        return true;
      }
    }
    if (node instanceof Nodes.LocalVariableReadNode read) {
      Term term = locals.find(Reader.text(read.name));
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
}
