package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ruby_lang.prism.Nodes;
import org.ruby_lang.prism.Nodes.Node;
import org.wormholes.rules.Position;
import org.wormholes.rules.expr.Scope;

/// Reads the use of a word: its values, and the block that belongs to it.
final class WordCalls {
  private final Reader reader;

  WordCalls(Reader reader) {
    this.reader = reader;
  }

  Term word(Nodes.CallNode node, String name, RoomFrame frame, Locals locals) {
    List<Invocation.Argument> positional = new ArrayList<>();
    List<Invocation.Keyword> keywords = new ArrayList<>();
    for (Node argument : Reader.argumentsOf(node)) {
      if (argument instanceof Nodes.KeywordHashNode hash) {
        keywords(hash, keywords, locals);
      } else if (argument instanceof Nodes.SplatNode splat && splat.expression != null) {
        Value list = attemptValue(splat.expression, locals);
        if (!(list instanceof Value.Broken)) {
          reader
              .listed(splat.expression, list)
              .forEach(
                  item -> positional.add(new Invocation.Argument(item, reader.position(splat))));
        }
      } else {
        positional.add(
            new Invocation.Argument(attemptValue(argument, locals), reader.position(argument)));
      }
    }
    Invocation.Block block = null;
    if (node.block instanceof Nodes.BlockNode literal) {
      block = new TreeBlock(literal, locals);
    } else if (node.block != null) {
      throw reader.needsRuby(node.block, "a block handed on with `&`");
    }
    Position whole = reader.position(node);
    return Term.known(
        reader
            .builder()
            .invoke(
                frame,
                new Invocation(
                    name,
                    reader.position(reader.nameSpan(node)),
                    whole,
                    positional,
                    keywords,
                    block)));
  }

  private void keywords(
      Nodes.KeywordHashNode hash, List<Invocation.Keyword> keywords, Locals locals) {
    for (Node element : hash.elements) {
      if (element instanceof Nodes.AssocSplatNode splat && splat.value != null) {
        Value pairs = attemptValue(splat.value, locals);
        if (pairs instanceof Value.Table(Map<Value, Value> table)) {
          table.forEach((key, value) ->
              keywords.add(
                  new Invocation.Keyword(
                      key.inserted(), reader.position(splat), value, reader.position(splat))));
        } else if (!(pairs instanceof Value.Broken)) {
          reader
              .problems()
              .add(reader.problem(splat, "`**` needs a hash, but this is " + pairs.kind()));
        }
      } else if (element instanceof Nodes.AssocNode pair
          && pair.key instanceof Nodes.SymbolNode key
          && pair.value != null) {
        Value value = attemptValue(Reader.valueNode(pair), locals);
        keywords.add(
            new Invocation.Keyword(
                Reader.utf8(key.unescaped),
                reader.position(key),
                value,
                reader.position(Reader.valueNode(pair))));
      } else {
        reader
            .problems()
            .add(reader.problem(element, "a word takes named values").expecting("`name: value`"));
      }
    }
  }

  private Value attemptValue(Node node, Locals locals) {
    try {
      return reader.value(node, locals, "given to a word");
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
      return reader.position(node);
    }

    @Override
    public void run(RoomFrame frame) {
      try {
        if (!reader.loops().parameterNames(node.parameters).isEmpty()) {
          throw reader.fail(node.parameters, "a room's block takes no values", "", "");
        }
      } catch (Halt told) {
        return;
      }
      reader.statements(node.body, Locals.inRoom(around, frame));
    }

    @Override
    public Term condition(Scope scope) {
      return reader.condition(node, around, scope, Reader.Outer.NONE);
    }
  }
}
