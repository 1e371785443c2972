package org.wormholes.rulesets.gem;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads YAML written by strangers: bounded in length, depth and number of values, without types of
/// any kind. Tags are passed over, so `!ruby/object:…` is a map like any other.
final class YamlReader {
  static final int MAX_BYTES = 256 * 1024;
  static final int MAX_DEPTH = 24;
  static final int MAX_VALUES = 20_000;

  private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

  private final String what;
  private final Map<Anchor, Yaml> anchors = new HashMap<>();
  private final Deque<Open> open = new ArrayDeque<>();
  private @Nullable Yaml document;
  private int values;

  private YamlReader(String what) {
    this.what = what;
  }

  /// A list or map that is being read.
  private static final class Open {
    final Optional<Anchor> anchor;
    final boolean isMap;
    final List<Yaml> items = new ArrayList<>();
    final Map<String, Yaml> fields = new LinkedHashMap<>();
    @Nullable String key;

    Open(Optional<Anchor> anchor, boolean isMap) {
      this.anchor = anchor;
      this.isMap = isMap;
    }
  }

  /// @param what is read, for messages
  static Yaml read(String what, byte[] bytes) throws GemRefusedException {
    if (bytes.length > MAX_BYTES) {
      throw new GemRefusedException("%s has more than %d bytes".formatted(what, MAX_BYTES));
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new GemRefusedException(what + " is not UTF-8 text", e);
    }
    try {
      return new YamlReader(what).document(text);
    } catch (YamlEngineException | IndexOutOfBoundsException e) {
      // The parser answers some malformed escapes with the second.
      throw new GemRefusedException(what + " is not YAML: " + brief(e), e);
    }
  }

  private Yaml document(String text) throws GemRefusedException {
    LoadSettings settings = LoadSettings.builder().setLabel(what).setUseMarks(true).build();
    for (Event event : new Parse(settings).parseString(text)) {
      take(event);
    }
    return document == null ? Yaml.Nothing.NOTHING : document;
  }

  private void take(Event event) throws GemRefusedException {
    switch (event.getEventId()) {
      case DocumentStart -> {
        if (document != null) {
          throw new GemRefusedException(what + " has more than one document");
        }
      }
      case MappingStart, SequenceStart -> {
        count();
        if (open.size() >= MAX_DEPTH) {
          throw new GemRefusedException(what + " is nested too deeply");
        }
        open.push(
            new Open(((NodeEvent) event).getAnchor(), event.getEventId() == Event.ID.MappingStart));
      }
      case MappingEnd, SequenceEnd -> {
        Open done = open.pop();
        Yaml value = done.isMap ? Yaml.of(done.fields) : new Yaml.Items(done.items);
        done.anchor.ifPresent(anchor -> anchors.put(anchor, value));
        put(value);
      }
      case Scalar -> {
        count();
        ScalarEvent scalar = (ScalarEvent) event;
        boolean nothing = scalar.isPlain() && NULLS.contains(scalar.getValue());
        Yaml value = nothing ? Yaml.Nothing.NOTHING : new Yaml.Text(scalar.getValue());
        scalar.getAnchor().ifPresent(anchor -> anchors.put(anchor, value));
        put(value);
      }
      case Alias -> {
        count();
        Yaml meant = anchors.get(((AliasEvent) event).getAlias());
        if (meant == null) {
          throw new GemRefusedException(what + " refers to an anchor that is not there");
        }
        put(meant);
      }
      case Comment, DocumentEnd, StreamEnd, StreamStart -> {}
    }
  }

  private void count() throws GemRefusedException {
    if (++values > MAX_VALUES) {
      throw new GemRefusedException("%s has more than %d values".formatted(what, MAX_VALUES));
    }
  }

  private void put(Yaml value) throws GemRefusedException {
    Open around = open.peek();
    if (around == null) {
      document = value;
    } else if (!around.isMap) {
      around.items.add(value);
    } else if (around.key == null) {
      around.key =
          value
              .text()
              .orElseThrow(() -> new GemRefusedException(what + " has a key that is no text"));
    } else {
      if (around.fields.putIfAbsent(around.key, value) != null) {
        throw new GemRefusedException("%s says `%s` twice".formatted(what, around.key));
      }
      around.key = null;
    }
  }

  private static String brief(RuntimeException e) {
    String message = String.valueOf(e.getMessage()).strip();
    int end = message.indexOf('\n');
    String first = end < 0 ? message : message.substring(0, end);
    return first.length() <= 200 ? first : first.substring(0, 200);
  }
}
