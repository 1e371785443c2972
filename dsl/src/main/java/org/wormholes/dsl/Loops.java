package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.ruby_lang.prism.Nodes;
import org.ruby_lang.prism.Nodes.Node;

/// Reads calls with a block that walk a constant list: each turn of the block is read anew, and the
/// questions `any?`, `all?` and `none?` become one condition.
final class Loops {
  private static final Set<String> ITERATIONS =
      Set.of(
          "each",
          "each_with_index",
          "times",
          "map",
          "flat_map",
          "select",
          "filter",
          "reject",
          "any?",
          "all?",
          "none?",
          "to_h",
          "sum",
          "find",
          "count");

  private final Reader reader;

  Loops(Reader reader) {
    this.reader = reader;
  }

  Term iterate(
      Nodes.CallNode node, String name, Term receiver, Nodes.BlockNode block, Locals locals) {
    if (!(receiver instanceof Term.Known(Value value))) {
      throw reader.fail(
          reader.nameSpan(node),
          "`." + name + "` can't walk " + receiver.kind(),
          "a list of constants, as in `%w[a b].any? { |name| host.under? name }`",
          "");
    }
    if (!ITERATIONS.contains(name)) {
      return reader.foreign(node, "`." + name + "` with a block", locals);
    }
    List<Value> items = iterated(node, name, value);
    if (items == null) {
      return reader.foreign(node, "`." + name + "` of " + value.kind(), locals);
    }
    boolean inCondition = locals.facts() != null;
    return switch (name) {
      case "each", "each_with_index", "times" -> {
        if (inCondition) {
          throw reader.fail(
              reader.nameSpan(node),
              "`." + name + "` has no answer in a condition",
              "any?, all?, none? or include?",
              "");
        }
        for (int i = 0; i < items.size(); i++) {
          Value item = items.get(i);
          Value given =
              name.equals("each_with_index")
                  ? new Value.Items(List.of(item, new Value.Whole(i)))
                  : item;
          reader.statements(block.body, blockLocals(block, given, locals));
        }
        yield Term.known(value);
      }
      case "any?", "all?", "none?" -> quantified(node, name, items, block, locals);
      default -> transformed(node, name, items, block, locals);
    };
  }

  private @Nullable List<Value> iterated(Nodes.CallNode node, String name, Value value) {
    if (!Reader.argumentsOf(node).isEmpty()) {
      return null;
    }
    try {
      if (name.equals("times")) {
        return value instanceof Value.Whole
            ? Constants.listed(new Value.Between(new Value.Whole(0), value, true))
            : null;
      }
      return Constants.listed(value);
    } catch (Mistake mistake) {
      throw reader.fail(node, mistake);
    }
  }

  private Term quantified(
      Nodes.CallNode node, String name, List<Value> items, Nodes.BlockNode block, Locals locals) {
    boolean all = name.equals("all?");
    List<Term> answers = new ArrayList<>();
    for (Value item : items) {
      Term answer = blockValue(block, item, locals);
      if (locals.facts() == null) {
        boolean yes = Reader.valueOf(answer).isTruthy();
        if (yes != all) {
          return Term.truth(name.equals("any?"));
        }
        continue;
      }
      reader.requireYesNo(block, answer, "`" + name + "` asks a condition of each", null);
      answers.add(answer);
    }
    if (locals.facts() == null) {
      return Term.truth(!name.equals("any?"));
    }
    Term result = reader.conditions().joinAll(all ? "&&" : "||", answers);
    return reader.placed(node, name.equals("none?") ? Conditions.not(result) : result);
  }

  private Term transformed(
      Nodes.CallNode node, String name, List<Value> items, Nodes.BlockNode block, Locals locals) {
    List<Value> results = new ArrayList<>();
    for (Value item : items) {
      Term term = blockValue(block, item, locals);
      if (!(term instanceof Term.Known(Value result))) {
        throw reader.fail(block, "`." + name + "` works on constants", "no facts in its block", "");
      }
      results.add(result);
    }
    try {
      return Term.known(collected(node, name, items, results));
    } catch (Mistake mistake) {
      throw reader.fail(node, mistake);
    }
  }

  private Value collected(Node node, String name, List<Value> items, List<Value> results) {
    List<Value> kept = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      boolean yes = results.get(i).isTruthy();
      switch (name) {
        case "map" -> kept.add(results.get(i));
        case "flat_map" -> {
          if (results.get(i) instanceof Value.Items(List<Value> inner)) {
            kept.addAll(inner);
          } else {
            kept.add(results.get(i));
          }
        }
        case "reject" -> addIf(!yes, kept, items.get(i));
        case "select", "filter", "find", "count" -> addIf(yes, kept, items.get(i));
        default -> kept.add(results.get(i));
      }
    }
    return switch (name) {
      case "find" -> kept.isEmpty() ? Value.Nothing.VALUE : kept.getFirst();
      case "count" -> new Value.Whole(kept.size());
      case "sum" -> {
        Value sum = Constants.call("sum", Arithmetic.items(kept), List.of());
        yield sum == null ? Value.Nothing.VALUE : sum;
      }
      case "to_h" -> throw reader.needsRuby(node, "`.to_h` with a block");
      default -> Arithmetic.items(kept);
    };
  }

  private static void addIf(boolean wanted, List<Value> kept, Value item) {
    if (wanted) {
      kept.add(item);
    }
  }

  private Term blockValue(Nodes.BlockNode block, Value item, Locals locals) {
    return reader.valueOf(Reader.bodyOf(block.body), blockLocals(block, item, locals));
  }

  private Locals blockLocals(Nodes.BlockNode block, Value item, Locals locals) {
    Locals inside = locals.block();
    List<String> names = parameterNames(block.parameters);
    if (names.size() == 1) {
      inside.declare(names.getFirst(), Term.known(item));
    }
    for (int i = 0; names.size() > 1 && i < names.size(); i++) {
      List<Value> parts = item instanceof Value.Items(List<Value> inner) ? inner : List.of(item);
      inside.declare(
          names.get(i), Term.known(i < parts.size() ? parts.get(i) : Value.Nothing.VALUE));
    }
    return inside;
  }

  List<String> parameterNames(@Nullable Node parameters) {
    return switch (parameters) {
      case null -> List.of();
      case Nodes.NumberedParametersNode numbered -> {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= numbered.maximum; i++) {
          names.add("_" + i);
        }
        yield names;
      }
      case Nodes.ItParametersNode _ -> List.of("it");
      case Nodes.BlockParametersNode block when block.parameters == null -> List.of();
      case Nodes.BlockParametersNode block -> plainNames(block.parameters);
      default -> throw reader.needsRuby(parameters, "such parameters of a block");
    };
  }

  private List<String> plainNames(Nodes.ParametersNode parameters) {
    List<String> names = new ArrayList<>();
    for (Node parameter : parameters.requireds) {
      if (!(parameter instanceof Nodes.RequiredParameterNode required)) {
        throw reader.needsRuby(parameter, "such parameters of a block");
      }
      names.add(Reader.text(required.name));
    }
    boolean plain =
        parameters.optionals.length == 0
            && parameters.rest == null
            && parameters.posts.length == 0
            && parameters.keywords.length == 0
            && parameters.keyword_rest == null
            && parameters.block == null;
    if (!plain) {
      throw reader.needsRuby(parameters, "such parameters of a block");
    }
    return names;
  }
}
