package org.wormholes.rulesets.gem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rulesets.Rulesets;

/// The projects in this module pass their tests, and their gems can be installed.
///
/// `mvn -pl rulesets test -Dgolden=write` writes their golden text and permissions anew.
class TwelveGemsTest {
  private static final Pattern ROW =
      Pattern.compile("\\| \\[(\\w+)]\\(\\1\\) \\| (\\d+) \\| (\\d+) \\|.*");

  @TempDir Path temp;

  @Test
  void areTwelve() throws IOException {
    assertThat(projects()).hasSize(12);
  }

  @TestFactory
  Stream<DynamicTest> passTheirTests() throws IOException {
    return projects().stream()
        .map(folder ->
            DynamicTest.dynamicTest(
                folder.toString(),
                () -> {
                  ProjectReport report = check(folder);
                  assertThat(report.problems()).isEmpty();
                  assertThat(report.undeclared()).isEmpty();
                  assertThat(report.unneeded()).isEmpty();
                  assertThat(report.golden()).isEqualTo(ProjectReport.Golden.SAME);
                  assertThat(report.expectations()).isGreaterThanOrEqualTo(3);
                  assertThat(folder.resolve("README.md")).isRegularFile();
                }));
  }

  private ProjectReport check(Path folder) throws IOException, GemRefusedException {
    ProjectCheck check = new ProjectCheck(TestGems.store(temp), FullRuby.NEVER);
    Project project = Project.read(folder);
    ProjectReport report = check.check(project);
    if ("write".equals(System.getProperty("golden")) && report.rules().isPresent()) {
      ProjectFile.write(project, report.rules().get());
      return check.check(Project.read(folder));
    }
    return report;
  }

  @TestFactory
  Stream<DynamicTest> arePackedAndInstalled() throws IOException {
    return projects().stream()
        .map(folder ->
            DynamicTest.dynamicTest(
                folder.toString(),
                () -> {
                  GemStore store = TestGems.store(Files.createTempDirectory(temp, "gems"));
                  Project project = Project.read(folder);
                  ProjectReport report = new ProjectCheck(store, FullRuby.NEVER).check(project);
                  byte[] gem =
                      Packer.pack(project, report, Optional.of(TestGems.ANN), TestGems.CHECK)
                          .file()
                          .bytes();

                  LockedGem locked = store.accept(store.offer(gem, false, false), false, false);

                  assertThat(store.rules(locked).digest())
                      .isEqualTo(
                          RuleCodec.digest(
                              Rulesets.compile(folder.toString()).ruleset().orElseThrow()));
                }));
  }

  @Test
  void areShorterThanElsewhereAsTheTableSays() throws IOException {
    List<String> rows =
        Files.readAllLines(Path.of("README.md")).stream()
            .filter(line -> ROW.matcher(line).matches())
            .toList();

    assertThat(rows).hasSize(12);
    for (String row : rows) {
      Matcher cells = ROW.matcher(row);
      assertThat(cells.matches()).isTrue();
      Path folder = Path.of(cells.group(1));
      int ours = Integer.parseInt(cells.group(2));
      int theirs = Integer.parseInt(cells.group(3));
      assertThat(linesOf(Files.readString(folder.resolve(folder + ".rb")))).as(row).isEqualTo(ours);
      assertThat(linesOf(Files.readString(folder.resolve("mihomo.yaml"))))
          .as(row)
          .isEqualTo(theirs);
      assertThat(ours).as(row).isLessThan(theirs);
    }
  }

  /// Lines that say something; what a script expects is a test, and not counted.
  private static long linesOf(String text) {
    return text.replaceAll("(?ms)^ {2}expect do$.*?^ {2}end$", "")
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#") && !line.startsWith("expect "))
        .count();
  }

  private static List<Path> projects() throws IOException {
    try (Stream<Path> folders = Files.list(Path.of(""))) {
      return folders.filter(Project::isIn).sorted().toList();
    }
  }
}
