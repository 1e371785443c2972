package org.wormholes.spec.gems;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.Tools;

/// A ruleset's way from a new folder to a rule that decides, as a person walks it; and what the
/// stock `gem` command makes of the same file.
class RulesetCommandsTest {
  private static final String GEM = "wormholes-ruleset-my-rules-0.1.0.gem";

  @TempDir Path temp;

  @Test
  void aRulesetIsMadeTestedPackedInstalledAndAppliedByName() throws IOException {
    wormholes("ruleset", "new", "my-rules", "--author", "Ann").good();
    assertThat(wormholes("ruleset", "test", "my-rules").good().text()).contains("4 expectations");
    String packed = wormholes("ruleset", "pack", "my-rules").good().text();
    assertThat(packed).contains(GEM, "tcp 127.0.0.1:1080");

    Command.Outcome asked = wormholes("ruleset", "install", "./" + GEM);
    assertThat(asked.exit()).isEqualTo(5);
    assertThat(asked.errors()).contains("it may", "tcp 127.0.0.1:1080", "nobody can be asked");
    assertThat(temp.resolve("data/wormholes/rulesets")).doesNotExist();

    wormholes("ruleset", "install", "--yes", "./" + GEM).good();
    assertThat(wormholes("ruleset", "list", "--json").good().text()).contains("\"my-rules\"");
    assertThat(wormholes("check", "my-rules").good().text()).contains("my-rules 0.1.0");
    assertThat(
            wormholes("explain", "--file", "my-rules@0.1.0", "https://example.org").good().text())
        .contains("wormholes-ruleset-my-rules-0.1.0/my_rules.rb:17");
    Files.writeString(temp.resolve("mine.rb"), "ruleset(\"mine\") { use \"my-rules\" }");
    wormholes("check", "mine.rb").good();

    tamper();
    Command.Outcome refused = wormholes("plan", "my-rules");
    assertThat(refused.exit()).isEqualTo(3);
    assertThat(refused.errors()).contains("is not what the lock names: it was changed");
    assertThat(wormholes("ruleset", "verify").exit()).isEqualTo(3);
    wormholes("ruleset", "remove", "my-rules").good();
    assertThat(wormholes("check", "my-rules@0.1.0").errors()).contains("none is");
  }

  private void tamper() throws IOException {
    try (Stream<Path> gems = Files.list(temp.resolve("data/wormholes/rulesets/gems"))) {
      Path gem = gems.findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(gem);
      bytes[700] ^= 1;
      Files.write(gem, bytes);
    }
  }

  @Test
  void theSameGemIsOneToRubyGems() throws IOException {
    packed();

    String specification = gem("specification", "./" + GEM).good().text();
    assertThat(specification)
        .contains("wormholes_listens: tcp 127.0.0.1:1080", "name: wormholes-ruleset-my-rules");
    gem("unpack", "./" + GEM).good();
    assertThat(temp.resolve("wormholes-ruleset-my-rules-0.1.0/my_rules.rb"))
        .hasSameTextualContentAs(temp.resolve("my-rules/my_rules.rb"));
    gem("install", "--local", "--no-document", "./" + GEM).good();
    assertThat(gem("list", "--local").good().text()).contains("wormholes-ruleset-my-rules (0.1.0)");
    assertThat(gem("contents", "wormholes-ruleset-my-rules").good().text())
        .contains("ruleset.yaml");
  }

  @Test
  void aGemThatRubyGemsBuiltIsTaken() throws IOException {
    packed();
    gem("unpack", "./" + GEM).good();
    String specification = gem("specification", "./" + GEM, "--ruby").good().text();
    Path folder = temp.resolve("wormholes-ruleset-my-rules-0.1.0");
    Files.writeString(
        folder.resolve("web.gemspec"), specification.replace("\"0.1.0\"", "\"0.2.0\""));
    Command.of(Tools.need("gem", "ruby"), "build", "web.gemspec")
        .in(folder)
        .set("GEM_HOME", temp.resolve("gems").toString())
        .run()
        .good();

    Command.Outcome installed =
        wormholes(
            "ruleset",
            "install",
            "--yes",
            folder.resolve("wormholes-ruleset-my-rules-0.2.0.gem").toString());

    assertThat(installed.good().text()).contains("signed by  nobody", "installed  my-rules 0.2.0");
  }

  @Test
  void theSameGemCanBePushed() throws Exception {
    packed();
    LinkedBlockingQueue<byte[]> pushed = new LinkedBlockingQueue<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/gems",
        exchange -> {
          pushed.add(exchange.getRequestBody().readAllBytes());
          byte[] answer = "Successfully registered gem".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    try {
      String host = "http://127.0.0.1:" + server.getAddress().getPort();

      gem("push", GEM, "--host", host).good();

      assertThat(pushed.poll(10, TimeUnit.SECONDS))
          .isEqualTo(Files.readAllBytes(temp.resolve(GEM)));
    } finally {
      server.stop(0);
    }
  }

  private void packed() {
    Tools.need("gem", "ruby");
    wormholes("ruleset", "new", "my-rules").good();
    wormholes("ruleset", "pack", "my-rules").good();
  }

  /// Without a network, and with a home of its own.
  private Command.Outcome gem(String... words) {
    return Command.of(Tools.need("gem", "ruby"))
        .with(words)
        .in(temp)
        .set("GEM_HOME", temp.resolve("gems").toString())
        .set("HOME", temp.toString())
        .set("GEM_HOST_API_KEY", "none")
        .set("http_proxy", "")
        .set("no_proxy", "127.0.0.1")
        .run();
  }

  private Command.Outcome wormholes(String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "org.wormholes.cli.Main"));
    command.addAll(List.of(words));
    return Command.of(command.toArray(String[]::new))
        .in(temp)
        .set("XDG_DATA_HOME", temp.resolve("data").toString())
        .set("XDG_STATE_HOME", temp.resolve("state").toString())
        .set("XDG_RUNTIME_DIR", temp.toString())
        .run();
  }
}
