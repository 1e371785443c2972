package org.wormholes.spec.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.SignedZones;
import org.wormholes.spec.lab.Tools;

/// `dig` and `kdig` ask through an exit whose name server is Debian's `unbound`, in each of the
/// ways it can be asked; signatures come through all of them whole.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class ExitResolversTest {
  @TempDir static Path folder;
  private static SignedZones zones;

  @BeforeAll
  static void start() throws IOException {
    zones = SignedZones.start(folder);
  }

  @AfterAll
  static void stop() {
    zones.close();
  }

  private static String server(String way) throws IOException, CertificateException {
    return switch (way) {
      case "tls" -> zones.overTls();
      case "https" -> zones.overHttps();
      default -> zones.address();
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"udp", "tls", "https"})
  void exitsAsk(String way) throws Exception {
    Exit exit =
        new Exit(
            List.of(
                ExitClause.allow(
                    new Expr.AddressTest(AddressKind.LOOPBACK, new Expr.FactRef(Fact.ADDRESS)))),
            new Resolve.ByServers(List.of(server(way))));
    try (LocalNetwork network = LocalNetwork.withExit(2, exit)) {
      network.awaitKnown();
      String at =
          network
              .client()
              .apply(rules(network, exit), SourceMap.EMPTY)
              .toCompletableFuture()
              .join()
              .getFirst()
              .address();
      String port = at.substring(at.lastIndexOf(':') + 1);
      network.awaitReady();

      assertThat(ask("dig", port, "+dnssec", "+time=20", way + ".wild.signed.test", "A"))
          .contains("status: NOERROR", "ra ad;", "127.0.0.1");
      assertThat(ask("kdig", port, "+edns", "+time=20", "www.forged.test", "A"))
          .contains("SERVFAIL", "EDE: 6 ");
      assertThat(ask("dig", port, "+time=20", way + ".plain.test", "A")).contains("NXDOMAIN");
      assertThat(zones.asked()).contains(way + ".wild.signed.test A", way + ".plain.test A");
    }
  }

  private static Ruleset rules(LocalNetwork network, Exit exit) {
    Dnssec root = new Dnssec(List.of(TrustAnchor.parse(zones.anchor(".")).orElseThrow()));
    Entry entry =
        new Entry.Dns(
            new Entry.Listen(0),
            Entry.Dns.Over.UDP,
            Entry.Dns.Invents.SPECIAL,
            Entry.Dns.ADDRESSES_4,
            Entry.Dns.ADDRESSES_6,
            Optional.of(root));
    Tunnel tunnel =
        new Tunnel(
            "names",
            LocalNetwork.NETWORK,
            List.of(entry),
            Relays.any(2),
            exit,
            List.of("tcp"),
            Optional.empty(),
            new Isolation(false, false),
            false,
            Optional.empty());
    return new Ruleset(
        "test",
        "1",
        List.of(new Network(LocalNetwork.NETWORK, true, List.of(network.bootstrap()))),
        List.of(tunnel),
        List.of(new Route(new Verdict.To("names"), Exprs.YES)),
        List.of());
  }

  private static String ask(String program, String port, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Tools.need(program, program.equals("dig") ? "dnsutils" : "knot-dnsutils"));
    command.addAll(List.of("@127.0.0.1", "-p", port));
    command.addAll(List.of(words));
    return Command.of(command.toArray(String[]::new)).run().good().text();
  }
}
