package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ruby_lang.prism.Nodes;
import org.ruby_lang.prism.Nodes.Node;

/// Reads the helpers of a script (methods made with `def` at the top of the file) in place of their
/// calls. Their parameters stand for whatever they are given, facts included.
final class HelperCalls {
  private static final int MAX_DEPTH = 32;

  private final Reader reader;

  HelperCalls(Reader reader) {
    this.reader = reader;
  }

  Term call(Nodes.CallNode node, String name, Nodes.DefNode def, Locals locals) {
    if (locals.helperDepth() >= MAX_DEPTH) {
      throw reader.fail(
          reader.nameSpan(node),
          "the helper `" + name + "` calls itself",
          "helpers that end: they are read in place of their call",
          "");
    }
    if (node.block != null) {
      throw reader.needsRuby(node.block, "a block handed to a helper");
    }
    Locals inside = locals.helper();
    bind(node, name, def, locals, inside);
    return reader.valueOf(Reader.bodyOf(def.body), inside);
  }

  private void bind(
      Nodes.CallNode node, String name, Nodes.DefNode def, Locals locals, Locals inside) {
    Nodes.ParametersNode parameters = def.parameters;
    List<Term> positional = new ArrayList<>();
    Map<String, Term> keywords = new LinkedHashMap<>();
    for (Node argument : Reader.argumentsOf(node)) {
      if (argument instanceof Nodes.KeywordHashNode hash) {
        for (Node element : hash.elements) {
          if (!(element instanceof Nodes.AssocNode pair
              && pair.key instanceof Nodes.SymbolNode key
              && pair.value != null)) {
            throw reader.needsRuby(element, Names.of(element));
          }
          keywords.put(Reader.utf8(key.unescaped), reader.read(Reader.valueNode(pair), locals));
        }
      } else if (argument instanceof Nodes.SplatNode splat && splat.expression != null) {
        reader
            .listed(splat.expression, reader.value(splat.expression, locals, "an argument"))
            .forEach(item -> positional.add(Term.known(item)));
      } else {
        positional.add(reader.read(argument, locals));
      }
    }
    bindPositional(node, name, parameters, positional, inside);
    bindKeywords(node, name, parameters, keywords, inside);
  }

  private void bindPositional(
      Nodes.CallNode node,
      String name,
      Nodes.@Nullable ParametersNode parameters,
      List<Term> given,
      Locals inside) {
    int required = parameters == null ? 0 : parameters.requireds.length;
    int optional = parameters == null ? 0 : parameters.optionals.length;
    if (parameters != null
        && (parameters.rest != null
            || parameters.posts.length > 0
            || parameters.keyword_rest != null
            || parameters.block != null)) {
      throw reader.needsRuby(parameters, "such parameters of a helper");
    }
    if (given.size() < required || given.size() > required + optional) {
      String count = optional == 0 ? "" + required : required + " to " + (required + optional);
      throw reader.fail(
          reader.nameSpan(node),
          "the helper `" + name + "` was given " + given.size() + " values",
          count + " as in its definition on line " + reader.source().lineOf(lineStartOf(name)),
          "");
    }
    for (int i = 0; i < required; i++) {
      if (!(parameters != null
          && parameters.requireds[i] instanceof Nodes.RequiredParameterNode parameter)) {
        throw reader.needsRuby(node, "such parameters of a helper");
      }
      inside.declare(Reader.text(parameter.name), given.get(i));
    }
    Nodes.OptionalParameterNode[] optionals =
        parameters == null ? new Nodes.OptionalParameterNode[0] : parameters.optionals;
    for (int i = 0; i < optional; i++) {
      Nodes.OptionalParameterNode parameter = optionals[i];
      int at = required + i;
      inside.declare(
          Reader.text(parameter.name),
          at < given.size() ? given.get(at) : reader.read(parameter.value, inside));
    }
  }

  private int lineStartOf(String helper) {
    Nodes.DefNode def = reader.helper(helper);
    return def == null ? 0 : def.startOffset;
  }

  private void bindKeywords(
      Nodes.CallNode node,
      String name,
      Nodes.@Nullable ParametersNode parameters,
      Map<String, Term> given,
      Locals inside) {
    List<String> known = new ArrayList<>();
    for (Node keyword : parameters == null ? new Node[0] : parameters.keywords) {
      if (keyword instanceof Nodes.RequiredKeywordParameterNode required) {
        String key = Reader.text(required.name);
        Term value = given.get(key);
        if (value == null) {
          throw reader.fail(
              reader.nameSpan(node), "the helper `" + name + "` needs `" + key + ":`", "", "");
        }
        known.add(key);
        inside.declare(key, value);
      } else if (keyword instanceof Nodes.OptionalKeywordParameterNode optional) {
        String key = Reader.text(optional.name);
        Term value = given.get(key);
        known.add(key);
        inside.declare(key, value == null ? reader.read(optional.value, inside) : value);
      }
    }
    for (String key : given.keySet()) {
      if (!known.contains(key)) {
        throw reader.fail(
            reader.nameSpan(node),
            "the helper `" + name + "` takes no `" + key + ":`",
            "",
            Suggestion.didYouMean(key, known));
      }
    }
  }
}
