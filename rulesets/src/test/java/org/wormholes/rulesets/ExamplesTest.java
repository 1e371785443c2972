package org.wormholes.rulesets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Describe;
import org.wormholes.dsl.Options;
import org.wormholes.dsl.Tier;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.codec.RuleCodec;

/// Every ready-made ruleset compiles to its golden text, and to the same bytes in both tiers.
///
/// `mvn -pl rulesets test -Dgolden=write` writes the golden files anew, to be read before
/// committing.
class ExamplesTest {
  private static final Path FOLDER = Path.of("").toAbsolutePath();

  @TestFactory
  Stream<DynamicTest> compileToTheirGoldenText() {
    return each(name -> {
      String text = golden(compiled(name, Tier.STATIC));
      Path file = FOLDER.resolve(name).resolve(name + ".golden");
      if ("write".equals(System.getProperty("golden"))) {
        Files.writeString(file, text);
      }
      assertThat(text).isEqualTo(Files.readString(file));
    });
  }

  @TestFactory
  Stream<DynamicTest> giveTheSameBytesInBothTiers() {
    return each(name -> {
      Compilation fixed = Rulesets.compile(name, Tier.STATIC);
      Compilation full = Rulesets.compile(name, Tier.FULL);
      assertThat(full.render()).isEqualTo(fixed.render());
      assertThat(file(full)).isEqualTo(file(fixed));
    });
  }

  @TestFactory
  Stream<DynamicTest> haveNoWarnings() {
    return each(name -> assertThat(Rulesets.compile(name).render()).isEmpty());
  }

  @TestFactory
  Stream<DynamicTest> giveTheSameRulesFromTheSourceTree() {
    return each(name -> {
      Path file = FOLDER.resolve(name).resolve(name + ".rb");
      Compilation compilation = Compiler.compile(file, Options.defaults());
      assertThat(compilation.ruleset()).contains(compiled(name, Tier.STATIC));
    });
  }

  @Test
  void areAllListed() throws IOException {
    try (Stream<Path> scripts = Files.find(FOLDER, 2, (file, it) -> isScript(file))) {
      assertThat(scripts.map(file -> FOLDER.relativize(file).getName(0).toString()))
          .containsExactlyInAnyOrderElementsOf(Rulesets.names());
    }
  }

  @Test
  void ofAnUnknownNameThereIsNoScript() {
    assertThat(Rulesets.script("../hello")).isEmpty();
  }

  private static boolean isScript(Path file) {
    return file.toString().endsWith(".rb");
  }

  private static Ruleset compiled(String name, Tier tier) {
    Compilation compilation = Rulesets.compile(name, tier);
    assertThat(compilation.ruleset()).as(compilation.render()).isPresent();
    return compilation.ruleset().orElseThrow();
  }

  private static byte[] file(Compilation compilation) {
    return RuleCodec.encode(compilation.ruleset().orElseThrow(), compilation.sourceMap());
  }

  private static String golden(Ruleset ruleset) {
    return RuleCodec.digest(ruleset) + "\n" + Describe.ruleset(ruleset);
  }

  private interface Check {
    void of(String name) throws Exception;
  }

  private static Stream<DynamicTest> each(Check check) {
    List<String> names = Rulesets.names();
    return names.stream().map(name -> DynamicTest.dynamicTest(name, () -> check.of(name)));
  }
}
