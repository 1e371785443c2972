package org.wormholes.dsl.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Problem;
import org.wormholes.rules.Position;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFile;
import org.wormholes.rules.codec.RuleFormatException;

/// A [Compilation] as the child writes it. Whoever reads it takes every byte for an attack.
final class Reply {
  /// The longest reply.
  static final int MAX_BYTES = 1 << 20;

  /// The most problems of one reply: more than a compilation tells.
  static final int MAX_PROBLEMS = 128;

  /// The longest text of a problem, in bytes.
  static final int MAX_TEXT = 16 << 10;

  private static final int MAGIC = 0x57485231; // WHR1

  private Reply() {}

  static byte[] encode(Compilation compilation) {
    byte[] rules =
        compilation
            .ruleset()
            .map(ruleset -> RuleCodec.encode(ruleset, compilation.sourceMap()))
            .orElse(new byte[0]);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      List<Problem> problems = compilation.problems();
      int count = Math.min(problems.size(), MAX_PROBLEMS);
      out.writeInt(count);
      for (Problem problem : problems.subList(0, count)) {
        write(out, problem);
      }
      out.writeInt(rules.length);
      out.write(rules);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, Problem problem) throws IOException {
    out.writeByte(problem.isError() ? 1 : 0);
    Position position = problem.position();
    write(out, position.file());
    out.writeInt(position.line());
    out.writeInt(position.column());
    out.writeInt(position.length());
    write(out, position.text());
    write(out, problem.message());
    write(out, problem.expected());
    write(out, problem.hint());
  }

  private static void write(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = bytes.length;
    if (length > MAX_TEXT) {
      length = MAX_TEXT;
      while ((bytes[length] & 0xC0) == 0x80) {
        length--;
      }
    }
    out.writeInt(length);
    out.write(bytes, 0, length);
  }

  /// @throws MalformedReplyException if this is no reply
  static Compilation decode(ByteBuffer in) throws MalformedReplyException {
    if (in.remaining() > MAX_BYTES || number(in) != MAGIC) {
      throw new MalformedReplyException("this is no reply");
    }
    int count = within(number(in), MAX_PROBLEMS);
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      problems.add(problem(in));
    }
    byte[] rules = bytes(in, MAX_BYTES);
    if (in.hasRemaining()) {
      throw new MalformedReplyException("the reply goes on after its end");
    }
    if (rules.length == 0) {
      if (problems.stream().noneMatch(Problem::isError)) {
        throw new MalformedReplyException("the reply has neither rules nor problems");
      }
      return new Compilation(Optional.empty(), SourceMap.EMPTY, problems, false);
    }
    try {
      RuleFile file = RuleCodec.decode(rules);
      return new Compilation(Optional.of(file.ruleset()), file.sources(), problems, false);
    } catch (RuleFormatException e) {
      throw new MalformedReplyException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Problem problem(ByteBuffer in) throws MalformedReplyException {
    int severity = within(bytes(in, 1, 1)[0], 1);
    String file = text(in);
    int line = number(in);
    int column = number(in);
    int length = number(in);
    String excerpt = text(in);
    try {
      return new Problem(
          severity == 1 ? Problem.Severity.ERROR : Problem.Severity.WARNING,
          new Position(file, line, column, length, excerpt),
          text(in),
          text(in),
          text(in));
    } catch (IllegalArgumentException e) {
      throw new MalformedReplyException(
          "the reply has a place that can't be: " + e.getMessage(), e);
    }
  }

  private static String text(ByteBuffer in) throws MalformedReplyException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes(in, MAX_TEXT)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new MalformedReplyException("the reply has a text that is none", e);
    }
  }

  private static byte[] bytes(ByteBuffer in, int most) throws MalformedReplyException {
    return bytes(in, within(number(in), most), most);
  }

  private static byte[] bytes(ByteBuffer in, int length, int most) throws MalformedReplyException {
    if (within(length, most) > in.remaining()) {
      throw new MalformedReplyException("the reply is cut short");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static int number(ByteBuffer in) throws MalformedReplyException {
    if (in.remaining() < Integer.BYTES) {
      throw new MalformedReplyException("the reply is cut short");
    }
    return in.getInt();
  }

  private static int within(int number, int most) throws MalformedReplyException {
    if (number < 0 || number > most) {
      throw new MalformedReplyException("the reply has a number past its bounds");
    }
    return number;
  }
}
