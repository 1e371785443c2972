package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ruby_lang.prism.Nodes;
import org.ruby_lang.prism.Nodes.Node;

/// Reads numbers, texts, lists, hashes and ranges, whose parts are constants.
final class ConstantReader {
  private final Reader reader;

  ConstantReader(Reader reader) {
    this.reader = reader;
  }

  Value whole(Nodes.IntegerNode node) {
    return switch (node.value) {
      case Integer small -> new Value.Whole(small);
      case Long large -> new Value.Whole(large);
      default -> throw reader.fail(node, "the number does not fit 64 bits", "", "");
    };
  }

  Value decimal(Node node, double value) {
    if (!Double.isFinite(value)) {
      throw reader.fail(node, "the number is too large", "", "");
    }
    return new Value.Decimal(value);
  }

  String interpolated(Node[] parts, Locals locals, Node whole) {
    StringBuilder text = new StringBuilder();
    for (Node part : parts) {
      switch (part) {
        case Nodes.StringNode string -> text.append(Reader.utf8(string.unescaped));
        case Nodes.InterpolatedStringNode inner ->
            text.append(interpolated(inner.parts, locals, whole));
        case Nodes.EmbeddedStatementsNode embedded -> text.append(embedded(embedded, locals));
        default -> throw reader.needsRuby(part, Names.of(part));
      }
      if (text.length() > Arithmetic.LONGEST_TEXT) {
        throw reader.fail(
            whole,
            "the text becomes longer than " + Arithmetic.LONGEST_TEXT + " characters",
            "",
            "");
      }
    }
    reader.charge(whole, text.length() / 256);
    return text.toString();
  }

  private String embedded(Nodes.EmbeddedStatementsNode node, Locals locals) {
    Value value =
        node.statements == null
            ? Value.Nothing.VALUE
            : reader.value(node.statements, locals, "put into text");
    return switch (value) {
      case Value.Text _, Value.Name _, Value.Whole _, Value.Truth _, Value.Nothing _ ->
          value.inserted();
      case Value.Span _, Value.Size _, Value.Rate _ -> value.inserted();
      default -> throw reader.needsRuby(node, value.kind() + " inside text");
    };
  }

  Value.Items items(Node[] elements, Locals locals) {
    List<Value> items = new ArrayList<>();
    for (Node element : elements) {
      if (element instanceof Nodes.SplatNode splat && splat.expression != null) {
        items.addAll(
            reader.listed(
                splat.expression, reader.value(splat.expression, locals, "part of a list")));
      } else if (element instanceof Nodes.KeywordHashNode hash) {
        items.add(table(hash.elements, locals));
      } else {
        items.add(reader.value(element, locals, "part of a list"));
      }
    }
    try {
      Value.Items list = Arithmetic.items(items);
      reader.charge(
          elements.length == 0 ? new Nodes.NilNode(0, 0) : elements[0],
          Arithmetic.weight(list) / 16);
      return list;
    } catch (Mistake mistake) {
      throw reader.fail(elements[0], mistake);
    }
  }

  Value.Table table(Node[] elements, Locals locals) {
    Map<Value, Value> pairs = new LinkedHashMap<>();
    for (Node element : elements) {
      if (element instanceof Nodes.AssocNode pair && pair.value != null) {
        pairs.put(
            reader.value(pair.key, locals, "part of a hash"),
            reader.value(pair.value, locals, "part of a hash"));
      } else {
        throw reader.needsRuby(element, Names.of(element));
      }
    }
    Value.Table table = new Value.Table(pairs);
    if (Arithmetic.weight(table) > Arithmetic.LONGEST_LIST) {
      throw reader.fail(
          elements[0],
          "the hash becomes larger than " + Arithmetic.LONGEST_LIST + " parts",
          "",
          "");
    }
    return table;
  }

  Value range(@Nullable Node from, @Nullable Node to, boolean excludesEnd, Locals locals) {
    Value low =
        from == null ? Value.Nothing.VALUE : reader.value(from, locals, "the start of a range");
    Value high = to == null ? Value.Nothing.VALUE : reader.value(to, locals, "the end of a range");
    return new Value.Between(low, high, excludesEnd);
  }
}
