package org.wormholes.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;
import org.wormholes.rules.expr.Type;

/// Every example in the vocabulary is run.
class VocabularyTest {
  private static final Path PAGE = Path.of("../spec/words.md");
  private static final ListFiles LISTS =
      name ->
          java.util.Optional.of("ads.example\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));

  private static final Uses USES =
      name -> {
        Compilation other =
            Compiler.compile(
                name + ".rb",
                Scripts.rules(
                    "tunnel(\"long\") { relay 5 }\nroutes { to(\"long\") { port == 22 } }"),
                Options.defaults());
        return new Uses.Answer.Found(other.ruleset().orElseThrow(), other.sourceMap());
      };

  @TestFactory
  Stream<DynamicTest> examplesOfWordsCompile() {
    return Vocabulary.words().stream()
        .filter(word -> word.room() != Room.FILE)
        .map(word ->
            DynamicTest.dynamicTest(
                word.room() + " " + word.name(), () -> assertCompiles(script(word))));
  }

  @TestFactory
  Stream<DynamicTest> examplesOfFactsCompile() {
    return Stream.of(Fact.values())
        .flatMap(fact -> fact.scopes().stream().map(scope -> example(fact, scope)));
  }

  private static DynamicTest example(Fact fact, Scope scope) {
    return DynamicTest.dynamicTest(
        scope + " " + fact.word(), () -> assertCompiles(asking(scope, fact.example())));
  }

  @TestFactory
  Stream<DynamicTest> examplesOfQuestionsCompile() {
    return Question.questions().stream()
        .map(question ->
            DynamicTest.dynamicTest(
                question.name(),
                () -> {
                  String example = question.example();
                  boolean ofFlow =
                      Stream.of("port", "host", "address", "user").anyMatch(example::startsWith);
                  Scope scope = ofFlow ? Scope.FLOW : Scope.RELAY;
                  boolean isScore = question.name().equals("clamp") || example.equals("bandwidth");
                  assertCompiles(
                      isScore ? relay("prefer { " + example + " }") : asking(scope, example));
                }));
  }

  @Test
  void everyWordIsExplained() {
    assertThat(Vocabulary.words())
        .allSatisfy(word -> {
          assertThat(word.doc()).endsWith(".");
          assertThat(word.example()).contains(word.name());
          assertThat(word.positional()).allSatisfy(p -> assertThat(p.doc()).endsWith("."));
          assertThat(word.named()).allSatisfy(p -> assertThat(p.doc()).endsWith("."));
        });
    assertThat(Question.of(Type.YES_NO)).isEmpty();
  }

  /// `mvn -pl dsl test -Dgolden=write` writes it anew.
  @Test
  void theReferencePageIsUpToDate() throws IOException {
    if ("write".equals(System.getProperty("golden"))) {
      Files.writeString(PAGE, Reference.markdown());
    }

    assertThat(Files.readString(PAGE)).isEqualTo(Reference.markdown());
  }

  private static void assertCompiles(String script) {
    Compilation compilation =
        Compiler.compile("test.rb", script, Options.defaults().with(LISTS).using(USES));
    assertThat(compilation.succeeded()).as(script + "\n" + compilation.render()).isTrue();
  }

  private static String asking(Scope scope, String condition) {
    return switch (scope) {
      case RELAY -> relay("only { " + condition + " }");
      case FLOW ->
          Scripts.routes("mark(\"streaming\") { port == 1 }\nto(\"web\") { " + condition + " }");
      case EXIT ->
          Scripts.tunnel("entry { socks }\nrelay 3\nexit { refuse { " + condition + " } }");
      case WRITE -> table("write { " + condition + " }");
    };
  }

  private static String table(String body) {
    return "ruleset \"test\" do\nnetwork \"commons\" do\ntable \"t\" do\n"
        + body
        + "\nend\nend\nend";
  }

  private static String relay(String body) {
    return Scripts.relay(body);
  }

  /// A whole script around the example of a word.
  private static String script(Word word) {
    String example = word.example();
    return switch (word.room()) {
      case FILE -> example;
      case RULESET ->
          switch (word.name()) {
            case "network" -> "ruleset \"test\" do\n" + example + "\nend";
            case "tunnel" -> Scripts.rules(example);
            case "routes" ->
                Scripts.rules(
                    "tunnel \"web\", over: \"commons\" do\nentry { socks }\nrelay 3\nend\n"
                        + example);
            case "fallback", "fastest", "balance", "split" ->
                Scripts.tunnel("entry { socks }\nrelay 3")
                    .replaceFirst("end\n$", "tunnel(\"spare\") { relay 5 }\n" + example + "\nend");
            default ->
                Scripts.tunnel("entry { socks }\nrelay 3")
                    .replaceFirst("end\n$", example + "\nend");
          };
      case NETWORK -> "ruleset \"test\" do\nnetwork \"commons\" do\n" + example + "\nend\nend";
      case TABLE -> table((word.name().equals("write") ? "" : "write { signed? }\n") + example);
      case TUNNEL ->
          Scripts.tunnel(
              (word.name().equals("entry") ? "" : "entry { socks }\n")
                  + (word.name().equals("relay") ? "" : "relay 3\n")
                  + example);
      case TOR, I2P, UPSTREAM, PEERS -> {
        String kind = word.room().name().toLowerCase(java.util.Locale.ROOT);
        boolean proxy = word.name().equals("socks") || word.name().equals("http");
        boolean nowhere = word.room() == Room.UPSTREAM && !proxy;
        yield Scripts.tunnel("entry { socks }\nrelay 3")
            .replaceFirst(
                "end\n$",
                kind
                    + " \"other\" do\n"
                    + (nowhere ? "socks \"192.0.2.1:1080\"\n" : "")
                    + example
                    + "\nend\nend");
      }
      case ENTRY -> Scripts.tunnel("entry { " + example + " }\nrelay 3");
      case RELAY -> relay(example);
      case EXIT ->
          Scripts.rules(
              "tor \"onions\"\ntunnel \"web\", over: \"commons\" do\nentry { socks }\nrelay 3\nexit do\n"
                  + example
                  + "\nend\nend");
      case ROUTES -> Scripts.routes(example);
      case EXPECT, FLOW ->
          Scripts.routes(
                  "direct { address.in? \"192.168.0.0/16\" }\nto(\"web\") { host.under? \"example.org\" }")
              .replaceFirst("end\n$", "expect { " + example + " }\nend");
    };
  }
}
