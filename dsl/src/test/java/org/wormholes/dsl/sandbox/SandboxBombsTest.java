package org.wormholes.dsl.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Options;
import org.wormholes.dsl.Tier;

/// What ends the child, or tries never to end: each in a child of its own, two at a time.
class SandboxBombsTest {
  @TempDir Path folder;

  /// @param outcome a pattern of the one problem that comes of it
  private record Bomb(String name, Duration limit, String code, String outcome) {}

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(1_500);

  private static final String WRITE =
      "OUT = java.io.FileOutputStream.new(java.io.FileDescriptor.out)\n";

  private static List<Bomb> bombs() {
    List<Bomb> bombs = new ArrayList<>();
    // First, because it takes longest.
    bombs.add(
        new Bomb(
            "a loop, with time enough",
            LONG,
            "loop { }",
            "the ruleset took more than 10 s of processor time"));
    bombs.add(new Bomb("a loop", SHORT, "loop { }", "the ruleset ran longer than 1500.ms"));
    bombs.add(
        new Bomb(
            "a regular expression that explodes",
            SHORT,
            "('a' * 60 + 'b') =~ /^(a|a|a)*$/",
            "the ruleset ran longer than 1500.ms"));
    bombs.add(
        new Bomb(
            "a sleep",
            SHORT,
            "java.lang.Thread.sleep(60_000)",
            "the ruleset ran longer than 1500.ms"));
    bombs.add(
        new Bomb(
            "a JVM that stands still",
            SHORT,
            """
            nap = LINKER.downcallHandle(
              LINKER.defaultLookup.find("sleep").get,
              L::FunctionDescriptor.of(L::ValueLayout::JAVA_INT, L::ValueLayout::JAVA_INT),
              L::Linker::Option.critical(false)
            )
            nap.invokeWithArguments([100.to_java(:int)])
            """,
            "the ruleset ran longer than 1500.ms|the ruleset ran longer than 1500 ms"));
    bombs.add(
        new Bomb(
            "a heap that grows",
            LONG,
            "a = []\nloop { a << 'x' * 1_000_000 }",
            "the ruleset took more memory than the sandbox has"));
    bombs.add(
        new Bomb(
            "one huge array",
            LONG,
            "Array.new(2**31 - 9)",
            "the ruleset took more memory than the sandbox has"));
    bombs.add(
        new Bomb(
            "classes without end",
            Duration.ofSeconds(5),
            """
            all = []
            loop do
              loader = java.net.URLClassLoader.new([].to_java(java.net.URL))
              all << java.lang.reflect.Proxy.getProxyClass(loader, [java.lang.Runnable.java_class].to_java(java.lang.Class))
            end
            """,
            "the ruleset (took more memory than the sandbox has|ran longer than 5\\.s)"));
    bombs.add(
        new Bomb(
            "memory past the JVM",
            LONG,
            """
            handle = LINKER.downcallHandle(LINKER.defaultLookup.find("calloc").get, L::FunctionDescriptor.of(LONG, LONG, LONG))
            got = 0
            got += 16 while handle.invokeWithArguments([1, 16 << 20]) != 0 && got < 4096
            raise "#{got < 512}"
            """,
            "Ruby stopped here: true \\(RuntimeError\\)"));
    bombs.add(
        new Bomb(
            "a flood of output",
            LONG,
            WRITE + "bytes = ('x' * 65_536).to_java_bytes\nloop { OUT.write(bytes) }",
            "the ruleset said more than 1048576 bytes"));
    bombs.add(
        new Bomb(
            "a flood of errors",
            LONG,
            "err = java.io.FileOutputStream.new(java.io.FileDescriptor.err)\nbytes = ('x' * 65_536).to_java_bytes\n100.times { err.write(bytes) }\nraise 'done'",
            "Ruby stopped here: done \\(RuntimeError\\)"));
    bombs.add(new Bomb("a long message", LONG, "raise 'x' * 5_000_000", "Ruby stopped here: x+"));
    bombs.add(
        new Bomb(
            "recursion without end",
            LONG,
            "def again = again\nagain",
            "the ruleset calls itself without end|Ruby stopped here: stack level too deep.*"));
    bombs.add(
        new Bomb(
            "a forged reply",
            LONG,
            WRITE
                + "OUT.write('WHR1 nonsense'.to_java_bytes)\njava.lang.Runtime.getRuntime.halt(0)",
            "the sandbox answered nonsense: .*"));
    bombs.add(
        new Bomb(
            "a reply that promises much",
            LONG,
            WRITE
                + "OUT.write([0x57485231, 0, 0x7fffffff].pack('N3').to_java_bytes)\njava.lang.Runtime.getRuntime.halt(0)",
            "the sandbox answered nonsense: .*"));
    bombs.add(
        new Bomb(
            "no reply",
            LONG,
            "java.lang.Runtime.getRuntime.halt(0)",
            "the sandbox answered nonsense: .*"));
    bombs.add(
        new Bomb(
            "an end of its own",
            LONG,
            "java.lang.Runtime.getRuntime.halt(7)",
            "the ruleset ended the sandbox without an answer \\(exit code 7\\)"));
    bombs.add(
        new Bomb(
            "a claim that there was no sandbox",
            LONG,
            "java.lang.Runtime.getRuntime.halt(41)",
            "the ruleset ended the sandbox without an answer \\(exit code 41\\)"));
    bombs.add(
        new Bomb(
            "a closed output",
            LONG,
            "native(3, 1)\nloop { }",
            "the ruleset closed the sandbox's output"));
    bombs.add(
        new Bomb(
            "a crash",
            LONG,
            "L::MemorySegment.ofAddress(16).reinterpret(8).set(L::ValueLayout::JAVA_BYTE, 0, 1)",
            "the ruleset ended the sandbox without an answer \\(.*\\)"));
    // int 0x80: the calls of 32-bit programs, whose numbers differ.
    bombs.add(
        new Bomb(
            "calls of another architecture",
            LONG,
            """
            at = native(9, 0, 4096, 7, 0x22, -1, 0)[/\\d+/].to_i
            code = [0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3]
            page = L::MemorySegment.ofAddress(at).reinterpret(64)
            code.each_with_index { |byte, i| page.set(L::ValueLayout::JAVA_BYTE, i, byte > 127 ? byte - 256 : byte) }
            LINKER.downcallHandle(L::MemorySegment.ofAddress(at), L::FunctionDescriptor.of(LONG)).invokeWithArguments([])
            """,
            "the ruleset ended the sandbox without an answer \\(signal 31\\)"));
    bombs.add(
        new Bomb(
            "calls of x32",
            LONG,
            "native(0x40000000 + 39)",
            "the ruleset ended the sandbox without an answer \\(signal 31\\)"));
    return bombs;
  }

