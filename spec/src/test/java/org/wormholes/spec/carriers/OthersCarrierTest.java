package org.wormholes.spec.carriers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.spec.lab.Program;
import org.wormholes.transport.CarrierSettings;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.socket.NettyOptions;

/// A carrier that somebody else wrote, in a jar of its own that is compiled here and is nowhere on
/// the class path.
@Timeout(60)
class OthersCarrierTest {
  private static final String SERVICE =
      "META-INF/services/org.wormholes.transport.socket.CarrierProvider";
  private static final int BYTES = 2 << 20;

  @TempDir private static Path folder;
  private static Path jar = Path.of("");

  @BeforeAll
  static void build() throws IOException {
    Path classes = Files.createDirectory(folder.resolve("classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    boolean compiled =
        compiler
            .getTask(
                null,
                null,
                null,
                List.of(
                    "-proc:none",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-d",
                    classes.toString()),
                null,
                List.of(new Source(source())))
            .call();
    assertThat(compiled).isTrue();
    jar = pack(folder.resolve("xor.jar"), classes, "example.xor.XorProvider");
  }

  private static String source() throws IOException {
    try (InputStream in = OthersCarrierTest.class.getResourceAsStream("XorProvider.java.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String text) {
      super(URI.create("string:///example/xor/XorProvider.java"), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static Path pack(Path target, Path classes, String provider) throws IOException {
    try (OutputStream file = Files.newOutputStream(target);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> all = Files.walk(classes)) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(each).toString()));
        Files.copy(each, out);
      }
      out.putNextEntry(new JarEntry(SERVICE));
      out.write(provider.getBytes(StandardCharsets.UTF_8));
    }
    return Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private static CarrierSettings with(Path file, Map<String, String> options) {
    return new CarrierSettings(
        Optional.empty(), options.isEmpty() ? Map.of() : Map.of("xor", options), List.of(file));
  }

  @Test
  void carriesLinks() throws IOException {
    CarrierSettings settings = with(jar, Map.of("mask", "170"));
    try (TwoNodes nodes =
        new TwoNodes(
            settings,
            settings,
            Map.of("xor", "127.0.0.1:0"),
            Map.of(),
            all -> all,
            List.of("xor"))) {
      assertThat(nodes.relay().addresses().getFirst().format()).contains("@xor+127.0.0.1:");
      assertThat(nodes.carries(BYTES)).isTrue();
    }
  }

  @Test
  void theDaemonTakesIt() {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> words =
        List.of(
            java.toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "org.wormholes.cli.Main",
            "daemon",
            "--state",
            "state",
            "--control",
            folder.resolve("c.sock").toString(),
            "--carrier-jar",
            jar.toString(),
            "--listen",
            "xor=127.0.0.1:0");
    try (Program daemon = Program.start("daemon", folder, Map.of(), words)) {
      daemon.line(
          Pattern.compile("^ready wormhole://[a-z2-7]{56}@xor\\+127.0.0.1:[0-9]+ "),
          Duration.ofSeconds(40));
    }
  }

  @Test
  void whatCannotBeUsedIsSaid() throws IOException {
    Path nothing = Files.createDirectories(folder.resolve("nothing"));
    Path missing = pack(folder.resolve("missing.jar"), nothing, "example.Missing");
    assertRefused(with(missing, Map.of()), "example.Missing");
    assertRefused(with(folder.resolve("none.jar"), Map.of()), "cannot read the jar");
    assertRefused(with(jar, Map.of("mask", "1000")), "xor.mask must be 0..255, was 1000");
    Path open = Files.copy(jar, folder.resolve("open.jar"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-rw-r--"));
    assertRefused(with(open, Map.of()), "others may write to");
  }

  private static void assertRefused(CarrierSettings settings, String why) {
    assertThatThrownBy(() ->
            NettyTransport.open(
                    NettyOptions.defaults().withLoops(1), EntryLimits.defaults(), settings)
                .close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
