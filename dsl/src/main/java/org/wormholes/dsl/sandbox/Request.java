package org.wormholes.dsl.sandbox;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.wormholes.dsl.Uses;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFile;
import org.wormholes.rules.codec.RuleFormatException;

/// What the child is told on its standard input.
///
/// @param name what messages call the script
/// @param script its bytes, as the parent read them
/// @param folder where lists are
/// @param lists the names of lists there, for suggestions
/// @param used the rulesets that the script may name in `use`
/// @param limit how long the script may run
record Request(
    String name,
    ByteBuffer script,
    Path folder,
    List<String> lists,
    List<Used> used,
    Duration limit) {
  /// A ruleset for `use`, or why it can't be had.
  ///
  /// @param rules its compiled bytes; none where it can't be had
  record Used(String name, ByteBuffer rules, String reason, String hint) {
    /// Those whose names stand somewhere in the script; of the others the child need not know.
    static List<Used> in(byte[] script, Uses uses) {
      String text = new String(script, StandardCharsets.UTF_8);
      return uses.names().stream()
          .filter(text::contains)
          .limit(MAX_USED)
          .map(name -> of(name, uses.find(name)))
          .toList();
    }

    private static Used of(String name, Uses.Answer answer) {
      return switch (answer) {
        case Uses.Answer.Found(Ruleset ruleset, SourceMap sources) ->
            new Used(name, ByteBuffer.wrap(RuleCodec.encode(ruleset, sources)), "", "");
        case Uses.Answer.Missing(String reason, String hint) ->
            new Used(name, ByteBuffer.allocate(0), reason, hint);
      };
    }

    Uses.Answer answer() {
      if (rules.capacity() == 0) {
        return new Uses.Answer.Missing(reason, hint);
      }
      try {
        RuleFile file = RuleCodec.decode(bytes(rules));
        return new Uses.Answer.Found(file.ruleset(), file.sources());
      } catch (RuleFormatException e) {
        return new Uses.Answer.Missing(String.valueOf(e.getMessage()), "");
      }
    }
  }

  private static final int MAX_USED = 64;

  /// What `use` finds.
  Uses uses() {
    return new Uses() {
      @Override
      public Answer find(String wanted) {
        return used.stream()
            .filter(each -> each.name().equals(wanted))
            .map(Used::answer)
            .findFirst()
            .orElseGet(() -> Uses.NONE.find(wanted));
      }

      @Override
      public List<String> names() {
        return used.stream().map(Used::name).toList();
      }
    };
  }

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeUTF(name);
      out.writeUTF(folder.toString());
      out.writeLong(limit.toNanos());
      out.writeInt(lists.size());
      for (String list : lists) {
        out.writeUTF(list);
      }
      out.writeInt(used.size());
      for (Used each : used) {
        out.writeUTF(each.name());
        out.writeUTF(each.reason());
        out.writeUTF(each.hint());
        write(out, each.rules());
      }
      write(out, script);
    } catch (IOException e) {
      throw new UncheckedIOException("a request that does not fit", e);
    }
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, ByteBuffer bytes) throws IOException {
    out.writeInt(bytes.capacity());
    out.write(bytes(bytes));
  }

  private static ByteBuffer read(DataInputStream in) throws IOException {
    return ByteBuffer.wrap(in.readNBytes(in.readInt()));
  }

  /// What a buffer holds, as an array of its own.
  static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  static Request decode(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    String name = in.readUTF();
    Path folder = Path.of(in.readUTF());
    Duration limit = Duration.ofNanos(in.readLong());
    int count = in.readInt();
    List<String> lists = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lists.add(in.readUTF());
    }
    int users = in.readInt();
    List<Used> used = new ArrayList<>();
    for (int i = 0; i < users; i++) {
      String ruleset = in.readUTF();
      String reason = in.readUTF();
      String hint = in.readUTF();
      used.add(new Used(ruleset, read(in), reason, hint));
    }
    return new Request(name, read(in), folder, lists, used, limit);
  }
}
