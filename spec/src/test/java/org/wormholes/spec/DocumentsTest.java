package org.wormholes.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The documents say what is there: every module is on the map, every link leads somewhere, the
/// glossary is sorted.
final class DocumentsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(?:#[^)]*)?\\)");
  private static final Pattern TERM = Pattern.compile("^- \\*\\*([^*]+)\\*\\*", Pattern.MULTILINE);

  @TestFactory
  Stream<DynamicTest> everyModuleIsOnTheMapAndSaysWhatIsNotInIt() throws IOException {
    String map = text(ROOT.resolve("README.md"));
    return modules().stream()
        .map(module ->
            DynamicTest.dynamicTest(
                module,
                () -> {
                  assertThat(map).contains("(" + module + "/README.md)");
                  assertThat(text(ROOT.resolve(module, "README.md"))).contains("## Not here");
                }));
  }

  @TestFactory
  Stream<DynamicTest> everyLinkLeadsSomewhere() throws IOException {
    return documents().stream()
        .map(document ->
            DynamicTest.dynamicTest(
                ROOT.relativize(document).toString(),
                () -> assertThat(linksFrom(document)).allSatisfy(to -> assertThat(to).exists())));
  }

  @Test
  void theGlossaryIsSortedAndNamesEachTermOnce() throws IOException {
    List<String> terms = all(TERM, text(ROOT.resolve("spec/GLOSSARY.md")));

    assertThat(terms)
        .isNotEmpty()
        .doesNotHaveDuplicates()
        .isSortedAccordingTo(String::compareToIgnoreCase);
  }

  private static List<String> modules() throws IOException {
    return all(MODULE, text(ROOT.resolve("pom.xml")));
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .filter(file -> !ROOT.relativize(file).toString().matches("(.*/)?(target|\\.git)/.*"))
          .sorted()
          .toList();
    }
  }

  private static List<Path> linksFrom(Path document) throws IOException {
    return all(LINK, text(document)).stream()
        .filter(link -> !link.contains("://"))
        .map(link -> document.resolveSibling(link).normalize())
        .toList();
  }

  private static List<String> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group(1)).toList();
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file);
  }
}
