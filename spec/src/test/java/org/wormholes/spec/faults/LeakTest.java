package org.wormholes.spec.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.LiveNetwork;
import org.wormholes.spec.lab.NameServer;
import org.wormholes.spec.lab.PageServer;
import org.wormholes.spec.lab.Tools;

/// The client's process, traced system call by system call while names are fetched through it: it
/// speaks to relays and to nobody else.
final class LeakTest {
  /// connect, sendto and the like, where they name an address of IPv4 or IPv6.
  private static final Pattern ADDRESSED =
      Pattern.compile("\\b(\\w+)\\(.*sa_family=AF_INET6?, sin6?_port=htons\\((\\d+)\\)");

  @Test
  void theClientAsksNoNameServerAndConnectsToRelaysOnly(@TempDir Path folder) throws IOException {
    Path trace = folder.resolve("trace");
    List<String> tracer =
        List.of(
            Tools.need("strace", "strace"),
            "-f",
            "-qq",
            "-e",
            "trace=connect,sendto,sendmsg,sendmmsg",
            "-o",
            trace.toString());
    var options = new LiveNetwork.Options(4, tracer, 256 << 20);
    try (PageServer pages = PageServer.start();
        NameServer names = NameServer.start();
        LiveNetwork network = LiveNetwork.start(folder.resolve("network"), names, options)) {
      String proxy = "127.0.0.1:" + network.client().socksPort();
      fetch(pages, "one", "--socks5-hostname", proxy);
      fetch(pages, "two", "--socks4a", proxy);
      fetch(pages, "three", "--proxy", "http://" + proxy);
      Command.of(Tools.need("curl", "curl"), "-s", "--socks5-hostname", proxy)
          .with("http://no-such-name.test/")
          .run();

      List<Addressed> calls = addressed(trace);
      assertThat(calls).extracting(Addressed::call).containsOnly("connect");
      assertThat(new TreeSet<>(calls.stream().map(Addressed::port).toList()))
          .isNotEmpty()
          .isSubsetOf(network.relayPorts());
      // The names were asked for, then: by the exits.
      assertThat(names.questions()).contains("one." + NameServer.ZONE, "two." + NameServer.ZONE);
    }
  }

  private static void fetch(PageServer pages, String host, String... proxy) {
    var outcome =
        Command.of(Tools.need("curl", "curl"), "-sS", "--noproxy", "")
            .with(proxy)
            .with(pages.url(host + "." + NameServer.ZONE, "/hello"))
            .run()
            .good();
    assertThat(outcome.text()).isEqualTo(PageServer.GREETING);
  }

  private record Addressed(String call, int port) {}

  private static List<Addressed> addressed(Path trace) throws IOException {
    try (Stream<String> lines = Files.lines(trace)) {
      return lines
          .flatMap(line -> ADDRESSED.matcher(line).results())
          .map(found -> new Addressed(found.group(1), Integer.parseInt(found.group(2))))
          .toList();
    }
  }
}
