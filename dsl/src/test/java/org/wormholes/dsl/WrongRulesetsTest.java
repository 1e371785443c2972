package org.wormholes.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The table of wrong rulesets: each script in the folder stands beside the exact messages it gets.
///
/// `mvn -pl dsl test -Dgolden=write` writes the messages anew, to be read before committing.
class WrongRulesetsTest {
  private static final Path FOLDER = Path.of("src/test/resources/org/wormholes/dsl/wrong");

  @TestFactory
  Stream<DynamicTest> getTheirExactMessages() throws IOException {
    return scripts().stream()
        .map(script -> DynamicTest.dynamicTest(name(script), () -> check(script)));
  }

  @Test
  void areMany() throws IOException {
    assertThat(scripts()).hasSizeGreaterThanOrEqualTo(60);
  }

  private static void check(Path script) throws IOException {
    Options options = Options.defaults().with(ListFiles.beside(FOLDER));
    Compilation compilation = Compiler.compile(name(script), Files.readAllBytes(script), options);
    String messages = compilation.render() + "\n";
    Path golden = FOLDER.resolve(name(script).replace(".rb", ".messages"));
    if ("write".equals(System.getProperty("golden"))) {
      Files.writeString(golden, messages);
    }

    assertThat(compilation.succeeded()).isFalse();
    assertThat(compilation.problems()).anyMatch(Problem::isError);
    assertThat(messages).isEqualTo(Files.readString(golden));
  }

  private static List<Path> scripts() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".rb")).sorted().toList();
    }
  }

  private static String name(Path script) {
    return String.valueOf(script.getFileName());
  }
}
