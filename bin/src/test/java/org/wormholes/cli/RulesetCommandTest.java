package org.wormholes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;
import picocli.CommandLine;

/// What `wormholes ruleset` prints and answers.
final class RulesetCommandTest {
  @TempDir Path temp;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void make() {
    assertThat(run("new", "web", "--author", "Ann", "--folder", folder().toString()))
        .isEqualTo(ExitCode.OK);
  }

  @Test
  void aNameIsTakenOnce() {
    assertThat(run("new", "web", "--folder", folder().toString())).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("exists already");
    assertThat(run("new", "Web")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void testingTellsWhatIsWrongAndHowToMakeItRight() throws IOException {
    edit("web.rb", "port: 1080", "port: 1090");

    assertThat(test()).isEqualTo(ExitCode.PROBLEMS);
    assertThat(out.toString())
        .contains("it does what ruleset.yaml does not declare:", "tcp 127.0.0.1:1090")
        .contains("it declares what it does not do:", "tcp 127.0.0.1:1080")
        .contains("--write makes that anew");

    assertThat(test("--write")).isEqualTo(ExitCode.OK);
    assertThat(test()).isEqualTo(ExitCode.OK);
  }

  @Test
  void aTestThatFailsIsShownWithItsPlace() throws IOException {
    edit(
        "test/flows.rb",
        "flow(\"example.org:22\").refused",
        "flow(\"example.org:22\").uses \"web\"");

    assertThat(test()).isEqualTo(ExitCode.PROBLEMS);
    assertThat(out.toString()).contains("test/flows.rb:6:3: expected \"example.org:22\"", "not ok");
    assertThat(pack()).isEqualTo(ExitCode.PROBLEMS);
    assertThat(gem("0.1.0")).doesNotExist();
  }

  @Test
  void packingSaysWhatTheGemWillDo() throws Exception {
    assertThat(pack("--json")).isEqualTo(ExitCode.OK);

    Map<?, ?> packed = json();
    assertThat(String.valueOf(packed.get("digest"))).startsWith("sha256-").hasSize(71);
    assertThat(String.valueOf(packed.get("fingerprint"))).hasSize(39);
    assertThat(String.valueOf(packed.get("effects"))).contains("listens=[tcp 127.0.0.1:1080]");

    byte[] first = Files.readAllBytes(gem("0.1.0"));
    assertThat(pack()).isEqualTo(ExitCode.OK);
    assertThat(gem("0.1.0")).hasBinaryContent(first);
    assertThat(pack("--unsigned")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("signed by  nobody");
  }

  @Test
  void nothingIsInstalledThatNobodyAgreedTo() {
    pack();

    assertThat(installed("install", gem("0.1.0"))).isEqualTo(ExitCode.CHANGES);
    assertThat(err.toString()).contains("not seen before", "it may", "nobody can be asked here");
    assertThat(temp.resolve("store")).doesNotExist();
  }

  @Test
  void whatIsInstalledIsListedShownAndVerified() throws Exception {
    pack();
    assertThat(installed("install", gem("0.1.0"), "--yes")).isEqualTo(ExitCode.OK);
    assertThat(installed("install", gem("0.1.0"))).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("installed already");

    assertThat(store("list")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("web  0.1.0  sha256-");
    assertThat(store("show", "web@0.1.0", "--json")).isEqualTo(ExitCode.OK);
    assertThat(json().get("authors")).isEqualTo(List.of("Ann"));
    assertThat(store("show", "web", "--file", "web.rb")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("entry { socks port: 1080 }");
    assertThat(store("show", "web", "--file", "../x")).isEqualTo(ExitCode.USAGE);
    assertThat(store("show", "other")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("no ruleset other is installed; there are web");
    assertThat(store("verify")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("ok  web 0.1.0");
  }

  @Test
  void aFileIsVerifiedWithoutBeingInstalled() throws IOException {
    pack();

    assertThat(store("verify", gem("0.1.0").toString())).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("not seen before", "it may", "tcp 127.0.0.1:1080");
    assertThat(temp.resolve("store")).doesNotExist();

    byte[] bytes = Files.readAllBytes(gem("0.1.0"));
    bytes[bytes.length / 2] ^= 1;
    Files.write(temp.resolve("broken.gem"), bytes);
    assertThat(store("verify", temp.resolve("broken.gem").toString())).isEqualTo(ExitCode.PROBLEMS);
    assertThat(store("verify", temp.resolve("none.gem").toString())).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void anUpgradeShowsWhatIsNewAndGone() throws IOException {
    assertThat(pack()).isEqualTo(ExitCode.OK);
    assertThat(installed("upgrade", gem("0.1.0"))).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("no ruleset web is installed");
    installed("install", gem("0.1.0"), "--yes");
    edit("web.rb", "port: 1080", "port: 1090");
    edit("ruleset.yaml", "0.1.0", "0.2.0");
    test("--write");
    pack();

    assertThat(installed("upgrade", gem("0.2.0"))).isEqualTo(ExitCode.CHANGES);
    assertThat(err.toString())
        .contains("next to 0.1.0, which is installed, it")
        .contains("+ listens  tcp 127.0.0.1:1090", "- listens  tcp 127.0.0.1:1080", "as before");
    assertThat(installed("upgrade", gem("0.2.0"), "--yes")).isEqualTo(ExitCode.OK);
    assertThat(installed("upgrade", gem("0.1.0"), "--yes")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("0.1.0 is older than what is installed, 0.2.0");

    assertThat(store("remove", "web")).isEqualTo(ExitCode.OK);
    assertThat(store("list")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("no ruleset is installed");
  }

  @Test
  void whatIsNoGemIsRefusedInALine() throws IOException {
    Path file = Files.writeString(temp.resolve("x.gem"), "no gem");

    assertThat(installed("install", file, "--yes")).isEqualTo(ExitCode.PROBLEMS);
    assertThat(err.toString()).contains("wormholes: the gem is cut short, or is no tar");
    assertThat(installed("install", temp.resolve("none.gem"))).isEqualTo(ExitCode.USAGE);
    assertThat(installed("install", temp)).isEqualTo(ExitCode.USAGE);
    assertThat(run("install", "https://example.org/x.gem")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("nothing is fetched");
  }

  private Path folder() {
    return temp.resolve("web");
  }

  private Path gem(String version) {
    return temp.resolve("wormholes-ruleset-web-" + version + ".gem");
  }

  private void edit(String file, String from, String to) throws IOException {
    Path path = folder().resolve(file);
    String text = Files.readString(path);
    assertThat(text).contains(from);
    Files.writeString(path, text.replace(from, to));
  }

  private int test(String... more) {
    return store("test", with(more, folder().toString()));
  }

  private int pack(String... more) {
    return store(
        "pack",
        with(
            more,
            folder().toString(),
            "--output",
            temp.toString(),
            "--key",
            temp.resolve("key").toString()));
  }

  private int installed(String word, Path file, String... more) {
    return store(word, with(more, file.toString()));
  }

  private int store(String word, String... more) {
    return run(word, with(more, "--store", temp.resolve("store").toString()));
  }

  private static String[] with(String[] some, String... more) {
    List<String> all = new ArrayList<>(List.of(some));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private int run(String word, String... more) {
    List<String> args = new ArrayList<>(List.of("ruleset", word));
    args.addAll(List.of(more));
    String[] words = args.toArray(String[]::new);
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine line = Main.commandLine(words);
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(words);
  }

  private Map<?, ?> json() throws JsonException {
    return (Map<?, ?>) Json.read(out.toString());
  }
}
