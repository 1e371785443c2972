package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.List;
import org.ruby_lang.prism.Nodes;
import org.ruby_lang.prism.Nodes.Node;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;

/// Reads the facts a condition asks for, and says which there are where it asks for another.
final class FactCalls {
  private final Reader reader;

  FactCalls(Reader reader) {
    this.reader = reader;
  }

  Term fact(Nodes.CallNode node, String name, Scope scope, Locals locals) {
    Fact fact = Fact.named(name, scope).orElse(null);
    boolean bare = Reader.argumentsOf(node).isEmpty() && node.block == null;
    if (fact != null && fact.argument().isPresent()) {
      return factOf(node, fact, fact.argument().get(), locals);
    }
    if (fact != null && bare) {
      return reader.placed(node, new Term.Asked(new Expr.FactRef(fact), fact.type()));
    }
    if (fact != null) {
      throw reader.fail(
          reader.nameSpan(node), "`" + name + "` takes nothing", "`" + fact.example() + "`", "");
    }
    if (name.equals("otherwise") && bare) {
      return Term.truth(true);
    }
    if (reader.rubyRuns() && node.receiver == null && !RubyNames.METHODS.contains(name)) {
      Value value = reader.evaluate(node);
      if (value != null) {
        return Term.known(value);
      }
    }
    if (node.receiver == null && RubyNames.METHODS.contains(name)) {
      throw reader.fail(
          reader.nameSpan(node),
          "`" + name + "` can't run in a condition",
          "facts and constants only",
          "");
    }
    throw unknownFact(node, name, scope, locals);
  }

  /// `carrier_up?("tor")`
  private Term factOf(Nodes.CallNode node, Fact fact, Fact.Argument about, Locals locals) {
    List<Node> given = Reader.argumentsOf(node);
    String expected = "the name of " + about.description() + ", as in `" + fact.example() + "`";
    if (given.size() != 1 || node.block != null) {
      throw reader.fail(
          reader.nameSpan(node), "`" + fact.word() + "` takes one name", expected, "");
    }
    Term term = reader.read(given.getFirst(), locals);
    if (fact == Fact.FRIEND_OF && isOwner(term)) {
      return reader.placed(
          node, new Term.Asked(new Expr.FactRef(Fact.FRIEND_OF_OWNER), fact.type()));
    }
    if (!(term instanceof Term.Known(Value value))) {
      throw reader.fail(
          given.getFirst(),
          "`" + fact.word() + "` takes a name that is known beforehand",
          expected,
          "");
    }
    String of = Accepts.NAME.read().apply(value);
    if (of == null || !about.canBe(of)) {
      throw reader.fail(
          given.getFirst(),
          "`" + fact.word() + "` can't be asked about " + value.show(),
          expected,
          of == null ? Accepts.NAME.advice().apply(value) : "");
    }
    return reader.placed(node, new Term.Asked(new Expr.FactOf(fact, of), fact.type()));
  }

  static boolean isOwner(Term term) {
    return term instanceof Term.Asked(Expr.FactRef(Fact asked), _) && asked == Fact.OWNER;
  }

  private Halt unknownFact(Nodes.CallNode node, String name, Scope scope, Locals locals) {
    for (Scope other : Scope.values()) {
      Fact elsewhere = Fact.named(name, other).orElse(null);
      if (elsewhere != null) {
        return reader.fail(
            reader.nameSpan(node),
            scope.description() + " has no `" + name + "`",
            "one of " + factNames(scope),
            other.description() + " has it: ask in " + Vocabulary.askedIn(other));
      }
    }
    List<String> known = new ArrayList<>(Fact.in(scope).stream().map(Fact::word).toList());
    known.addAll(reader.helperNames());
    known.addAll(locals.names());
    known.add("otherwise");
    return reader.fail(
        reader.nameSpan(node),
        scope.description() + " has no `" + name + "`",
        "one of " + factNames(scope),
        Suggestion.didYouMean(name, known));
  }

  private static String factNames(Scope scope) {
    return String.join(", ", Fact.in(scope).stream().map(Fact::word).toList());
  }
}
