package org.wormholes.rulesets.gem;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Writes YAML, with the tags by which Ruby knows its own classes where they are asked for. The
/// same values give the same bytes.
final class YamlWriter {
  private YamlWriter() {}

  /// A document as UTF-8.
  static byte[] write(Node document) {
    DumpSettings settings =
        DumpSettings.builder()
            .setExplicitStart(true)
            .setWidth(100)
            .setDereferenceAliases(true)
            .setSplitLines(false)
            .build();
    return new Present(settings)
        .emitToString(new Serialize(settings).serializeOne(document).iterator())
        .getBytes(StandardCharsets.UTF_8);
  }

  static byte[] write(Yaml document) {
    return write(node(document));
  }

  static Node node(Yaml value) {
    return switch (value) {
      case Yaml.Nothing _ -> plain(Tag.NULL, "null");
      case Yaml.Text(String text) -> text(text);
      case Yaml.Items(List<Yaml> items) -> list(items.stream().map(YamlWriter::node).toList());
      case Yaml.Fields(Map<String, Yaml> fields) -> {
        Fields map = new Fields();
        fields.forEach((name, field) -> map.put(name, node(field)));
        yield map.node();
      }
    };
  }

  /// Always in quotes, so that no reader takes it for a number or a date.
  static Node text(String text) {
    return new ScalarNode(Tag.STR, text, ScalarStyle.DOUBLE_QUOTED);
  }

  static Node texts(List<String> texts) {
    return list(texts.stream().map(YamlWriter::text).toList());
  }

  /// A bare word: a number, a date, a symbol of Ruby.
  static Node word(String word) {
    return plain(Tag.STR, word);
  }

  static Node number(int number) {
    return plain(Tag.INT, Integer.toString(number));
  }

  static Node nothing() {
    return plain(Tag.NULL, "null");
  }

  static Node list(List<Node> nodes) {
    return new SequenceNode(
        Tag.SEQ, new ArrayList<>(nodes), nodes.isEmpty() ? FlowStyle.FLOW : FlowStyle.BLOCK);
  }

  private static Node plain(Tag tag, String word) {
    return new ScalarNode(tag, true, word, ScalarStyle.PLAIN, Optional.empty(), Optional.empty());
  }

  /// A map in the making.
  static final class Fields {
    private final List<NodeTuple> tuples = new ArrayList<>();
    private final Tag tag;

    Fields() {
      this.tag = Tag.MAP;
    }

    /// @param rubyClass such as `Gem::Version`
    Fields(String rubyClass) {
      this.tag = new Tag("!ruby/object:" + rubyClass);
    }

    Fields put(String name, Node value) {
      tuples.add(new NodeTuple(word(name), value));
      return this;
    }

    Fields put(String name, String value) {
      return put(name, text(value));
    }

    Node node() {
      return new MappingNode(tag, tuples, tuples.isEmpty() ? FlowStyle.FLOW : FlowStyle.BLOCK);
    }
  }
}
