package org.wormholes.rules.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Output;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Verdict;

/// Writes canonical bytes: everything begins at a multiple of 8 and with a head of 8 bytes.
final class RuleOutput extends Output {
  private final Kryo kryo;
  private final Map<String, Integer> targets = new HashMap<>();

  RuleOutput(Kryo kryo) {
    super(4096, RuleCodec.MAX_FILE);
    this.kryo = kryo;
  }

  /// rules.md 2: kind u16, detail u16, count u32, all little-endian.
  void head(int kind, int detail, int count) {
    writeShort(kind);
    writeShort(detail);
    writeInt(count);
  }

  void node(Object value) {
    Class<?> type = value.getClass();
    @SuppressWarnings("unchecked") // the registration is of this very class
    Serializer<Object> serializer = (Serializer<Object>) kryo.getRegistration(type).getSerializer();
    kryo.writeObject(this, value, serializer);
  }

  int kind(Class<?> type) {
    return kryo.getRegistration(type).getId();
  }

  void list(List<?> values) {
    head(Kinds.LIST, 0, values.size());
    values.forEach(this::node);
  }

  void texts(List<String> values) {
    head(Kinds.LIST, 0, values.size());
    values.forEach(this::text);
  }

  void optional(Optional<?> value) {
    head(Kinds.OPTION, value.isPresent() ? 1 : 0, 0);
    value.ifPresent(this::node);
  }

  void text(String text) {
    bytes(Kinds.STRING, 0, text.getBytes(StandardCharsets.UTF_8));
  }

  void duration(Duration duration) {
    writeLong(duration.getSeconds());
    writeInt(duration.getNano());
    writeInt(0);
  }

  /// A head whose count is the number of bytes that follow, and zeros up to a multiple of 8.
  void bytes(int kind, int detail, byte[] bytes) {
    head(kind, detail, bytes.length);
    writeBytes(bytes);
    for (int i = bytes.length; i % 8 != 0; i++) {
      writeByte(0);
    }
  }

  void nameTargets(Ruleset ruleset) {
    ruleset.tunnels().forEach(tunnel -> targets.put(tunnel.name(), targets.size()));
    ruleset.groups().forEach(group -> targets.put(group.name(), targets.size()));
    ruleset.gateways().forEach(gateway -> targets.put(gateway.name(), targets.size()));
  }

  /// A head whose detail and count are a verdict: a tunnel is its place in the ruleset, a group its
  /// place after all tunnels, a gateway its place after all groups; the name of a mark follows the
  /// head.
  void verdictHead(int kind, Verdict verdict) {
    switch (verdict) {
      case Verdict.Refuse _ -> head(kind, Kinds.REFUSE, 0);
      case Verdict.Direct _ -> head(kind, Kinds.DIRECT, 0);
      case Verdict.To(String target) -> {
        Integer place = targets.get(target);
        if (place == null) {
          throw new IllegalArgumentException("there is no tunnel " + target);
        }
        head(kind, Kinds.TO, place);
      }
      case Verdict.Mark(String name) -> {
        head(kind, Kinds.MARK, 0);
        text(name);
      }
    }
  }
}
