package org.wormholes.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.codec.RuleCodec;

/// Whatever a file holds, compiling it ends soon, in rules or in problems.
class CompilerFuzzTest {
  private static final long SEED = 20_260_714;
  private static final int MUTATIONS = 1_500;
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Options LIMITED = Options.defaults().within(Duration.ofSeconds(3));
  private static final String[] PIECES = {
    "do",
    "end",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "#{",
    "|",
    "&",
    "&&",
    "||",
    "!",
    "..",
    "...",
    "=",
    "==",
    "=~",
    "/",
    "%w[",
    "<<~X\n",
    "X\n",
    "\n",
    ";",
    ":",
    "::",
    "def x = ",
    "->",
    "_1",
    "it",
    "if ",
    "unless ",
    "else ",
    "?",
    "*",
    "**",
    "-",
    "1",
    "99999999999999999999",
    "1e999",
    "0x",
    "nil",
    "true",
    "self",
    "yield",
    "return",
    "while true",
    "begin",
    "rescue",
    "case 1",
    "when",
    "in",
    "@a",
    "$a",
    "A",
    "a",
    "latency",
    "host",
    "port.in?",
    ".each { |x| x }",
    ".times { ",
    ".ms",
    ".kib",
    "only { ",
    "tunnel \"t\" do\n",
    "relay 3 do\n",
    "\0",
    "\u00e9",
    "\ud83d\ude00",
    "\t",
    "\r",
    "__END__\n",
    "=begin\n",
    "BEGIN {",
    "alias",
    "undef",
    "$;"
  };

  @Test
  void mutatedScriptsEndInRulesOrProblems() throws IOException {
    Random random = new Random(SEED);
    List<String> seeds = seeds();
    for (int i = 0; i < MUTATIONS; i++) {
      String script = mutated(seeds.get(random.nextInt(seeds.size())), random);
      check(script.getBytes(StandardCharsets.UTF_8), "seed " + SEED + ", mutation " + i);
    }
  }

  @Test
  void randomBytesEndInProblems() {
    Random random = new Random(SEED);
    for (int i = 0; i < 500; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      if (random.nextBoolean()) {
        for (int j = 0; j < bytes.length; j++) {
          bytes[j] = (byte) (bytes[j] & 0x7F);
        }
      }
      check(bytes, "seed " + SEED + ", random " + i);
    }
  }

  @Test
  void deepAndLongScriptsEndInProblems() {
    for (String open :
        List.of("(", "[", "a{", "!", "-", "x = ", "def a\n", "if a\n", "a.b", "1+", "a ? ")) {
      for (int count : new int[] {60, 200, 1_000, 50_000}) {
        check(open.repeat(count).getBytes(StandardCharsets.UTF_8), count + " times " + open);
      }
    }
    check(("!".repeat(400) + "true").getBytes(StandardCharsets.UTF_8), "many negations");
    check(
        Scripts.relay("only { " + "(".repeat(200) + "friend?" + ")".repeat(200) + " }")
            .getBytes(StandardCharsets.UTF_8),
        "parentheses");
    check(
        Scripts.relay("only { " + "friend? && ".repeat(5_000) + "guard? }")
            .getBytes(StandardCharsets.UTF_8),
        "long and");
    check(new byte[SyntaxTree.MAX_SOURCE_BYTES + 1], "too long");
    check("x = 1\n".repeat(40_000).getBytes(StandardCharsets.UTF_8), "many statements");
  }

  @Test
  void expensiveScriptsEndSoon() {
    List<String> scripts =
        List.of(
            "x = \"a\" * 60000\n1000000.times { y = x + \"b\" }",
            "x = (1..90000).to_a\n1000000.times { x.include?(-1) }",
            "x = [1]\n100.times { x = [x, x] }\nx == x",
            "x = { 1 => 2 }\n100.times { x = { x => x } }",
            "def a(n) = [n, n].map { |m| a(m) }\na(1)",
            Scripts.routes("50000.times { |i| refuse { host.under? \"h#{i}.example\" } }"),
            Scripts.relay("only { (1..2000).any? { |i| latency < i.ms && bandwidth > i.kib_s } }"),
            Scripts.relay(
                "only { %w[a b].any? { |a| (1..3000).none? { |b| name == \"#{a}#{b}\" } } }"));
    for (String script : scripts) {
      check(script.getBytes(StandardCharsets.UTF_8), script);
    }
  }

  static void check(byte[] bytes, String what) {
    long start = System.nanoTime();
    Compilation compilation;
    try {
      compilation = Compiler.compile("fuzz.rb", bytes, LIMITED);
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          what
              + " failed on:\n"
              + new String(bytes, 0, Math.min(2_000, bytes.length), StandardCharsets.UTF_8),
          e);
    }
    Duration taken = Duration.ofNanos(System.nanoTime() - start);
    assertThat(taken).as(what).isLessThan(LONGEST);
    assertThat(compilation.problems()).hasSizeLessThanOrEqualTo(Problems.MAX_PROBLEMS + 1);
    assertThat(compilation.render().length()).as(what).isLessThan(400_000);
    if (compilation.ruleset().isPresent()) {
      assertThat(compilation.problems()).as(what).noneMatch(Problem::isError);
      assertThat(RuleCodec.encode(compilation.ruleset().get(), compilation.sourceMap()))
          .isNotEmpty();
    } else {
      assertThat(compilation.problems()).as(what).anyMatch(Problem::isError);
    }
  }

  private static String mutated(String script, Random random) {
    StringBuilder text = new StringBuilder(script);
    for (int edits = 1 + random.nextInt(4); edits > 0 && !text.isEmpty(); edits--) {
      int at = random.nextInt(text.length());
      int to = Math.min(text.length(), at + random.nextInt(12));
      switch (random.nextInt(5)) {
        case 0 -> text.delete(at, to);
        case 1 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
        case 2 -> text.replace(at, to, PIECES[random.nextInt(PIECES.length)]);
        case 3 -> text.insert(random.nextInt(text.length()), text.substring(at, to));
        default -> text.setCharAt(at, (char) (32 + random.nextInt(95)));
      }
    }
    return text.toString();
  }

  private static List<String> seeds() throws IOException {
    List<String> seeds = new ArrayList<>();
    for (Path folder :
        List.of(Path.of("../rulesets"), Path.of("src/test/resources/org/wormholes/dsl/wrong"))) {
      try (Stream<Path> files =
          Files.find(folder, 2, (file, it) -> file.toString().endsWith(".rb"))) {
        for (Path file : files.sorted().toList()) {
          seeds.add(Files.readString(file));
        }
      }
    }
    return seeds;
  }
}
