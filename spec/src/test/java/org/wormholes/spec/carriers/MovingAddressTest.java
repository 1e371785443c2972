package org.wormholes.spec.carriers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.KnownBytes;
import org.wormholes.spec.lab.LiveNetwork;
import org.wormholes.spec.lab.LiveNode;
import org.wormholes.spec.lab.NameServer;
import org.wormholes.spec.lab.Namespace;
import org.wormholes.spec.lab.Ports;
import org.wormholes.spec.lab.Program;
import org.wormholes.spec.lab.Tools;

/// A laptop that changes from one network to another: its only interface gets another address, in
/// another subnet, in the middle of a download through three hops. The download goes on over the
/// same circuits.
@Timeout(120)
class MovingAddressTest {
  static final List<String> CARRIERS = List.of("tcp", "tls", "quic");

  private static final int BYTES = 96 << 20;
  private static final int MOVES = 2;
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String SERVERS = "10.20.0.1";

  /// The networks that the client changes between, each with a router whose last number is 1.
  private static final List<String> SUBNETS = List.of("10.20.1.", "10.20.2.");

  private static final List<AutoCloseable> OPEN = new ArrayList<>();

  private static Path folder;
  private static Namespace laptop;
  private static LiveNode client;
  private static Program events;
  private static int webPort;
  private static String expected;
  private static int moves;

  @BeforeAll
  static void build(@TempDir Path place) throws IOException {
    folder = place;
    Namespace internet = open(Namespace.open(folder));
    laptop = open(internet.beside(folder));
    internet.join("lan", laptop, "wifi");
    internet.ip(
        folder,
        "address add " + SERVERS + "/32 dev lo",
        "address add " + SUBNETS.get(0) + "1/24 dev lan",
        "address add " + SUBNETS.get(1) + "1/24 dev lan",
        "link set lan up");
    laptop.ip(folder, "link set wifi up");
    joinNetwork();

    serve(internet);
    expected = KnownBytes.sha256(BYTES);
    NameServer names = open(NameServer.start());
    LiveNetwork network =
        open(
            LiveNetwork.start(
                folder,
                names,
                new LiveNetwork.Options(
                    3,
                    laptop.enter(),
                    256 << 20,
                    new LiveNetwork.Place(internet.enter(), SERVERS, CARRIERS))));
    network.apply(rules(network));
    client = network.client();
    events = listen();
    for (String carrier : CARRIERS) {
      Await.that("a circuit over " + carrier, LIMIT, () -> !circuits(carrier).isEmpty());
    }
  }

  private static <T extends AutoCloseable> T open(T it) {
    OPEN.add(it);
    return it;
  }

  /// Leaves the network the laptop is in, if any, and joins the other one.
  private static void joinNetwork() throws IOException {
    String subnet = SUBNETS.get(moves++ % SUBNETS.size());
    laptop.ip(
        folder,
        "address flush dev wifi",
        "address add " + subnet + "2/24 dev wifi",
        "route add default via " + subnet + "1");
  }

  private static void serve(Namespace internet) throws IOException {
    Path pages = Files.createDirectory(folder.resolve("pages"));
    try (OutputStream page = Files.newOutputStream(pages.resolve("big"))) {
      KnownBytes.write(BYTES, page);
    }
    webPort = Ports.free();
    String python = Tools.need("python3", "python3");
    List<String> words =
        List.of(python, "-um", "http.server", "--bind", SERVERS, Integer.toString(webPort));
    Program server =
        open(
            Program.start(
                "web",
                pages,
                Map.of(),
                Stream.concat(internet.enter().stream(), words.stream()).toList()));
    server.line(Pattern.compile("^Serving HTTP"), LIMIT);
  }

  private static String rules(LiveNetwork network) {
    String tunnels =
        CARRIERS.stream()
            .map(carrier ->
                """
                  tunnel "over-%s", over: "%s" do
                    entry { socks port: %d }
                    relay 3
                    carry :%s
                    exit { allow { address.private? && port == %d } }
                  end
                """
                    .formatted(carrier, LiveNetwork.NAME, Ports.free(), carrier, webPort))
            .collect(Collectors.joining());
    return "ruleset \"laptop\", version: \"1.0\" do\n" + network.network() + tunnels + "end\n";
  }

  private static Program listen() {
    return open(
        Program.start(
            "events",
            folder,
            Map.of(),
            List.of(
                Tools.need("curl", "curl"),
                "--silent",
                "--no-buffer",
                "--unix-socket",
                client.control(),
                "http://localhost/v1/events")));
  }

  private static Set<Long> circuits(String carrier) {
    return client.circuits().stream()
        .filter(it -> it.tunnel().equals("over-" + carrier))
        .filter(it -> it.state() == CircuitView.State.READY)
        .map(CircuitView::id)
        .collect(Collectors.toSet());
  }

  @AfterAll
  static void close() throws Exception {
    for (AutoCloseable each : OPEN.reversed()) {
      each.close();
    }
  }

  @ParameterizedTest
  @FieldSource("CARRIERS")
  void aDownloadGoesOnFromAnotherAddress(String carrier) throws Exception {
    Set<Long> before = circuits(carrier);
    int told = events.lines().size();

    Download download = download(carrier);

    System.out.printf(
        "address changed under a download over %s: %d ms without a byte%n",
        carrier, download.longestPause().toMillis());
    assertThat(download.bytes()).isEqualTo(BYTES);
    assertThat(download.sha256()).isEqualTo(expected);
    Await.that(
        "word that the link was moved",
        LIMIT,
        () ->
            events.lines().stream()
                .skip(told)
                .anyMatch(it -> it.contains("link goes on over " + carrier)));
    assertThat(events.lines().stream().skip(told))
        .noneMatch(it -> it.contains("circuit_lost") && it.contains("over-" + carrier));
    assertThat(circuits(carrier)).containsAnyElementsOf(before);
  }

  /// What came, and the longest time in which nothing did.
  private record Download(long bytes, String sha256, Duration longestPause) {}

  /// Fetches the page from the laptop, which moves at a third and at two thirds of it.
  private static Download download(String carrier) throws Exception {
    String proxy = "socks5h://127.0.0.1:" + client.socksPort("over-" + carrier);
    String page = "http://" + SERVERS + ":" + webPort + "/big";
    List<String> curl =
        List.of(Tools.need("curl", "curl"), "-sS", "--max-time", "60", "--proxy", proxy, page);
    Path errors = folder.resolve("curl-" + carrier);
    Process process =
        new ProcessBuilder(Stream.concat(laptop.enter().stream(), curl.stream()).toList())
            .redirectError(errors.toFile())
            .start();
    try (InputStream in = process.getInputStream()) {
      MessageDigest digest = KnownBytes.newSha256();
      byte[] part = new byte[64 << 10];
      long total = 0;
      long pause = 0;
      int moved = 0;
      long last = System.nanoTime();
      int got;
      while ((got = in.read(part)) >= 0) {
        pause = Math.max(pause, System.nanoTime() - last);
        last = System.nanoTime();
        digest.update(part, 0, got);
        total += got;
        if (moved < MOVES && total > (long) BYTES / (MOVES + 1) * (moved + 1)) {
          moved++;
          joinNetwork();
        }
      }
      assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
      return new Download(
          total, HexFormat.of().formatHex(digest.digest()), Duration.ofNanos(pause));
    } finally {
      process.destroyForcibly();
    }
  }
}
