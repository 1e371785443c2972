package org.wormholes.dsl;

import com.dylibso.chicory.wasm.ChicoryException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ruby_lang.prism.Loader;
import org.ruby_lang.prism.Nodes;
import org.ruby_lang.prism.ParseResult;
import org.ruby_lang.prism.ParsingOptions;

/// The one door to Ruby's parser: Prism as WebAssembly turned into Java bytecode, so hostile text
/// can at worst end its own parse. Without the native backend of `redline` (left out in the pom) it
/// is ready in a tenth of a second.
final class SyntaxTree {
  /// Longest text that is parsed, in bytes.
  static final int MAX_SOURCE_BYTES = 256 * 1024;

  private static final Object LOCK = new Object();
  private static @Nullable ParserMachine idle;

  private SyntaxTree() {}

  /// The statements of a text, or empty with at least one problem added to the list.
  static Nodes.@Nullable ProgramNode parse(Source source, List<Problem> problems) {
    byte[] bytes = source.bytes();
    if (bytes.length > MAX_SOURCE_BYTES) {
      problems.add(
          Problem.error(source.position(0, 0), "the ruleset is " + bytes.length + " bytes long")
              .expecting("at most " + MAX_SOURCE_BYTES + " bytes")
              .hinting("put long lists into files of their own and name them with `listed?`"));
      return null;
    }
    if (!source.isText()) {
      problems.add(
          Problem.error(source.position(0, 0), "the ruleset is not text")
              .expecting("UTF-8 without zero bytes"));
      return null;
    }
    ParseResult result = run(bytes, source.file());
    if (Thread.interrupted()) {
      problems.add(
          Problem.error(source.position(0, 0), "the ruleset takes too long to be read")
              .hinting("make its longest expressions shorter"));
      return null;
    }
    if (result == null) {
      problems.add(
          Problem.error(source.position(0, 0), "the ruleset is nested too deeply to be read")
              .hinting("split it into helpers and constants"));
      return null;
    }
    if (result.errors.length > 0) {
      problems.addAll(errors(source, result));
      return null;
    }
    if (result.value instanceof Nodes.ProgramNode program) {
      return program;
    }
    problems.add(Problem.error(source.position(0, 0), "the ruleset could not be read"));
    return null;
  }

  private static List<Problem> errors(Source source, ParseResult result) {
    List<Problem> found = new ArrayList<>();
    for (ParseResult.Error error : result.errors) {
      Nodes.Location at = error.location;
      found.add(Problem.error(source.position(at.startOffset, at.endOffset()), error.message));
      if (found.size() == Problems.MAX_PROBLEMS) {
        break;
      }
    }
    return found;
  }

  private static @Nullable ParseResult run(byte[] bytes, String file) {
    ParserMachine machine = borrow();
    try {
      ParseResult result = Loader.load(machine.parse(bytes, options(file)));
      giveBack(machine);
      return result;
    } catch (ChicoryException | StackOverflowError e) {
      // The machine ran out of stack, memory or time: it is dropped, a new one starts clean.
      return null;
    }
  }

  private static ParserMachine borrow() {
    synchronized (LOCK) {
      ParserMachine machine = idle;
      idle = null;
      return machine == null ? new ParserMachine() : machine;
    }
  }

  private static void giveBack(ParserMachine machine) {
    synchronized (LOCK) {
      idle = machine;
    }
  }

  private static byte[] options(String file) {
    return ParsingOptions.serialize(
        file.getBytes(StandardCharsets.UTF_8),
        1,
        "UTF-8".getBytes(StandardCharsets.US_ASCII),
        false,
        EnumSet.noneOf(ParsingOptions.CommandLine.class),
        ParsingOptions.SyntaxVersion.V4_0,
        true,
        false,
        false,
        new byte[0][][]);
  }
}
