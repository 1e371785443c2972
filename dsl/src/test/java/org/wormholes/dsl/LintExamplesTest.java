package org.wormholes.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.lint.Lint;
import org.wormholes.rules.lint.Lints;

/// Scripts and exactly what the lints say of them: `lints.txt`. `-Dgolden=write` writes what they
/// say now, to be read before committing.
class LintExamplesTest {
  private static final Path FILE = Path.of("src/test/resources/org/wormholes/dsl/lints.txt");

  /// @param around `routes`, `tunnel` or `rules`: what the body stands in, see [Scripts]
  private record Example(String around, String name, String body, String said) {
    String script() {
      return switch (around) {
        case "routes" -> Scripts.routes(body);
        case "tunnel" -> Scripts.tunnel(body);
        case "rules" -> Scripts.rules(body);
        default -> throw new IllegalArgumentException(around);
      };
    }

    String text(String saying) {
      return "== " + around + ": " + name + "\n" + body + "\n--\n" + saying;
    }
  }

  @TestFactory
  Stream<DynamicTest> saysThis() throws IOException {
    List<Example> examples = examples();
    if ("write".equals(System.getProperty("golden"))) {
      Files.writeString(
          FILE,
          examples.stream().map(each -> each.text(said(each))).collect(Collectors.joining("\n")));
    }
    return examples().stream()
        .map(each ->
            DynamicTest.dynamicTest(
                each.name(), () -> assertThat(said(each)).isEqualTo(each.said())));
  }

  @Test
  void thereAreExamplesOfEveryKindAndOfNothingToSay() throws IOException {
    List<Example> examples = examples();

    assertThat(examples).hasSizeGreaterThan(40);
    assertThat(examples).anyMatch(each -> each.said().isEmpty());
    assertThat(examples.stream().flatMap(each -> lints(each).stream()).map(Lint::kind).distinct())
        .containsExactlyInAnyOrder(Lint.Kind.values());
  }

  @Test
  void withoutPlacesRulesAreNamedByNumber() {
    String script = Scripts.routes("refuse { port < 100 }\nto(\"web\") { port == 80 }");

    assertThat(Lints.of(Scripts.compiled(script), SourceMap.EMPTY))
        .extracting(Lint::message)
        .containsExactly("this route is never reached: route 1 takes all that it would take");
  }

  private static List<Lint> lints(Example example) {
    Compilation compilation = Compiler.compile("a.rb", example.script(), Options.of(Tier.STATIC));
    assertThat(compilation.ruleset()).as(compilation.render()).isPresent();
    return Lints.of(compilation.ruleset().orElseThrow(), compilation.sourceMap());
  }

  private static String said(Example example) {
    return lints(example).stream()
        .map(lint ->
            "%s: %s: %s\n  %s\n"
                .formatted(
                    lint.position().map(Object::toString).orElse("?"),
                    lint.kind().word(),
                    lint.message(),
                    lint.hint()))
        .collect(Collectors.joining());
  }

  private static List<Example> examples() {
    try {
      List<Example> examples = new ArrayList<>();
      for (String part : Files.readString(FILE).split("(?m)^== ", -1)) {
        if (!part.isBlank()) {
          String head = part.lines().findFirst().orElseThrow();
          String rest = part.substring(head.length() + 1);
          int end = rest.indexOf("\n--\n");
          String said = rest.substring(end + 4).strip();
          examples.add(
              new Example(
                  head.substring(0, head.indexOf(':')),
                  head.substring(head.indexOf(':') + 2),
                  rest.substring(0, end),
                  said.isEmpty() ? "" : said + "\n"));
        }
      }
      return examples;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
