package org.wormholes.rulesets.gem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.dsl.Problem;

/// From an empty folder to a gem.
class ProjectTest {
  @TempDir Path temp;

  @Test
  void aNewProjectPassesAtOnce() throws Exception {
    Path folder = temp.resolve("my-rules");
    Skeleton.create(new GemName("my-rules"), "Ann \"A\" \\ Other", folder);

    ProjectReport report = check(folder);

    assertThat(report.problems()).isEmpty();
    assertThat(report.passed()).isTrue();
    assertThat(report.expectations()).isEqualTo(4);
    assertThat(report.unneeded()).isEmpty();
    assertThat(report.metadata().authors()).containsExactly("Ann \"A\" \\ Other");
  }

  @Test
  void nothingIsWrittenOverAnother() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("mine"));

    assertThatThrownBy(() -> Skeleton.create(new GemName("mine"), "Ann", folder))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void twoPackagesOfOneProjectAreTheSameBytes() throws Exception {
    Path folder = temp.resolve("web");
    Skeleton.create(new GemName("web"), "Ann", folder);
    GemStore store = TestGems.store(temp);

    byte[] first = TestGems.packed(folder, store, Optional.of(TestGems.ANN));
    byte[] second = TestGems.packed(folder, store, Optional.of(TestGems.ANN));
    RulesetGem read = new GemReader(TestGems.CHECK).read(first);

    assertThat(second).isEqualTo(first);
    assertThat(read.signer()).isPresent();
    assertThat(read.metadata()).isEqualTo(Project.read(folder).metadata());
    assertThat(read.files().keySet())
        .containsExactly("README.md", "ruleset.yaml", "test/flows.rb", "web.golden", "web.rb");
  }

  @Test
  void whatIsNotDeclaredIsTold() throws Exception {
    Path folder = project("web", TestGems.web("web", 1080));
    rewrite(folder, "listens: [\"tcp 127.0.0.1:1081\"]");

    ProjectReport report = check(folder);

    assertThat(report.passed()).isFalse();
    assertThat(report.undeclared())
        .containsEntry("listens", List.of("tcp 127.0.0.1:1080"))
        .containsEntry("networks", List.of("commons, open to anyone"));
    assertThat(report.unneeded()).containsEntry("listens", List.of("tcp 127.0.0.1:1081"));
    assertThat(report.golden()).isEqualTo(ProjectReport.Golden.MISSING);
    assertThatThrownBy(
            () -> Packer.pack(Project.read(folder), report, Optional.empty(), TestGems.CHECK))
        .isInstanceOf(GemRefusedException.class);
  }

  @Test
  void aTestThatFailsIsToldWithItsPlace() throws Exception {
    Path folder = temp.resolve("web");
    Skeleton.create(new GemName("web"), "Ann", folder);
    Files.writeString(
        folder.resolve("test/more.rb"),
        "tests \"web\" do\n  flow(\"example.org:22\").uses \"web\"\nend\n");

    ProjectReport report = check(folder);

    assertThat(report.passed()).isFalse();
    assertThat(report.problems())
        .singleElement()
        .extracting(Problem::message, problem -> problem.position().line())
        .satisfies(told -> {
          assertThat(String.valueOf(told)).contains("expected \"example.org:22\"", "2");
        });
  }

  @Test
  void permissionsAreWrittenWhereTheyStood() {
    String before =
        """
        # Mine.
        name: web
        permissions:
          listens: ["tcp 127.0.0.1:1"]

          direct:
          - all
        # Below.
        version: 1
        """;

    assertThat(ProjectFile.replaced(before, Permissions.NONE))
        .isEqualTo("# Mine.\nname: web\npermissions: {}\n# Below.\nversion: 1\n");
    assertThat(ProjectFile.replaced("name: web\n", Permissions.NONE))
        .isEqualTo("name: web\npermissions: {}\n");
  }

  @Test
  void aProjectBuildsOnAnotherBesideIt() throws Exception {
    project("base", TestGems.web("base", 1080));
    Path folder =
        project(
            "mine", "ruleset(\"mine\") { use \"base\"; routes { to(\"base\") { otherwise } } }");
    append(folder, "uses: {base: {version: \"~> 1.0\", path: ../base}}");

    assertThat(compiled(folder).rules()).isPresent();

    append(temp.resolve("base"), "uses: {mine: {path: ../mine}}");
    Files.writeString(temp.resolve("base/base.rb"), "ruleset(\"base\") { use \"mine\" }");
    assertThat(messages(folder)).anyMatch(it -> it.contains("circle"));
  }

  @Test
  void whatAProjectUsesMustBeListed() throws Exception {
    Path folder = project("mine", "ruleset(\"mine\") { use \"base\" }");

    assertThat(messages(folder)).anyMatch(it -> it.contains("ruleset.yaml does not list it"));

    append(folder, "uses: {base: \"~> 2.0\"}");
    assertThat(messages(folder)).anyMatch(it -> it.contains("there is no ruleset \"base\" to use"));
  }

  @Test
  void aProjectThatIsNoneIsTold() throws Exception {
    refused(temp.resolve("nowhere"), "there is no ruleset.yaml");
    refused(with("name: Web"), "`name` in ruleset.yaml must be words");
    refused(with("name: web"), "needs `authors`");
    refused(with("name: web\nauthors: [a]"), "needs `version`");
    refused(with("name: web\nauthors: [a]\nversion: one"), "must be a version");
    refused(with("name: web\nauthors: [a]\nversion: 1\nsummary: s"), "lacks its script `web.rb`");
    refused(with("name: web\ncolour: red"), "a field `colour` that nobody knows");
    refused(with("name: [web"), "not YAML");
    Path folder = with("name: web\nauthors: [a]\nversion: 1\nsummary: s");
    Files.writeString(folder.resolve("web.rb"), "");
    Files.writeString(folder.resolve("tool.so"), "");
    refused(folder, "`tool.so` is no file of a ruleset");
    Files.delete(folder.resolve("tool.so"));
    Files.createSymbolicLink(folder.resolve("x.txt"), Path.of("/etc/passwd"));
    refused(folder, "`x.txt` is no plain file");
  }

  private static void refused(Path folder, String reason) {
    assertThatThrownBy(() -> Project.read(folder))
        .isInstanceOf(GemRefusedException.class)
        .hasMessageContaining(reason);
  }

  private Path with(String yaml) throws IOException {
    Path folder = Files.createTempDirectory(temp, "project");
    Files.writeString(folder.resolve(Project.FILE), yaml + "\n");
    return folder;
  }

  private Path project(String name, String script) throws IOException {
    return TestGems.written(temp.resolve(name), TestGems.project(name, "1.0.0", script));
  }

  private static void append(Path folder, String line) throws IOException {
    Path file = folder.resolve(Project.FILE);
    Files.writeString(file, Files.readString(file) + line + "\n");
  }

  private static void rewrite(Path folder, String permissions) throws IOException {
    append(folder, "permissions: {" + permissions + "}");
  }

  private List<String> messages(Path folder) throws IOException, GemRefusedException {
    return check(folder).problems().stream().map(Problem::message).toList();
  }

  private ProjectReport compiled(Path folder) throws IOException, GemRefusedException {
    return check(folder);
  }

  private ProjectReport check(Path folder) throws IOException, GemRefusedException {
    GemStore store = TestGems.store(temp);
    return new ProjectCheck(store, FullRuby.NEVER).check(Project.read(folder));
  }

  @Test
  void longPermissionsSurviveTheWayThroughAGem() throws Exception {
    List<String> listens =
        java.util.stream.IntStream.range(0, 300)
            .mapToObj(i -> "tcp 127.0.0.1:" + (2_000 + i))
            .toList();
    Permissions permissions =
        new Permissions(
            listens,
            List.of("host == \"ä€𝄞\""),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    Map<String, byte[]> files = TestGems.files("web.rb", "");

    byte[] gem =
        GemWriter.write(
            TestGems.metadata("web", permissions, List.of("web.rb")), files, Optional.empty());

    assertThat(new GemReader(TestGems.CHECK).read(gem).metadata().permissions())
        .isEqualTo(permissions);
  }
}
