package org.wormholes.spec.lab;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The laboratory of `spec/natlab`: hosts behind simulated NATs, in network namespaces. Root only;
/// elsewhere the test is skipped. Closing it ends what still runs on its hosts.
public final class NatLab implements AutoCloseable {
  private static final Path FOLDER = Path.of("natlab").toAbsolutePath();
  private static final Path RUN = FOLDER.resolve("run");
  private static final Path PUNCH = FOLDER.resolve("punch.py");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int LABS_BESIDE_EACH_OTHER = 36 * 36 * 36;
  private static final int SERVER_PORT = 7000;

  private final String name;

  private NatLab(String name) {
    this.name = name;
  }

  /// A lab of these sites, each `NAME:KIND` with options as the manual of `run` lists them.
  public static NatLab up(String... sites) {
    assumeTrue("root".equals(System.getProperty("user.name")), "the NAT laboratory needs root");
    Tools.need("ip", "iproute2");
    Tools.need("nft", "nftables");
    Tools.need("python3", "python3");
    long process = ProcessHandle.current().pid() % LABS_BESIDE_EACH_OTHER;
    NatLab lab = new NatLab("t" + Long.toString(process, Character.MAX_RADIX));
    var _ = lab.run("up").with(sites).run().good();
    return lab;
  }

  /// The address a host has on its own interface.
  public String address(String host) {
    return run("addr", host).run().good().text().strip();
  }

  /// Words in front of a command that is to run on `host`. The lab's name stands among them, so
  /// they need nothing from the environment.
  public List<String> enter(String host) {
    return List.of("env", "NATLAB=" + name, RUN.toString(), "exec", host);
  }

  /// Starts what tells two punching hosts each other's endpoint.
  public Program punchServer(String host, Path folder) {
    Program server =
        Program.start(
            "punch server",
            folder,
            Map.of(),
            words(enter(host), "python3", PUNCH.toString(), "server", "" + SERVER_PORT));
    server.line(Pattern.compile("^ready$"), PATIENCE);
    return server;
  }

  /// Whether a plain punch over `protocol`, `udp` or `tcp`, joins two hosts.
  public boolean punches(String protocol, String near, String far, String server, Path folder) {
    try (Program first = punch(protocol, near, far, server, folder);
        Program second = punch(protocol, far, near, server, folder)) {
      Pattern verdict = Pattern.compile("^(ok .*|fail)$");
      String one = first.line(verdict, PATIENCE).group();
      String other = second.line(verdict, PATIENCE).group();
      return one.startsWith("ok") && other.startsWith("ok");
    }
  }

  private Program punch(String protocol, String host, String peer, String server, Path folder) {
    String pair = protocol + Stream.of(host, peer).sorted().reduce("", String::concat);
    return Program.start(
        "punch from " + host,
        folder,
        Map.of(),
        words(
            enter(host),
            "python3",
            PUNCH.toString(),
            protocol,
            host + pair,
            peer + pair,
            address(server) + ":" + SERVER_PORT));
  }

  private Command run(String... words) {
    return Command.of(RUN.toString()).with(words).set("NATLAB", name).within(PATIENCE);
  }

  private static List<String> words(List<String> enter, String... command) {
    return Stream.concat(enter.stream(), Stream.of(command)).toList();
  }

  @Override
  public void close() {
    var _ = run("down").run().good();
  }
}
