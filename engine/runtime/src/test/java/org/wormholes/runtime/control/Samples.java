package org.wormholes.runtime.control;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.wormholes.rules.Distinct;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Exit;
import org.wormholes.rules.ExitClause;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Position;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.Route;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;

/// Rulesets and views that tests share.
final class Samples {
  static final SourceMap SOURCES = sources("web.rb", 1);

  static final Network COMMONS =
      new Network("commons", true, List.of("wormhole://" + "a".repeat(56) + "@192.0.2.1:4040"));

  private Samples() {}

  /// Refuses port 25, sends host `plain.example` direct, everything else to `web`.
  static Ruleset ruleset(int relays) {
    return new Ruleset(
        "web",
        "1.0",
        List.of(COMMONS),
        List.of(tunnel("web", relays)),
        List.of(
            new Route(Verdict.REFUSE, portIs(25)),
            new Route(Verdict.DIRECT, hostIs("plain.example")),
            new Route(new Verdict.To("web"), new Expr.YesNo(true))),
        List.of());
  }

  static Tunnel tunnel(String name, int relays) {
    return new Tunnel(
        name,
        "commons",
        List.of(new Entry.Socks(new Entry.Listen(1080), false)),
        new Relays(
            relays, Optional.empty(), List.of(Distinct.SUBNET), Optional.empty(), Optional.empty()),
        new Exit(List.of(ExitClause.refuse(portIs(6667))), new Resolve.BySystem()),
        List.of(),
        Optional.empty(),
        Isolation.DEFAULT,
        false,
        Optional.empty());
  }

  static Expr portIs(int port) {
    return new Expr.Compare(
        Expr.Comparison.EQUAL, new Expr.FactRef(Fact.PORT), Expr.Quantity.number(port));
  }

  static Expr hostIs(String host) {
    return new Expr.Compare(
        Expr.Comparison.EQUAL, new Expr.FactRef(Fact.HOST), new Expr.Text(host));
  }

  static SourceMap sources(String file, int firstLine) {
    Map<String, Position> positions = new LinkedHashMap<>();
    int line = firstLine;
    for (String path :
        List.of(
            "ruleset",
            "networks/commons",
            "tunnels/web",
            "tunnels/web/relays",
            "tunnels/web/relays/distinct",
            "tunnels/web/exit/0",
            "routes/0",
            "routes/1",
            "routes/2")) {
      positions.put(path, new Position(file, line, 3, 5, "  line for " + path));
      line++;
    }
    return new SourceMap(positions);
  }

  static Candidate candidate(String nickname, boolean eligible, String excludedBy, String path) {
    return new Candidate(
        nickname.repeat(56).substring(0, 56),
        nickname,
        eligible,
        excludedBy,
        path,
        excludedBy.equals("only")
            ? Optional.of(new Settling("latency < 80.ms", "latency is not known"))
            : Optional.empty(),
        Optional.empty(),
        eligible ? OptionalDouble.of(2.5) : OptionalDouble.empty());
  }

  static RulesetView view(String digest) {
    return new RulesetView("web", "1.0", digest, Instant.parse("2026-01-01T00:00:00Z"));
  }

  static ListenView port() {
    return new ListenView("web", "socks", "127.0.0.1:1080", "SOCKS5, SOCKS4a, HTTP");
  }

  static TunnelView tunnelView(String name, int flows) {
    return new TunnelView(
        name,
        "commons",
        TunnelView.State.READY,
        Optional.empty(),
        List.of(port()),
        3,
        2,
        flows,
        1_000,
        2_000_000);
  }

  static CircuitView circuit() {
    return new CircuitView(
        7,
        "web",
        CircuitView.State.READY,
        List.of(
            new HopView(
                "a".repeat(56),
                "aaaaaaaa",
                "127.0.0.1:4001",
                "relay",
                Optional.of(Duration.ofNanos(410_000))),
            new HopView("b".repeat(56), "bbbbbbbb", "127.0.0.1:4002", "exit", Optional.empty())),
        1,
        Duration.ofSeconds(5),
        Optional.of(Duration.ofMillis(6)),
        Optional.of(Duration.ofMillis(1)),
        10,
        20);
  }

  static NodeView node() {
    return new NodeView(
        "a".repeat(56),
        "aaaaaaaa",
        false,
        List.of("relay", "guard"),
        Map.of("tcp", "127.0.0.1:4001"),
        "ann",
        "SE",
        1_000_000,
        "0.1.0",
        true,
        Optional.of(Duration.ofMillis(3)),
        Instant.parse("2026-01-01T01:00:00Z"),
        Optional.of("aunts"),
        List.of(COMMONS.id()));
  }

  static EngineStatus status(Optional<RulesetView> ruleset, List<TunnelView> tunnels) {
    return new EngineStatus(
        "0.1.0",
        "c".repeat(56),
        "commons",
        List.of(),
        4242,
        Duration.ofSeconds(200),
        ruleset,
        List.of(port()),
        tunnels,
        List.of(),
        List.of(),
        12,
        3,
        2,
        0,
        1,
        1_200_000,
        40_000,
        256_000_000,
        List.of());
  }
}
