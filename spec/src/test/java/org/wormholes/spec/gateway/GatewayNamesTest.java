package org.wormholes.spec.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.LiveNetwork;
import org.wormholes.spec.lab.NameServer;
import org.wormholes.spec.lab.PageServer;
import org.wormholes.spec.lab.Ports;
import org.wormholes.spec.lab.Tools;

/// The engine's process, traced system call by system call while names are fetched through a proxy
/// of others: nobody but that proxy hears of them.
@Timeout(120)
final class GatewayNamesTest {
  private static final Pattern ADDRESSED =
      Pattern.compile("\\b(\\w+)\\(.*sa_family=AF_INET6?, sin6?_port=htons\\((\\d+)\\)");

  /// Where programs of this machine look names up: a socket of another program, or the files that
  /// say who is to be asked.
  private static final Pattern RESOLVER =
      Pattern.compile(
          "connect\\(.*AF_UNIX|\"/etc/(hosts|resolv\\.conf|nsswitch\\.conf|host\\.conf)\"");

  /// What the proxy was asked for.
  private final List<String> asked = new CopyOnWriteArrayList<>();

  @Test
  void namesOfAGatewaysFlowsReachTheGatewayOnly(@TempDir Path folder) throws IOException {
    Path trace = folder.resolve("trace");
    List<String> tracer =
        List.of(
            Tools.need("strace", "strace"),
            "-f",
            "-qq",
            "-s",
            "4096",
            "-e",
            "trace=connect,sendto,sendmsg,sendmmsg,openat",
            "-o",
            trace.toString());
    var options = new LiveNetwork.Options(3, tracer, 256 << 20);
    try (PageServer pages = PageServer.start();
        NameServer names = NameServer.start();
        ServerSocket proxy = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        LiveNetwork network = LiveNetwork.start(folder.resolve("network"), names, options)) {
      serve(proxy, pages.port());
      int entry = Ports.free();
      network.apply(
          """
          ruleset "office", version: "1.0" do
            upstream "office" do
              socks "127.0.0.1:%d"
              entry { socks port: %d }
            end
            routes do
              refuse { host.under? "never.test" }
              to("office") { otherwise }
            end
          end
          """
              .formatted(proxy.getLocalPort(), entry));
      String by = "127.0.0.1:" + entry;
      // Starting asks who the user is, and so where such things are looked up.
      int started = Files.readAllLines(trace).size();
      fetch(pages, "one.secret.test", "--socks5-hostname", by);
      fetch(pages, "two.secret.test", "--socks4a", by);
      fetch(pages, "three.secret.test", "--proxytunnel", "--proxy", "http://" + by);
      Command.of(Tools.need("curl", "curl"), "-s", "--socks5-hostname", by)
          .with("http://four.never.test/")
          .run();

      assertThat(asked).containsExactly("one.secret.test", "two.secret.test", "three.secret.test");
      TreeSet<Integer> allowed = new TreeSet<>(network.relayPorts());
      allowed.add(proxy.getLocalPort());
      List<String> all = Files.readAllLines(trace);
      List<String> calls = all.subList(started, all.size());
      assertThat(new TreeSet<>(ports(calls))).contains(proxy.getLocalPort()).isSubsetOf(allowed);
      assertThat(calls).noneMatch(line -> RESOLVER.matcher(line).find());
      assertThat(calls)
          .as("a name in what is sent to an address, without a connection")
          .noneMatch(line -> line.contains(".test") && line.contains("sa_family"));
      assertThat(calls).noneMatch(line -> line.contains("never.test"));
      assertThat(names.questions()).noneMatch(name -> name.contains("secret"));
    }
  }

  private static List<Integer> ports(List<String> calls) {
    return calls.stream()
        .flatMap(line -> ADDRESSED.matcher(line).results())
        .map(found -> Integer.parseInt(found.group(2)))
        .toList();
  }

  private static void fetch(PageServer pages, String host, String... proxy) {
    var outcome =
        Command.of(Tools.need("curl", "curl"), "-sS", "--noproxy", "")
            .with(proxy)
            .with(pages.url(host, "/hello"))
            .run()
            .good();
    assertThat(outcome.text()).isEqualTo(PageServer.GREETING);
  }

  /// A SOCKS5 proxy (RFC 1928) that writes down what it is asked for, and always leads to one port.
  private void serve(ServerSocket proxy, int port) {
    Thread.ofPlatform()
        .daemon()
        .name("proxy")
        .start(() -> {
          while (!proxy.isClosed()) {
            try (Socket visitor = proxy.accept();
                Socket page = new Socket(InetAddress.getLoopbackAddress(), port)) {
              answer(visitor);
              Thread back =
                  Thread.ofPlatform().daemon().name("proxy-back").start(() -> copy(page, visitor));
              copy(visitor, page);
              back.join();
            } catch (IOException | InterruptedException over) {
              // The next one, or none where the test is over.
            }
          }
        });
  }

  private void answer(Socket visitor) throws IOException {
    DataInputStream in = new DataInputStream(visitor.getInputStream());
    in.readUnsignedByte();
    in.skipNBytes(in.readUnsignedByte());
    OutputStream out = visitor.getOutputStream();
    out.write(new byte[] {5, 0});
    byte[] head = in.readNBytes(4);
    byte[] name = in.readNBytes(head[3] == 3 ? in.readUnsignedByte() : 4);
    in.skipNBytes(2);
    asked.add(head[3] == 3 ? new String(name, StandardCharsets.US_ASCII) : "an address");
    out.write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException over) {
      // So is the flow.
    }
  }
}
