package org.wormholes.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.wormholes.rules.Gateway.Kind;
import org.wormholes.rules.Gateway.Server;
import org.wormholes.rules.RulesetDiff.Action;
import org.wormholes.rules.RulesetDiff.FieldChange;

class ChainsTest {
  private static final Server SERVER = new Server("192.0.2.1", 1080);

  /// Every order of one to four kinds, the nearest to this machine first.
  static Stream<List<Kind>> shapes() {
    Stream<List<Kind>> longer = Stream.of(List.of());
    Stream<List<Kind>> all = Stream.of();
    List<List<Kind>> last = longer.toList();
    for (int length = 1; length <= 4; length++) {
      last = last.stream().flatMap(ChainsTest::longer).toList();
      all = Stream.concat(all, last.stream());
    }
    return all;
  }

  private static Stream<List<Kind>> longer(List<Kind> shape) {
    return Stream.of(Kind.values())
        .filter(kind -> kind != Kind.PEERS)
        .map(kind -> {
          List<Kind> more = new ArrayList<>(shape);
          more.add(kind);
          return List.copyOf(more);
        });
  }

  private static Gateway link(String name, Kind kind) {
    return kind.isProgram() ? Gateway.started(name, kind) : Gateway.of(name, kind, SERVER);
  }

  private static List<Gateway> chain(List<Kind> shape, Optional<String> start) {
    List<Gateway> gateways = new ArrayList<>();
    Optional<String> through = start;
    for (Kind kind : shape) {
      Gateway gateway = link("g" + gateways.size(), kind);
      gateways.add(through.map(gateway::through).orElse(gateway));
      through = Optional.of(gateway.name());
    }
    return gateways;
  }

  private static Ruleset ruleset(List<Gateway> gateways) {
    return new Ruleset(
        "r",
        "1",
        List.of(Samples.NETWORK),
        List.of(Samples.tunnel("a")),
        List.of(),
        gateways,
        List.of(),
        List.of());
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void aChainOfAnyShapeIsWholeOrAnError(List<Kind> shape) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < shape.size(); i++) {
      names.add("g" + i);
    }
    String last = names.getLast();
    assertThat(Chains.to(ruleset(chain(shape, Optional.empty())), last)).isEqualTo(names);
    List<String> led = new ArrayList<>(names);
    led.addFirst("a");
    Ruleset behindATunnel = ruleset(chain(shape, Optional.of("a")));
    assertThat(Chains.to(behindATunnel, last)).isEqualTo(led);
    List<Gateway> turned = new ArrayList<>(behindATunnel.gateways());
    Collections.reverse(turned);
    assertThat(Chains.to(ruleset(turned), last)).isEqualTo(led);
    assertThatThrownBy(() -> ruleset(chain(shape, Optional.of("b"))))
        .hasMessage("gateway `g0` is reached through `b`, which is no tunnel or gateway");
    assertThatThrownBy(() -> ruleset(chain(shape, Optional.of(last))))
        .hasMessageContaining("is reached through itself: ");
    for (int missing = 0; missing < shape.size() - 1; missing++) {
      List<Gateway> broken = chain(shape, Optional.of("a"));
      broken.remove(missing);
      String without = "g" + missing;
      assertThatThrownBy(() -> ruleset(broken))
          .hasMessageContaining("is reached through `" + without + "`, which is no tunnel");
    }
  }

  @Test
  void aChainHasAnEnd() {
    List<Kind> longest = Collections.nCopies(Chains.MAX_LENGTH, Kind.SOCKS);
    assertThat(Chains.to(ruleset(chain(longest, Optional.of("a"))), "g7")).hasSize(9);
    List<Kind> tooLong = Collections.nCopies(Chains.MAX_LENGTH + 1, Kind.SOCKS);
    assertThatThrownBy(() -> ruleset(chain(tooLong, Optional.empty())))
        .hasMessage("gateway `g8` is reached through more than 7 others");
  }

  @Test
  void aGatewayMustBeReachable() {
    assertThatThrownBy(() -> Gateway.started("office", Kind.SOCKS))
        .hasMessage("gateway `office` must say where it is");
    assertThatThrownBy(() -> Gateway.of("tor", Kind.TOR, SERVER).through("a"))
        .hasMessage("gateway `tor` is a program that runs already: it can't be led through `a`");
    assertThatThrownBy(() -> Gateway.of("tor", Kind.TOR, new Server("tor.example", 9051)))
        .hasMessage("gateway `tor` must name its program by address, not `tor.example`");
    assertThatThrownBy(() -> entering(new Entry.Socks(new Entry.Listen(1080), true)))
        .hasMessage("gateway `tor` takes no datagrams: its entries can't have `udp`");
    assertThat(entering("i2p", Kind.I2P, new Entry.Socks(new Entry.Listen(1080), true)).entries())
        .as("datagrams go into I2P")
        .hasSize(1);
    assertThatThrownBy(() -> ruleset(List.of(Gateway.started("a", Kind.TOR))))
        .hasMessage("there are two tunnels, groups or gateways `a`");
  }

  private static Gateway entering(Entry entry) {
    return entering("tor", Kind.TOR, entry);
  }

  private static Gateway entering(String name, Kind kind, Entry entry) {
    return new Gateway(
        name, kind, Optional.empty(), Optional.empty(), List.of(entry), Isolation.DEFAULT);
  }

  @Test
  void aPasswordIsNotShown() {
    Server server = new Server("192.0.2.1", 1080, "ann", "s3cret");
    Gateway office = Gateway.of("office", Kind.SOCKS, server);
    assertThat(office.toString()).contains("192.0.2.1:1080").doesNotContain("s3cret", "ann");
    Server open = new Server("192.0.2.1", 1080, "ann", "");
    RulesetDiff diff =
        RulesetDiff.between(
            ruleset(List.of(office)), ruleset(List.of(Gateway.of("office", Kind.SOCKS, open))));
    assertThat(diff.changes(RulesetDiff.Kind.GATEWAY, Action.CHANGED))
        .singleElement()
        .satisfies(change ->
            assertThat(change.fields())
                .containsExactly(new FieldChange("password", "(secret)", "")));
  }

  @Test
  void withoutRoutesAFlowGoesToTheGatewayItCameInBy() {
    Gateway tor = entering(new Entry.Socks(new Entry.Listen(9150), false));
    FlowFacts flow = FlowSample.of("example.org", 80, Protocol.TCP).facts();
    Ruleset only =
        new Ruleset("r", "1", List.of(), List.of(), List.of(), List.of(tor), List.of(), List.of());
    assertThat(RouteDecider.of(only).decide(flow))
        .isEqualTo(new Decision(-1, new Verdict.To("tor"), "gateways/tor"));
    FlowSample entered =
        new FlowSample(
            "example.org", 80, Protocol.TCP, "", "tor", 0, java.time.DayOfWeek.MONDAY, List.of());
    RouteDecider several = RouteDecider.of(ruleset(List.of(tor)));
    assertThat(several.decide(entered.facts()).verdict()).isEqualTo(new Verdict.To("tor"));
    assertThat(several.decide(flow).verdict()).isEqualTo(Verdict.REFUSE);
  }
}
