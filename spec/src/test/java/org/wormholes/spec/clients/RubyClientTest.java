package org.wormholes.spec.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.store.StateFolder;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.lab.Launcher;
import org.wormholes.spec.lab.PageServer;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.control.ControlServer;

/// The Ruby client and its specs, on C Ruby and on JRuby, against an engine in this process.
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class RubyClientTest {
  private static final Path GEM = Path.of("../bin/ruby/wormholes").toAbsolutePath().normalize();
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final String CLASS_PATH =
      List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1)).stream()
          .map(entry -> Path.of(entry).toAbsolutePath().toString())
          .reduce((left, right) -> left + File.pathSeparator + right)
          .orElseThrow();

  @TempDir private Path folder;
  private PageServer pages;
  private LocalNetwork network;
  private NettyTransport transport;
  private StateFolder state;
  private Listener control;

  @BeforeEach
  void start() throws IOException {
    pages = PageServer.start().saying("a page");
    network = LocalNetwork.of(4);
    network.awaitKnown();
    transport = NettyTransport.open();
    state = StateFolder.open(folder.resolve("state"));
    ControlApi api =
        new ControlApi(network.client(), state.rulesets(), Clock.systemUTC(), () -> {});
    control =
        ControlServer.open(transport.sockets(), folder.resolve("control.sock"), api)
            .toCompletableFuture()
            .join();
    writeRules();
    Launcher.in(folder);
  }

  private void writeRules() throws IOException {
    Path script = folder.resolve("client.rb");
    Files.writeString(
        script,
        """
        ruleset "client", version: "1.0" do
          network "local" do
            open_to :anyone
            bootstrap "%s"
          end
          tunnel "web", over: "local" do
            entry { socks port: 0 }
            relay 3
            exit { allow { address.loopback? } }
          end
        end
        """
            .formatted(network.bootstrap()));
    Files.writeString(
        folder.resolve("wrong.rb"), "ruleset \"wrong\" do\n  tunel \"web\" do\n  end\nend\n");
    Compilation compilation = Compiler.compile(script, Options.defaults());
    Files.write(
        folder.resolve("client.wh"),
        RuleCodec.encode(compilation.ruleset().orElseThrow(), compilation.sourceMap()));
  }

  @AfterEach
  void stop() throws IOException {
    control.close();
    state.close();
    transport.close();
    network.close();
    pages.close();
  }

  @Test
  void worksInRuby() throws IOException, InterruptedException {
    run(List.of("ruby", "-w"));
  }

  @Test
  void worksInJRuby() throws IOException, InterruptedException {
    run(
        List.of(
            JAVA,
            "-XX:TieredStopAtLevel=1",
            "-Djruby.native.enabled=false",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            CLASS_PATH,
            "org.jruby.Main",
            "--disable-gems",
            "-I",
            "uri:classloader:/" + bundledMinitest()));
  }

  /// Where JRuby's library has Minitest. Its gem cannot be activated: another one that it names,
  /// Prism, is a part of JRuby and no gem.
  private static String bundledMinitest() throws IOException {
    for (String entry : CLASS_PATH.split(File.pathSeparator, -1)) {
      if (Path.of(entry).getFileName().toString().startsWith("jruby-stdlib")) {
        try (JarFile jar = new JarFile(entry)) {
          return jar.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.endsWith("/lib/minitest/autorun.rb"))
              .map(name -> name.substring(0, name.length() - "/minitest/autorun.rb".length()))
              .findFirst()
              .orElseThrow();
        }
      }
    }
    throw new AssertionError("JRuby's library is not on the class path");
  }

  @Test
  void isTheSameGemEachTimeItIsBuilt() throws IOException, InterruptedException {
    List<byte[]> built = new ArrayList<>();
    for (String name : List.of("first.gem", "second.gem")) {
      Path gem = folder.resolve(name);
      said(List.of("gem", "build", "wormholes.gemspec", "--output", gem.toString()), Map.of());
      built.add(Files.readAllBytes(gem));
    }

    assertThat(built.get(0)).isNotEmpty().isEqualTo(built.get(1));
  }

  private void run(List<String> ruby) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(ruby);
    command.addAll(List.of("-I", "lib", "test/client_spec.rb"));
    Map<String, String> places =
        Map.of(
            "TEST_SOCKET", folder.resolve("control.sock").toString(),
            "TEST_RULES", folder.resolve("client.wh").toString(),
            "TEST_SCRIPT", folder.resolve("client.rb").toString(),
            "TEST_WRONG", folder.resolve("wrong.rb").toString(),
            "TEST_LAUNCHER", folder.resolve("wormholes").toString(),
            "TEST_PORT", Integer.toString(pages.port()));

    assertThat(said(command, places))
        .containsPattern("16 runs, [0-9]+ assertions, 0 failures, 0 errors");
  }

  private String said(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(GEM.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(200, TimeUnit.SECONDS);
    process.destroyForcibly();
    String said = Files.readString(output);
    assertThat(ended && process.exitValue() == 0).as(said).isTrue();
    return said;
  }
}
