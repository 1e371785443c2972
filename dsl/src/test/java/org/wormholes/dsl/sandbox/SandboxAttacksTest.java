package org.wormholes.dsl.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.dsl.Tier;

/// Every way out that we could think of, tried from inside; and the same, where it is harmless,
/// from a place without a sandbox, so that it is known to be a way out.
class SandboxAttacksTest {
  private static final String CANARY = "canary-1f9c";
  private static final String SEPARATOR = "\u001f";

  @TempDir Path root;
  private Path folder;
  private ServerSocket tcp;
  private ServerSocketChannel unix;

  @BeforeEach
  void layOut() throws IOException {
    folder = Files.createDirectory(root.resolve("ruleset"));
    Files.writeString(root.resolve("secret"), CANARY);
    Files.writeString(folder.resolve("own"), "own");
    Files.writeString(folder.resolve("victim"), "victim");
    Files.createSymbolicLink(folder.resolve("link"), root.resolve("secret"));
    tcp = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    unix = ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX);
    unix.bind(UnixDomainSocketAddress.of(folder.resolve("socket")));
    unix.configureBlocking(false);
  }

  @AfterEach
  void close() throws IOException {
    tcp.close();
    unix.close();
  }

  @TestFactory
  Stream<DynamicTest> noneGetsOut() throws IOException {
    if (SandboxedCompiler.missing().isPresent()) {
      return Stream.of(DynamicTest.dynamicTest("there is no sandbox here", this::nothingIsRun));
    }
    List<Attack> attacks = Attack.all();
    Compilation compilation =
        SandboxedCompiler.compile(
            "attack.rb", script(attacks), folder, options(Duration.ofMinutes(5)));
    List<String> outcomes = outcomes(compilation);

    assertThat(outcomes.size()).as(compilation.render()).isEqualTo(attacks.size());
    assertThat(attacks).hasSizeGreaterThan(100);
    Stream<DynamicTest> each =
        IntStream.range(0, attacks.size())
            .mapToObj(i ->
                DynamicTest.dynamicTest(
                    attacks.get(i).name(),
                    () ->
                        assertThat(outcomes.get(i))
                            .doesNotContain(CANARY)
                            .matches("(?s)" + attacks.get(i).outcome())));
    return Stream.concat(
        each, Stream.of(DynamicTest.dynamicTest("nothing has changed", this::nothingHasChanged)));
  }

  @Test
  void whatIsTriedWorksWhereThereIsNoSandbox() throws IOException {
    List<Attack> attacks = Attack.all().stream().filter(Attack::works).toList();
    Compilation compilation =
        Compiler.compile("attack.rb", script(attacks), options(Duration.ofMinutes(5)));
    List<String> outcomes = outcomes(compilation);

    assertThat(outcomes.size()).as(compilation.render()).isEqualTo(attacks.size());
    assertThat(attacks).hasSizeGreaterThan(25);
    for (int i = 0; i < attacks.size(); i++) {
      assertThat(outcomes.get(i))
          .as(attacks.get(i).name())
          .doesNotMatch("(?s)" + attacks.get(i).outcome());
    }
  }

  /// A machine whose kernel can't hold a stranger's Ruby does not run it.
  private void nothingIsRun() throws IOException {
    Compilation compilation =
        SandboxedCompiler.compile(
            "attack.rb", script(Attack.all()), folder, options(Duration.ofMinutes(5)));

    assertThat(compilation.succeeded()).isFalse();
    assertThat(compilation.problems().getFirst().message())
        .startsWith("full Ruby is run in the sandbox only, and there is none:");
    nothingHasChanged();
  }

  private void nothingHasChanged() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("own", "victim", "link", "socket");
    }
    assertThat(folder.resolve("own")).hasContent("own");
    assertThat(unix.accept()).as("who came in through the Unix socket").isNull();
    tcp.setSoTimeout(1);
    assertThat(org.assertj.core.api.Assertions.catchThrowable(tcp::accept))
        .as("nobody came in over TCP")
        .isInstanceOf(java.net.SocketTimeoutException.class);
  }

  private static Options options(Duration limit) {
    return Options.of(Tier.FULL).within(limit);
  }

  private byte[] script(List<Attack> attacks) throws IOException {
    String places =
        """
        FOLDER = %s
        SECRET = %s
        TCP = %d
        PARENT = %d
        """
            .formatted(
                quoted(folder.toRealPath()),
                quoted(root.toRealPath().resolve("secret")),
                tcp.getLocalPort(),
                ProcessHandle.current().pid());
    String tried =
        attacks.stream()
            .map(attack -> "attack { " + attack.code() + " }\n")
            .collect(Collectors.joining());
    String told = "raise OUTCOMES.join(\"\\u001f\").tr(\"\\n\", \" \")\n";
    return (prelude() + places + tried + told).getBytes(StandardCharsets.UTF_8);
  }

  private static String quoted(Path path) {
    return "\"" + path + "\"";
  }

  static String prelude() throws IOException {
    try (InputStream in = SandboxAttacksTest.class.getResourceAsStream("attacks.rb")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /// What the script raised at its end.
  private static List<String> outcomes(Compilation compilation) {
    String message = compilation.problems().getFirst().message();
    int from = message.indexOf(": ") + 2;
    int to = message.lastIndexOf(" (");
    return to < from ? List.of() : List.of(message.substring(from, to).split(SEPARATOR, -1));
  }
}
