package org.wormholes.dsl;

import org.jspecify.annotations.Nullable;
import org.ruby_lang.prism.Nodes;
import org.ruby_lang.prism.Nodes.Node;

/// Reads what joins conditions and what chooses between values.
final class Branches {
  private final Reader reader;

  Branches(Reader reader) {
    this.reader = reader;
  }

  Term and(Nodes.AndNode node, Locals locals) {
    if (locals.facts() == null) {
      Value left = reader.value(node.left, locals, "a condition");
      return left.isTruthy() ? reader.read(node.right, locals) : Term.known(left);
    }
    return joined(node, node.left, node.right, "&&", locals);
  }

  Term or(Nodes.OrNode node, Locals locals) {
    if (locals.facts() == null) {
      Value left = reader.value(node.left, locals, "a condition");
      return left.isTruthy() ? Term.known(left) : reader.read(node.right, locals);
    }
    return joined(node, node.left, node.right, "||", locals);
  }

  /// Reads both sides even when one is wrong, so that both are told.
  private Term joined(Node node, Node leftNode, Node rightNode, String operator, Locals locals) {
    Term left = reader.attempt(leftNode, locals);
    Term right = reader.attempt(rightNode, locals);
    if (isBroken(left) || isBroken(right)) {
      throw new Halt();
    }
    String need = "`" + operator + "` joins conditions";
    requireYesNo(leftNode, left, need, null);
    requireYesNo(rightNode, right, need, leftNode);
    return reader.placed(node, Conditions.join(operator, left, right));
  }

  void requireYesNo(Node node, Term term, String need, @Nullable Node first) {
    if (!Terms.isYesNo(term)) {
      Problem problem =
          reader.problem(node, need + ", but this is " + term.kind()).expecting("a yes/no value");
      String subject = first == null ? null : subjectOf(first);
      if (term instanceof Term.Known(Value.Text text) && subject != null) {
        problem = problem.hinting("compare it too: `" + subject + " == " + text.show() + "`");
      }
      reader.problems().add(problem);
      throw new Halt();
    }
  }

  private @Nullable String subjectOf(Node first) {
    return first instanceof Nodes.CallNode call
            && call.receiver != null
            && Reader.text(call.name).equals("==")
        ? reader.source().slice(call.receiver.startOffset, call.receiver.endOffset())
        : null;
  }

  private static boolean isBroken(Term term) {
    return term instanceof Term.Known(Value.Broken _);
  }

  Term branch(
      Node node,
      Node test,
      @Nullable Node then,
      @Nullable Node otherwise,
      boolean negated,
      Locals locals) {
    if (locals.facts() != null
        && (test instanceof Nodes.LocalVariableWriteNode
            || test instanceof Nodes.ConstantWriteNode)) {
      throw reader.assigns(test);
    }
    Term asked = reader.read(test, locals);
    if (asked instanceof Term.Known(Value value)) {
      boolean taken = value.isTruthy() != negated;
      Node chosen = taken ? then : otherwise;
      if (chosen == null && locals.facts() != null) {
        throw needsElse(node);
      }
      return chosen == null ? Term.nothing() : reader.read(chosen, locals);
    }
    if (then == null || otherwise == null) {
      throw needsElse(node);
    }
    requireYesNo(test, asked, "`if` asks a condition", null);
    Term first = reader.attempt(negated ? otherwise : then, locals);
    Term second = reader.attempt(negated ? then : otherwise, locals);
    if (isBroken(first) || isBroken(second)) {
      throw new Halt();
    }
    try {
      return reader.placed(node, reader.conditions().choose(asked, first, second));
    } catch (Mistake mistake) {
      throw reader.fail(node, mistake);
    }
  }

  private Halt needsElse(Node node) {
    return reader.fail(
        node,
        "this `if`/`unless` needs an `else`",
        "a value either way: a condition must always have an answer",
        "");
  }
}
