package org.wormholes.spec.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.wormholes.rules.Dnssec;
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
import org.wormholes.rules.TrustAnchor;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.runtime.control.ListenView;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.SignedZones;
import org.wormholes.spec.lab.Tools;

/// A DNS entry checks the signatures of zones that are really signed, over a tunnel to an exit with
/// a resolver that checks nothing.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class SignedNamesTest {
  @TempDir static Path folder;
  private static SignedZones zones;
  private static LocalNetwork network;

  /// Ports of entries that start from the root, over UDP, TLS and HTTPS, and from one zone.
  private static int port;

  private static int tls;
  private static int https;
  private static int oneZone;

  @BeforeAll
  static void start() throws IOException {
    zones = SignedZones.start(Files.createDirectory(folder.resolve("zones")));
    Exit exit =
        new Exit(
            List.of(
                ExitClause.allow(
                    new Expr.AddressTest(AddressKind.LOOPBACK, new Expr.FactRef(Fact.ADDRESS)))),
            new Resolve.ByServers(List.of(zones.address())));
    network = LocalNetwork.withExit(2, exit);
    network.awaitKnown();
    Dnssec root = from(".");
    Tunnel tunnel =
        new Tunnel(
            "names",
            LocalNetwork.NETWORK,
            List.of(
                dns(Entry.Dns.Over.UDP, root),
                dns(Entry.Dns.Over.TLS, root),
                dns(Entry.Dns.Over.HTTPS, root),
                dns(Entry.Dns.Over.UDP, from("signed.test"))),
            Relays.any(2),
            exit,
            List.of("tcp"),
            Optional.empty(),
            new Isolation(true, true),
            false,
            Optional.empty());
    Ruleset rules =
        new Ruleset(
            "test",
            "1",
            List.of(new Network(LocalNetwork.NETWORK, true, List.of(network.bootstrap()))),
            List.of(tunnel),
            List.of(new Route(new Verdict.To("names"), Exprs.YES)),
            List.of());
    List<ListenView> open =
        network.client().apply(rules, SourceMap.EMPTY).toCompletableFuture().join();
    port = port(open.get(0));
    tls = port(open.get(1));
    https = port(open.get(2));
    oneZone = port(open.get(3));
    network.awaitReady();
  }

  private static Dnssec from(String zone) {
    return new Dnssec(List.of(TrustAnchor.parse(zones.anchor(zone)).orElseThrow()));
  }

  private static Entry dns(Entry.Dns.Over over, Dnssec dnssec) {
    return new Entry.Dns(
        new Entry.Listen(0),
        over,
        Entry.Dns.Invents.SPECIAL,
        Entry.Dns.ADDRESSES_4,
        Entry.Dns.ADDRESSES_6,
        Optional.of(dnssec));
  }

  private static int port(ListenView view) {
    return Integer.parseInt(view.address().substring(view.address().lastIndexOf(':') + 1));
  }

  @AfterAll
  static void stop() throws IOException {
    network.close();
    zones.close();
  }

  private static String dig(int at, String... words) {
    return ask("dig", at, List.of("+tries=1", "+time=20"), words);
  }

  private static String kdig(int at, String... words) {
    return ask("kdig", at, List.of("+retry=0", "+time=20"), words);
  }

  private static String ask(String program, int at, List<String> patience, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Tools.need(program, program.equals("dig") ? "dnsutils" : "knot-dnsutils"));
    command.addAll(List.of("@127.0.0.1", "-p", String.valueOf(at)));
    command.addAll(patience);
    command.addAll(List.of(words));
    return Command.of(command.toArray(String[]::new)).run().good().text();
  }

  @Test
  void whatIsSignedSaysSo() {
    assertThat(dig(port, "+dnssec", "www.signed.test", "A"))
        .contains("status: NOERROR", "flags: qr rd ra ad;", "127.0.0.1", "RRSIG");
    // dig sets AD, which asks for it, and gets no signatures without DO.
    assertThat(dig(port, "www.signed.test", "A"))
        .contains("flags: qr rd ra ad;", "127.0.0.1")
        .doesNotContain("RRSIG");
    assertThat(dig(port, "+noadflag", "www.signed.test", "A"))
        .contains("flags: qr rd ra;", "127.0.0.1");
    assertThat(dig(port, "+tcp", "+dnssec", "test", "DNSKEY")).contains("ra ad;", "DNSKEY");
  }

  @Test
  void whatIsNotThereIsProved() {
    assertThat(dig(port, "missing.signed.test", "A"))
        .contains("status: NXDOMAIN", "ra ad;", "SOA")
        .doesNotContain("NSEC3");
    assertThat(dig(port, "+dnssec", "www.signed.test", "MX"))
        .contains("status: NOERROR", "ra ad;", "ANSWER: 0", "NSEC3");
    assertThat(dig(port, "a.wild.signed.test", "A")).contains("ra ad;", "127.0.0.1");
    assertThat(dig(port, "nothing", "A")).contains("status: NXDOMAIN", "ra ad;");
  }

  @Test
  void whatNeedNotBeSignedIsAnsweredAsEver() {
    assertThat(dig(port, "www.plain.test", "A")).contains("NOERROR", "ra;", "127.0.0.1");
    assertThat(dig(port, "missing.plain.test", "A")).contains("NXDOMAIN", "ra;");
    // Signed itself, but not what it leads to.
    assertThat(dig(port, "alias.signed.test", "A")).contains("NOERROR", "ra;", "127.0.0.1");
  }

  @ParameterizedTest
  @CsvSource({"www.forged.test, 6", "www.expired.test, 7", "www.bare.test, 9"})
  void whatIsWronglySignedIsNotAnswered(String name, int error) {
    assertThat(dig(port, name, "A"))
        .contains("status: SERVFAIL", "EDE: " + error + " ", "ANSWER: 0")
        .doesNotContain("127.0.0.1\n;;");
    assertThat(kdig(tls, "+tls", name, "A")).contains("SERVFAIL", "EDE: " + error + " ");
    // Who checks for itself is told what came.
    assertThat(dig(port, "+cd", name, "A")).contains("NOERROR", "flags: qr rd ra cd;", "127.0.0.1");
    assertThat(dig(port, name, "A")).contains("status: SERVFAIL");
  }

  @Test
  void entriesOverTlsAndHttpsCheckToo() {
    assertThat(kdig(tls, "+tls", "+dnssec", "www.signed.test", "A"))
        .contains("TLS session", "Flags: qr rd ra ad;", "RRSIG");
    assertThat(kdig(https, "+https=/dns-query", "+dnssec", "www.signed.test", "A"))
        .contains("HTTP session", "Flags: qr rd ra ad;", "RRSIG");
    assertThat(kdig(https, "+https=/dns-query", "www.forged.test", "A"))
        .contains("SERVFAIL", "EDE: 6 ");
  }

  @Test
  void anAnswerThatMayNotBeToldIsNotToldInPart() {
    assertThat(dig(port, "inside.signed.test", "A"))
        .contains("status: SERVFAIL")
        .doesNotContain("10.0.0.1");
  }

  @Test
  void anAnchorOfOneZoneLeavesTheRootToTheKeysOfTheInternet() {
    assertThat(dig(oneZone, "www.signed.test", "A")).contains("ra ad;", "127.0.0.1");
    // This root is signed, but not by IANA.
    assertThat(dig(oneZone, "www.plain.test", "A")).contains("status: SERVFAIL", "EDE: ");
  }

  @Test
  void whoChecksItselfFindsAllItNeeds() throws IOException {
    String key =
        zones.anchor(".").replaceFirst(".* DS ([0-9]+ [0-9]+ [0-9]+) ([0-9A-Fa-f]+)$", "$1 \"$2\"");
    Path anchors =
        Files.writeString(
            folder.resolve("anchors"), "trust-anchors { . static-ds " + key + "; };\n");
    String delv = Tools.need("delv", "dnsutils");
    assertThat(
            Command.of(delv, "@127.0.0.1", "-p", String.valueOf(port))
                .with("-a", anchors.toString(), "+root=.", "www.signed.test", "A")
                .run()
                .good()
                .text())
        .contains("; fully validated", "127.0.0.1");
  }

  @Test
  void dnsperfLosesNothingThatIsChecked() throws IOException {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      names.append("n").append(i).append(".wild.signed.test A\n");
    }
    Path file = Files.writeString(folder.resolve("names"), names);
    String report =
        Command.of(Tools.need("dnsperf", "dnsperf"), "-s", "127.0.0.1", "-D", "-v")
            .with("-p", String.valueOf(port), "-d", file.toString(), "-n", "5", "-q", "100")
            .with("-c", "4", "-t", "15")
            .run()
            .good()
            .text();
    assertThat(report)
        .containsPattern("Queries completed: +1000 \\(100\\.00%\\)")
        .containsPattern("Response codes: +NOERROR 1000 \\(100\\.00%\\)");
    // Once for each name, however many asked at the same time.
    assertThat(zones.asked()).filteredOn(it -> it.startsWith("n7.")).hasSize(1);
  }

  @Test
  void keysAreAskedForThroughTheTunnelAndRemembered() {
    dig(port, "b.wild.signed.test", "A");
    List<String> before = zones.asked();
    assertThat(dig(port, "c.wild.signed.test", "A")).contains("ra ad;");
    assertThat(dig(port, "c.wild.signed.test", "A")).contains("ra ad;");
    List<String> asked = zones.asked();
    assertThat(asked.subList(before.size(), asked.size())).containsExactly("c.wild.signed.test A");
    assertThat(asked).contains("test DNSKEY", "signed.test DS", "signed.test DNSKEY");
  }
}