  @TestFactory
  Stream<DynamicTest> eachComesToAnEnd() {
    if (SandboxedCompiler.missing().isPresent()) {
      return Stream.of(
          DynamicTest.dynamicTest(
              "there is no sandbox here, and nothing is run",
              () ->
                  assertThat(messages(bombs().get(1)).getFirst())
                      .startsWith("full Ruby is run in the sandbox only")));
    }
    ExecutorService two = Executors.newFixedThreadPool(2);
    List<Bomb> bombs = bombs();
    List<Future<List<String>>> outcomes =
        bombs.stream().map(bomb -> two.submit(() -> messages(bomb))).toList();
    two.shutdown();
    return Stream.iterate(0, i -> i < bombs.size(), i -> i + 1)
        .map(i ->
            DynamicTest.dynamicTest(
                bombs.get(i).name(),
                () ->
                    assertThat(outcomes.get(i).get())
                        .singleElement()
                        .asString()
                        .matches("(?s)" + bombs.get(i).outcome())));
  }

  private List<String> messages(Bomb bomb) throws IOException {
    byte[] script = (SandboxAttacksTest.prelude() + bomb.code()).getBytes(StandardCharsets.UTF_8);
    Compilation compilation =
        SandboxedCompiler.compile(
            "bomb.rb", script, folder, Options.of(Tier.FULL).within(bomb.limit()));
    assertThat(compilation.succeeded()).isFalse();
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).as("files that were left behind").isEmpty();
    }
    return compilation.problems().stream().map(each -> each.message()).toList();
  }
}
