package org.wormholes.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.wormholes.rules.Gateway.Kind;
import org.wormholes.rules.Gateway.Server;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFormatException;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Host;

/// Tunnels whose exits lead into networks of others.
class ExitsIntoGatewaysTest {
  private static final Expr WEB =
      new Expr.Compare(
          Expr.Comparison.EQUAL, new Expr.FactRef(Fact.PORT), Expr.Quantity.number(443));

  /// Every chain of up to four gateways that can be led.
  static Stream<List<Kind>> shapes() {
    List<List<Kind>> all = new ArrayList<>();
    List<List<Kind>> last = List.of(List.of());
    for (int length = 1; length <= 4; length++) {
      List<List<Kind>> next = new ArrayList<>();
      for (List<Kind> shape : last) {
        for (Kind kind : List.of(Kind.TOR, Kind.SOCKS, Kind.HTTP)) {
          List<Kind> longer = new ArrayList<>(shape);
          longer.add(kind);
          next.add(longer);
        }
      }
      all.addAll(next);
      last = next;
    }
    return all.stream();
  }

  private static List<Gateway> chain(List<Kind> shape) {
    List<Gateway> gateways = new ArrayList<>();
    for (Kind kind : shape) {
      String name = "g" + gateways.size();
      Gateway link =
          kind.isProgram()
              ? Gateway.started(name, kind)
              : Gateway.of(name, kind, new Server("192.0.2.1", 1080));
      gateways.add(gateways.isEmpty() ? link : link.through(gateways.getLast().name()));
    }
    return gateways;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theWholeChainStandsBehindTheExit(List<Kind> shape) throws RuleFormatException {
    List<Gateway> gateways = chain(shape);
    Ruleset rules = ruleset(gateways, new Via(gateways.getLast().name(), Exprs.YES));
    List<Gateway> behind = Chains.behind(rules);
    assertThat(behind).extracting(Gateway::kind).isEqualTo(shape);
    String before = "web";
    for (Gateway link : behind) {
      assertThat(link.through()).contains(before);
      before = link.name();
    }
    assertThat(Chains.onlyBehind(rules)).hasSize(shape.size());

    byte[] file = RuleCodec.encode(rules, SourceMap.EMPTY);
    assertThat(RuleCodec.decode(file, (_, _, _) -> true).ruleset()).isEqualTo(rules);

    for (int missing = 0; missing < shape.size(); missing++) {
      List<Gateway> broken = new ArrayList<>(gateways);
      broken.remove(missing);
      assertThatThrownBy(() -> ruleset(broken, new Via("g" + (shape.size() - 1), Exprs.YES)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void anExitThatLeadsBackIntoItsTunnelIsRefused() {
    List<Gateway> back =
        List.of(
            Gateway.of("near", Kind.SOCKS, new Server("192.0.2.1", 1080)).through("web"),
            Gateway.of("far", Kind.HTTP, new Server("192.0.2.1", 3128)).through("near"));
    assertThatThrownBy(() -> ruleset(back, new Via("far", Exprs.YES)))
        .hasMessage("tunnel `web` leaves via `far`, which is reached through `web` itself");
  }

  @Test
  void whatCanNotBeLedCanNotStandBehindAnExit() {
    assertThatThrownBy(
            () -> ruleset(List.of(Gateway.started("i", Kind.I2P)), new Via("i", Exprs.YES)))
        .hasMessageContaining("an I2P router connects by itself");
    Gateway adopted = Gateway.of("t", Kind.TOR, new Server("127.0.0.1", 9051));
    assertThatThrownBy(() -> ruleset(List.of(adopted), new Via("t", Exprs.YES)))
        .hasMessageContaining("it is a program that runs already");
    assertThatThrownBy(() -> ruleset(List.of(), new Via("web", Exprs.YES)))
        .hasMessageContaining("which is no gateway");
  }

  @Test
  void theFirstThatMatchesTakesAFlowAndDatagramsAreRefusedThere() {
    Exit exit =
        new Exit(
            List.of(),
            new Resolve.BySystem(),
            List.of(new Via("tls", WEB), new Via("rest", Exprs.not(WEB))));
    assertThat(exit.via(asked("a.example", 443, Protocol.TCP))).isEqualTo(Optional.of("tls"));
    assertThat(exit.via(asked("a.example", 80, Protocol.TCP))).isEqualTo(Optional.of("rest"));
    ExitPolicy policy = ExitPolicy.of(exit);
    assertThat(policy.decide(asked("x.onion", 443, Protocol.TCP)).refuses()).isFalse();
    assertThat(policy.decide(asked("a.example", 443, Protocol.UDP)).cause())
        .isEqualTo(ExitDecision.Cause.NO_DATAGRAMS);
    Exit partly = new Exit(List.of(), new Resolve.BySystem(), List.of(new Via("tls", WEB)));
    assertThat(ExitPolicy.of(partly).decide(asked("x.onion", 80, Protocol.TCP)).cause())
        .isEqualTo(ExitDecision.Cause.NOT_IN_DNS);
  }

  @Test
  void theAddressIsNotKnownYet() {
    Expr address =
        new Expr.AddressTest(
            org.wormholes.rules.expr.AddressKind.PRIVATE, new Expr.FactRef(Fact.ADDRESS));
    assertThatThrownBy(() -> new Via("g", address)).hasMessageContaining("before its address");
  }

  private static ExitFacts asked(String host, int port, Protocol protocol) {
    return ExitFacts.asked(Host.parse(host).orElseThrow(), port, protocol);
  }

  private static Ruleset ruleset(List<Gateway> gateways, Via via) {
    Tunnel plain = Samples.tunnel("web");
    Tunnel web =
        new Tunnel(
            plain.name(),
            plain.network(),
            plain.entries(),
            plain.relays(),
            new Exit(List.of(), new Resolve.BySystem(), List.of(via)),
            plain.carry(),
            plain.rotateEvery(),
            plain.isolation(),
            plain.earlyData(),
            plain.shape());
    return new Ruleset(
        "r",
        "1",
        List.of(Samples.NETWORK),
        List.of(web),
        List.of(),
        gateways,
        List.of(),
        List.of());
  }
}
