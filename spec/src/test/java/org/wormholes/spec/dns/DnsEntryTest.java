package org.wormholes.spec.dns;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Exit;
import org.wormholes.rules.ExitClause;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.Route;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.runtime.control.ListenView;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.Socks;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.Tools;
import org.wormholes.spec.lab.UdpThroughSocks;
import org.wormholes.spec.lab.ZoneServer;

/// `dig` and `kdig` ask a DNS entry, whose questions go through a tunnel to an exit, which asks a
/// name server of this test.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class DnsEntryTest {
  private static ZoneServer zone;
  private static LocalNetwork network;
  private static ServerSocket page;
  private static int first;
  private static int second;
  private static int tls;
  private static int https;
  private static int all;
  private static int proxy;

  @BeforeAll
  static void start() throws IOException {
    zone =
        new ZoneServer()
            .with("www.zone.test", "A", 300, "127.0.0.1")
            .with("once.zone.test", "A", 300, "127.0.0.1")
            .with("behind.zone.test", "A", 300, "127.0.0.1")
            .with("cached.zone.test", "A", 300, "127.0.0.2")
            .with("alias.zone.test", "CNAME", 60, "www.zone.test.")
            .with("zone.test", "MX", 3600, "10 mx.zone.test.")
            .with("_sip._udp.zone.test", "SRV", 3600, "1 2 5060 sip.zone.test.")
            .with("7.2.0.192.in-addr.arpa", "PTR", 3600, "www.zone.test.")
            .with("www.zone.test", "HTTPS", 300, "1 . alpn=h2")
            .with("inside.zone.test", "A", 300, "10.0.0.1")
            .with("inside.zone.test", "HTTPS", 300, "1 . alpn=h2 ipv4hint=10.0.0.1")
            .with("ads.zone.test", "A", 300, "127.0.0.9");
    for (int i = 0; i < 100; i++) {
      zone.with("many.zone.test", "TXT", 300, "\"text number " + i + "\"");
    }
    page = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("page").start(DnsEntryTest::greet);
    Exit exit =
        new Exit(
            List.of(
                ExitClause.allow(
                    new Expr.AddressTest(AddressKind.LOOPBACK, new Expr.FactRef(Fact.ADDRESS)))),
            new Resolve.ByServers(List.of(zone.address())));
    network = LocalNetwork.withExit(2, exit);
    network.awaitKnown();
    List<ListenView> open =
        network.client().apply(rules(exit), SourceMap.EMPTY).toCompletableFuture().join();
    first = port(open.get(0));
    proxy = port(open.get(1));
    all = port(open.get(2));
    second = port(open.get(3));
    tls = port(open.get(4));
    https = port(open.get(5));
    network.awaitReady();
  }

  private static Ruleset rules(Exit exit) {
    Expr ads = new Expr.Member(new Expr.FactRef(Fact.HOST), DomainSet.of("ads.zone.test"));
    Expr bySecond =
        new Expr.Compare(
            Expr.Comparison.EQUAL, new Expr.FactRef(Fact.ENTRY), new Expr.Text("second"));
    return new Ruleset(
        "test",
        "1",
        List.of(new Network(LocalNetwork.NETWORK, true, List.of(network.bootstrap()))),
        List.of(
            tunnel(
                "first",
                exit,
                dns(Entry.Dns.Invents.SPECIAL),
                new Entry.Socks(new Entry.Listen(0), true),
                dns(Entry.Dns.Invents.ALL)),
            tunnel(
                "second",
                exit,
                dns(Entry.Dns.Invents.NOTHING),
                dns(Entry.Dns.Over.TLS),
                dns(Entry.Dns.Over.HTTPS))),
        List.of(
            new Route(Verdict.REFUSE, ads),
            new Route(new Verdict.To("second"), bySecond),
            new Route(new Verdict.To("first"), Exprs.YES)),
        List.of());
  }

  private static Entry dns(Entry.Dns.Invents invents) {
    return new Entry.Dns(new Entry.Listen(0), invents);
  }

  private static Entry dns(Entry.Dns.Over over) {
    return new Entry.Dns(
        new Entry.Listen(0),
        over,
        Entry.Dns.Invents.SPECIAL,
        Entry.Dns.ADDRESSES_4,
        Entry.Dns.ADDRESSES_6);
  }

  private static Tunnel tunnel(String name, Exit exit, Entry... entries) {
    return new Tunnel(
        name,
        LocalNetwork.NETWORK,
        List.of(entries),
        Relays.any(2),
        exit,
        List.of("tcp"),
        Optional.empty(),
        new Isolation(true, true),
        false,
        Optional.empty());
  }

  private static int port(ListenView view) {
    return Integer.parseInt(view.address().substring(view.address().lastIndexOf(':') + 1));
  }

  private static void greet() {
    while (!page.isClosed()) {
      try (Socket client = page.accept()) {
        client.getOutputStream().write("hello".getBytes(US_ASCII));
      } catch (IOException e) {
        // The next one, or the end of the test.
      }
    }
  }

  @BeforeEach
  void forget() {
    zone.asked.clear();
  }

  @AfterAll
  static void stop() throws IOException {
    network.close();
    page.close();
    zone.close();
  }

  private static String dig(int port, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Tools.need("dig", "dnsutils"));
    command.addAll(List.of("@127.0.0.1", "-p", String.valueOf(port), "+tries=1", "+time=9"));
    command.addAll(List.of(words));
    return Command.of(command.toArray(String[]::new)).run().good().text();
  }

  private static String kdig(int port, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Tools.need("kdig", "knot-dnsutils"));
    command.addAll(List.of("@127.0.0.1", "-p", String.valueOf(port), "+retry=0", "+time=9"));
    command.addAll(List.of(words));
    return Command.of(command.toArray(String[]::new)).run().good().text();
  }

  @Test
  void namesAreResolvedAtTheExit() {
    assertThat(dig(first, "+short", "Once.Zone.test", "A").strip()).isEqualTo("127.0.0.1");
    assertThat(zone.asked).containsExactly("once.zone.test A");
    assertThat(kdig(first, "+short", "alias.zone.test", "A").strip()).isEqualTo("127.0.0.1");
  }

  @Test
  void questionsComeOverTlsAndHttps() {
    zone.with("private.zone.test", "A", 300, "127.0.0.1");
    assertThat(kdig(tls, "+tls", "private.zone.test", "A"))
        .contains("TLS session (TLS1.3)", "127.0.0.1");
    assertThat(kdig(https, "+https=/dns-query", "www.zone.test", "A"))
        .contains("HTTP session (HTTP/2-POST)", "127.0.0.1");
    assertThat(kdig(https, "+https-get=/dns-query", "many.zone.test", "TXT"))
        .contains("HTTP/2-GET", "ANSWER: 100");
    assertThat(kdig(tls, "+tls", "ads.zone.test", "A")).contains("NXDOMAIN");
    assertThat(zone.asked).contains("private.zone.test A");
  }

  @Test
  void anExitThatCannotTellIsAFailureAndNothingElseIsAsked() {
    zone.fail("broken.zone.test");
    String answer = dig(first, "broken.zone.test", "A");
    assertThat(answer).contains("status: SERVFAIL");
    assertThat(zone.asked).isNotEmpty().allMatch(name -> name.equals("broken.zone.test A"));
    assertThat(kdig(tls, "+tls", "broken.zone.test", "A")).contains("SERVFAIL");
  }

  @Test
  void noAddressNoNameAndRefusedAreToldApart() {
    assertThat(dig(first, "www.zone.test", "AAAA")).contains("status: NOERROR", "ANSWER: 0");
    assertThat(dig(first, "missing.zone.test", "A")).contains("status: NXDOMAIN");
    assertThat(dig(first, "ads.zone.test", "A")).contains("status: NXDOMAIN", "EDE: 15");
    assertThat(zone.asked).noneMatch(name -> name.startsWith("ads."));
    assertThat(dig(first, "www.zone.test", "AXFR", "+tcp")).contains("Transfer failed");
    assertThat(dig(first, "-c", "CH", "version.bind", "TXT")).contains("status: NOTIMP");
  }

  @Test
  void recordsOfEveryTypeComeThrough() {
    assertThat(dig(first, "+short", "zone.test", "MX").strip()).isEqualTo("10 mx.zone.test.");
    assertThat(dig(first, "+short", "_sip._udp.zone.test", "SRV").strip())
        .isEqualTo("1 2 5060 sip.zone.test.");
    assertThat(kdig(first, "+short", "-x", "192.0.2.7").strip()).isEqualTo("www.zone.test.");
    assertThat(kdig(first, "www.zone.test", "TYPE65")).contains("NOERROR");
    assertThat(zone.asked)
        .contains("zone.test MX", "7.2.0.192.in-addr.arpa PTR", "www.zone.test HTTPS");
  }

  @Test
  void whatIsTooLongForADatagramComesOverAConnection() {
    String cut = dig(first, "+ignore", "+bufsize=512", "many.zone.test", "TXT");
    assertThat(cut).contains("flags: qr tc");
    String whole = dig(first, "+bufsize=512", "many.zone.test", "TXT");
    assertThat(whole).contains("ANSWER: 100", "(TCP)");
    assertThat(kdig(first, "+tcp", "www.zone.test", "A")).contains("127.0.0.1");
  }

  @Test
  void noNameLeadsIntoTheLocalNetwork() {
    assertThat(dig(first, "inside.zone.test", "A")).doesNotContain("10.0.0.1");
    assertThat(dig(first, "inside.zone.test", "TYPE65")).doesNotContain("10.0.0.1", "0A000001");
    assertThat(zone.asked).contains("inside.zone.test A");
  }

  @Test
  void answersAreRememberedForEachTunnelApart() {
    dig(first, "cached.zone.test", "A");
    assertThat(dig(first, "cached.zone.test", "A")).contains("127.0.0.2");
    assertThat(dig(first, "nowhere.zone.test", "A")).contains("NXDOMAIN");
    assertThat(dig(first, "nowhere.zone.test", "A")).contains("NXDOMAIN");
    assertThat(zone.asked).containsExactly("cached.zone.test A", "nowhere.zone.test A");
    // Another tunnel asks for itself: its exit may have heard it before, it has not.
    assertThat(dig(second, "cached.zone.test", "A")).contains("127.0.0.2");
  }

  @Test
  void namesThatAreNotInDnsAreNeverAskedFor() {
    String onion = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwx.onion";
    String address = dig(first, "+short", onion, "A").strip();
    assertThat(address).startsWith("198.1");
    assertThat(dig(first, "+short", onion, "A").strip()).isEqualTo(address);
    assertThat(dig(first, "+short", "blog.wormhole", "AAAA").strip()).startsWith("fd5a:9c17:b3e4:");
    assertThat(dig(first, onion, "MX")).contains("status: NOERROR", "ANSWER: 0");
    assertThat(dig(second, onion, "A")).contains("status: NXDOMAIN");
    assertThat(zone.asked).isEmpty();
    // Nor by the exit, when a rule sends such a flow there.
    for (String name : List.of(onion, "blog.wormhole", "planet.i2p")) {
      assertThatThrownBy(() -> Socks.connect(proxy, name, page.getLocalPort()))
          .hasMessage("socks reply 2");
    }
    assertThat(zone.asked).isEmpty();
    assertThat(dig(first, "+short", "a.localhost", "A").strip()).isEqualTo("127.0.0.1");
    assertThat(zone.asked).isEmpty();
  }

  @Test
  void datagramsToAnInventedAddressReachItsName() throws IOException {
    zone.with("server.zone.test", "A", 300, "127.0.0.1");
    String address = dig(all, "+short", "server.zone.test", "A").strip();
    InetSocketAddress server = new InetSocketAddress(InetAddress.ofLiteral(address), zone.port());
    try (UdpThroughSocks forwarder = UdpThroughSocks.open(proxy, server)) {
      assertThat(dig(forwarder.port(), "+short", "www.zone.test", "A").strip())
          .isEqualTo("127.0.0.1");
    }
    assertThat(zone.asked).contains("server.zone.test A", "www.zone.test A");
  }

  /// Four ways in, a hundred names again and again, a hundred questions at a time.
  @ParameterizedTest
  @ValueSource(strings = {"udp", "tcp", "dot", "doh"})
  void dnsperfLosesNothing(String mode, @TempDir Path folder) throws IOException {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      zone.with(mode + i + ".zone.test", "A", 300, "127.0.0.1");
      names.append(mode).append(i).append(".zone.test A\n");
    }
    Path file = Files.writeString(folder.resolve("names"), names);
    int port = mode.equals("dot") ? tls : mode.equals("doh") ? https : first;
    String report =
        Command.of(Tools.need("dnsperf", "dnsperf"), "-m", mode, "-s", "127.0.0.1")
            .with("-p", String.valueOf(port), "-d", file.toString(), "-n", "20", "-q", "100")
            .with("-c", "4", "-t", "10", "-O", "doh-uri=https://localhost/dns-query")
            .run()
            .good()
            .text();
    assertThat(report)
        .containsPattern("Queries completed: +2000 \\(100\\.00%\\)")
        .containsPattern("Queries lost: +0 ")
        .containsPattern("Response codes: +NOERROR 2000 \\(100\\.00%\\)");
    assertThat(zone.asked).hasSize(100);
  }

  @Test
  void anInventedAddressLeadsToItsName() throws IOException {
    String address = dig(all, "+short", "behind.zone.test", "A").strip();
    assertThat(address).startsWith("198.1");
    assertThat(zone.asked).isEmpty();
    try (Socket connection = Socks.connect(proxy, address, page.getLocalPort())) {
      assertThat(new String(connection.getInputStream().readNBytes(5), US_ASCII))
          .isEqualTo("hello");
    }
    assertThat(zone.asked).contains("behind.zone.test A");
  }
}
