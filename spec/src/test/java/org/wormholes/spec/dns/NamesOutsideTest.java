package org.wormholes.spec.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.Capture;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.LiveNetwork;
import org.wormholes.spec.lab.LiveNode;
import org.wormholes.spec.lab.NameServer;
import org.wormholes.spec.lab.Namespace;
import org.wormholes.spec.lab.Ports;
import org.wormholes.spec.lab.Program;
import org.wormholes.spec.lab.SignedZones;
import org.wormholes.spec.lab.Tools;

/// A machine of its own, with one cable, on which `dig`, `kdig` and `curl` ask and visit names
/// through an engine: all that goes over the cable is links to relays, and no name is in it. The
/// programs know of the engine what any machine is told of its network: a name server, and a proxy.
@Timeout(120)
class NamesOutsideTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String SERVERS = "10.21.0.1";
  private static final String ROUTER = "10.21.1.1";

  /// What no packet may hold, as text or as labels of DNS.
  private static final String SECRET = "secret";

  private static final String ONION = "secretabcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqr";

  /// Stands in for the SOCKS port of a tor or an I2P router: says what it was asked for, and
  /// answers itself.
  private static final String GATEWAY =
      """
      import socket, sys
      server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
      print("serving", flush=True)
      while True:
          visitor, _ = server.accept()
          f = visitor.makefile("rwb")
          f.read(f.read(2)[1])
          f.write(b"\\5\\0"); f.flush()
          kind = f.read(4)[3]
          print("asked", kind, f.read(f.read(1)[0]).decode(), flush=True)
          f.read(2)
          f.write(b"\\5\\0\\0\\1\\0\\0\\0\\0\\0\\0"); f.flush()
          while f.readline() not in (b"\\r\\n", b""):
              pass
          f.write(b"HTTP/1.0 200 OK\\r\\n\\r\\nhello\\n"); f.flush()
          f.close(); visitor.close()
      """;

  private static final List<AutoCloseable> OPEN = new ArrayList<>();

  private static Path folder;
  private static Namespace machine;
  private static SignedZones zones;
  private static Program gateway;
  private static Capture capture;
  private static LiveNetwork network;
  private static int web;
  private static int socks;
  private static int tls;
  private static int https;
  private static String service;

  @BeforeAll
  static void build(@TempDir Path place) throws IOException {
    folder = place;
    Namespace internet = open(Namespace.open(folder));
    machine = open(internet.beside(folder));
    internet.join("lan", machine, "wifi");
    internet.ip(
        folder,
        "address add " + SERVERS + "/32 dev lo",
        "address add " + ROUTER + "/24 dev lan",
        "link set lan up");
    machine.ip(
        folder,
        "address add 10.21.1.2/24 dev wifi",
        "link set wifi up",
        "route add default via " + ROUTER);

    NameServer reserved = open(NameServer.start());
    zones =
        open(
            SignedZones.start(
                Files.createDirectory(folder.resolve("zones")), reserved.port(), internet.enter()));
    web = Ports.free();
    Path pages = Files.createDirectory(folder.resolve("pages"));
    Files.writeString(pages.resolve("page"), "hello\n");
    String python = Tools.need("python3", "python3");
    start(
        "web",
        pages,
        "Serving HTTP",
        Stream.concat(
            internet.enter().stream(),
            Stream.of(python, "-um", "http.server", "--bind", "127.0.0.1", Integer.toString(web))));
    int gatewayPort = Ports.free();
    gateway =
        start(
            "gateway",
            folder,
            "serving",
            Stream.concat(
                machine.enter().stream(),
                Stream.of(python, "-c", GATEWAY, Integer.toString(gatewayPort))));
    capture = open(Capture.of("wifi", machine.enter(), folder));

    network =
        open(
            LiveNetwork.start(
                folder,
                reserved,
                new LiveNetwork.Options(
                    4,
                    machine.enter(),
                    256 << 20,
                    new LiveNetwork.Place(internet.enter(), SERVERS, List.of("tcp")))));
    socks = Ports.free();
    tls = Ports.free();
    https = Ports.free();
    network.apply(rules(gatewayPort));
    service = publish(network.relays().getLast());
  }

  private static <T extends AutoCloseable> T open(T it) {
    OPEN.add(it);
    return it;
  }

  private static Program start(String name, Path place, String ready, Stream<String> words) {
    Program program = open(Program.start(name, place, Map.of(), words.toList()));
    program.line(Pattern.compile(ready), LIMIT);
    return program;
  }

  private static String rules(int gatewayPort) {
    return """
    ruleset "machine", version: "1.0" do
    %s
      upstream "others" do
        socks "127.0.0.1:%d"
      end
      tunnel "web", over: "%s" do
        entry { socks port: %d }
        entry { dns port: 53, dnssec: true, anchors: ["%s"] }
        entry { dns port: 53, host: "127.0.0.2", invents: :all }
        entry { dns port: %d, over: :tls }
        entry { dns port: %d, over: :https }
        relay 2
        exit { allow { address.loopback? } }
      end
      routes do
        to("others") { host.under?("onion") || host.under?("i2p") }
        to("web") { otherwise }
      end
    end
    """
        .formatted(
            network.network(), gatewayPort, LiveNetwork.NAME, socks, zones.anchor("."), tls, https);
  }

  /// Publishes the pages at a relay, and returns the address.
  private static String publish(LiveNode relay) throws IOException {
    network.apply(
        relay,
        """
        ruleset "publisher", version: "1.0" do
        %s
          tunnel "pages", over: "%s" do
            publish %d, as: "pages"
            relay 2
          end
        end
        """
            .formatted(network.network(), LiveNetwork.NAME, web));
    return Await.value(
        "a published service",
        LIMIT,
        () ->
            relay.status().tunnels().stream()
                .flatMap(tunnel -> tunnel.services().stream())
                .filter(it -> it.ready() > 0)
                .map(it -> it.address().replaceFirst("^wormhole://", ""))
                .findFirst());
  }

  @AfterAll
  static void close() throws Exception {
    for (AutoCloseable each : OPEN.reversed()) {
      each.close();
    }
  }

  private static Command inside(String... words) {
    return Command.of(
        Stream.concat(machine.enter().stream(), Arrays.stream(words)).toArray(String[]::new));
  }

  private static String dig(String... words) {
    return inside(Tools.need("dig", "dnsutils"), "+tries=1", "+time=20")
        .with(words)
        .run()
        .good()
        .text();
  }

  private static String kdig(String... words) {
    return inside(Tools.need("kdig", "knot-dnsutils"), "+retry=0", "+time=20")
        .with(words)
        .run()
        .good()
        .text();
  }

  private static String curl(String... words) {
    return inside(Tools.need("curl", "curl"), "-sS", "--noproxy", "", "--max-time", "40")
        .with(words)
        .run()
        .good()
        .text();
  }

  /// A program that asks the name server of its machine, which is an engine, and connects to what
  /// it says.
  private static String curlByAddress(String nameServer, String url) throws IOException {
    Path resolvers =
        Files.writeString(
            folder.resolve("resolv-" + nameServer), "nameserver " + nameServer + "\n");
    return inside(
            Tools.need("unshare", "util-linux"),
            "--mount",
            "sh",
            "-c",
            "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"",
            resolvers.toString(),
            Tools.need("curl", "curl"))
        .with("-sS", "--noproxy", "", "--max-time", "40", "--socks5", "127.0.0.1:" + socks, url)
        .run()
        .good()
        .text();
  }

  @Test
  void namesLeaveThroughTheTunnelOnly() throws IOException {
    String proxy = "127.0.0.1:" + socks;

    // The name servers of the machine.
    assertThat(dig("@127.0.0.1", "+dnssec", "secret1.wild.signed.test")).contains("ra ad;");
    assertThat(dig("@127.0.0.1", "+tcp", "secret2.wild.signed.test", "A")).contains("127.0.0.1");
    assertThat(dig("@127.0.0.1", "secret3.missing.signed.test", "A")).contains("NXDOMAIN");
    assertThat(kdig("@127.0.0.1", "-p", "" + tls, "+tls", "secret4.wild.signed.test"))
        .contains("127.0.0.1");
    assertThat(
            kdig("@127.0.0.1", "-p", "" + https, "+https=/dns-query", "secret5.wild.signed.test"))
        .contains("127.0.0.1");
    // Names that a proxy is told.
    assertThat(curl("--socks5-hostname", proxy, page("secret6.wild.signed.test")))
        .isEqualTo("hello\n");
    assertThat(curl("--proxy", "http://" + proxy, page("secret7.wild.signed.test")))
        .isEqualTo("hello\n");
    // Names that become addresses first.
    assertThat(curlByAddress("127.0.0.2", page("secret8.wild.signed.test"))).isEqualTo("hello\n");
    assertThat(curlByAddress("127.0.0.1", page(service + ".wormhole"))).isEqualTo("hello\n");
    for (String special : List.of(ONION + ".onion", "secret.i2p")) {
      String address = dig("@127.0.0.1", "+short", special, "A").strip();
      assertThat(address).startsWith("198.1");
      assertThat(curl("--socks5", proxy, "http://" + address + "/page")).isEqualTo("hello\n");
    }

    // All of them were asked for behind an exit, but those that DNS does not have.
    assertThat(zones.asked())
        .contains("test DNSKEY", "signed.test DS", "secret3.missing.signed.test A")
        .noneMatch(it -> it.contains("onion") || it.contains("i2p") || it.contains("wormhole"));
    for (int number : new int[] {1, 2, 4, 5, 6, 7, 8}) {
      assertThat(zones.asked()).contains("secret" + number + ".wild.signed.test A");
    }
    assertThat(gateway.lines()).contains("asked 3 " + ONION + ".onion", "asked 3 secret.i2p");

    // And the cable: what a question beside the engine looks like, and then nothing of the kind.
    inside(Tools.need("dig", "dnsutils"), "@" + ROUTER, "+tries=1", "+time=1", "leaked.test").run();
    Capture.Packet leak =
        Await.value("the leak in the capture", LIMIT, () -> first(capture.packets(), "leaked"));
    assertThat(leak.kind()).isEqualTo("udp");
    assertThat(leak.ports()).contains(53);

    List<Capture.Packet> packets =
        capture.packets().stream().filter(it -> !it.content().contains("leaked")).toList();
    assertThat(packets)
        .hasSizeGreaterThan(100)
        .allMatch(it -> it.kind().equals("tcp"))
        .allMatch(it -> it.ports().stream().anyMatch(network.relayPorts()::contains));
    for (String word : List.of(SECRET, "signed", "wormhole", "onion", service.substring(0, 16))) {
      assertThat(first(packets, word)).as(word).isEmpty();
    }
  }

  private static String page(String host) {
    return "http://" + host + ":" + web + "/page";
  }

  private static Optional<Capture.Packet> first(List<Capture.Packet> packets, String word) {
    return packets.stream().filter(it -> it.content().contains(word)).findFirst();
  }
}
