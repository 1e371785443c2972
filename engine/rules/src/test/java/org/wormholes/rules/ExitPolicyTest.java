package org.wormholes.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.rules.ExitDecision.Cause;
import org.wormholes.rules.ExitDecision.Outcome;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.AddressSet;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Expr.Compare;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Expr.FactRef;
import org.wormholes.rules.expr.Expr.Member;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Host;

class ExitPolicyTest {
  private static final Expr ADDRESS = new FactRef(Fact.ADDRESS);
  private static final Expr HOST = new FactRef(Fact.HOST);
  private static final Expr WEB =
      new Compare(Comparison.EQUAL, new FactRef(Fact.PORT), Expr.Quantity.number(80));
  private static final Expr PRIVATE = new Expr.AddressTest(AddressKind.PRIVATE, ADDRESS);

  private static ExitPolicy policy(ExitClause... clauses) {
    return ExitPolicy.of(new Exit(List.of(clauses), new Resolve.BySystem()));
  }

  private static ExitFacts asked(String host, int port) {
    return ExitFacts.asked(Host.parse(host).orElseThrow(), port, Protocol.TCP);
  }

  private static Expr range(String range) {
    return new Member(ADDRESS, AddressSet.of(range));
  }

  private static boolean mayAnswer(ExitPolicy policy, String name, @Nullable String address) {
    Host host = Host.parse(name).orElseThrow();
    return policy.mayAnswer(host, address == null ? null : Address.parse(address).orElseThrow());
  }

  @Test
  void aNameIsAnsweredWhereSomePortIsAllowed() {
    ExitPolicy web = policy(ExitClause.allow(WEB));
    assertThat(mayAnswer(web, "example.org", null)).isTrue();
    assertThat(mayAnswer(web, "example.org", "93.184.216.34")).isTrue();
    Expr here = new Member(HOST, DomainSet.of("example.org"));
    ExitPolicy webOfOne = policy(ExitClause.allow(Exprs.all(WEB, here)));
    assertThat(mayAnswer(webOfOne, "example.org", null)).isTrue();
    assertThat(mayAnswer(webOfOne, "example.com", null)).isFalse();
    assertThat(mayAnswer(policy(ExitClause.refuse(here)), "example.org", null)).isFalse();
    ExitPolicy notWeb = policy(ExitClause.refuse(Exprs.all(WEB, here)));
    assertThat(mayAnswer(notWeb, "example.org", "93.184.216.34")).isTrue();
  }

  /// RFC 7686 for `.onion`.
  @ParameterizedTest
  @ValueSource(strings = {"onion", "x.onion", "i2p", "a.b32.i2p", "wormhole", "a.b.wormhole"})
  void noResolverIsAskedForNamesOfOtherNetworks(String name) {
    for (ExitPolicy policy :
        List.of(
            policy(),
            policy(ExitClause.allow(Exprs.YES)),
            policy(ExitClause.allow(WEB)),
            policy(ExitClause.allow(new Expr.Not(new Member(HOST, DomainSet.of("example"))))))) {
      ExitDecision unresolved = policy.decide(asked(name, 80));
      assertThat(unresolved.refuses()).isTrue();
      assertThat(unresolved.cause()).isEqualTo(Cause.NOT_IN_DNS);
      ExitFacts resolved = asked(name, 80).resolved(Address.parse("93.184.216.34").orElseThrow());
      assertThat(policy.decide(resolved).refuses()).isTrue();
      assertThat(mayAnswer(policy, name, null)).isFalse();
    }
    assertThat(policy().decide(asked(name + ".example", 80)).refuses()).isFalse();

    Expr named = new Member(HOST, DomainSet.of(name));
    for (Expr condition : List.of(named, Exprs.all(named, WEB))) {
      ExitPolicy naming = policy(ExitClause.allow(condition));
      assertThat(naming.decide(asked(name, 80)).outcome()).isEqualTo(Outcome.RESOLVE);
      assertThat(mayAnswer(naming, name, null)).isTrue();
    }
    Exit node = new Exit(List.of(), new Resolve.ByServers(List.of("127.0.0.1:5353")));
    assertThat(ExitPolicy.ofNode(node).decide(asked(name, 80)).refuses()).isFalse();
    assertThat(ExitPolicy.of(node).decide(asked(name, 80)).refuses()).isTrue();
  }

  @Test
  void anAnswerDoesNotLeadWhereNoFlowMayGo() {
    assertThat(mayAnswer(policy(), "example.org", null)).isTrue();
    assertThat(mayAnswer(policy(), "example.org", "10.0.0.1")).isFalse();
    assertThat(mayAnswer(policy(), "example.org", "::ffff:192.168.0.1")).isFalse();
    assertThat(mayAnswer(policy(ExitClause.allow(WEB)), "example.org", "127.0.0.1")).isFalse();
    ExitPolicy lan = policy(ExitClause.allow(Exprs.all(WEB, PRIVATE)));
    assertThat(mayAnswer(lan, "nas.example", "10.0.0.1")).isTrue();
    assertThat(mayAnswer(lan, "nas.example", "127.0.0.1")).isFalse();
    ExitPolicy some = policy(ExitClause.refuse(range("93.184.0.0/16")));
    assertThat(mayAnswer(some, "example.org", "93.184.216.34")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "192.168.0.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "2002:a00:1::",
        "::10.0.0.1",
        "2001:db8::1",
        "2001::1"
      })
  void whatIsNotPublicIsRefusedUnlessNamed(String address) {
    ExitDecision expected = new ExitDecision(Outcome.REFUSE, Cause.NOT_PUBLIC, -1);
    ExitFacts literal = asked(address, 80);
    assertThat(policy().decide(literal)).isEqualTo(expected);
    assertThat(policy(ExitClause.allow(WEB)).decide(literal)).isEqualTo(expected);
    assertThat(policy(ExitClause.allow(Exprs.YES)).decide(literal)).isEqualTo(expected);
    assertThat(
            policy(ExitClause.allow(range("0.0.0.0/0")), ExitClause.allow(range("::/0")))
                .decide(literal))
        .isEqualTo(expected);
    assertThat(policy(ExitClause.allow(Exprs.any(WEB, PRIVATE))).decide(literal).outcome())
        .isEqualTo(
            AddressKind.of(Address.parse(address).orElseThrow()) == AddressKind.PRIVATE
                ? Outcome.ALLOW
                : Outcome.REFUSE);
    ExitFacts rebound = asked("public.example", 80).resolved(Address.parse(address).orElseThrow());
    assertThat(policy().decide(rebound)).isEqualTo(expected);
  }

  @Test
  void anAllowClauseNamesWhatItAsksForInThePositive() {
    ExitFacts lan = asked("10.1.2.3", 80);
    assertThat(policy(ExitClause.allow(PRIVATE)).decide(lan).allows()).isTrue();
    assertThat(policy(ExitClause.allow(Exprs.all(WEB, PRIVATE))).decide(lan).allows()).isTrue();
    assertThat(policy(ExitClause.allow(range("10.1.0.0/16"))).decide(lan).allows()).isTrue();
    assertThat(policy(ExitClause.allow(range("10.2.0.0/16"))).decide(lan).allows()).isFalse();
    Expr itself =
        new Compare(Comparison.EQUAL, ADDRESS, new Expr.AddressLiteral(Address.ofIpv4(0x0a010203)));
    assertThat(policy(ExitClause.allow(itself)).decide(lan).allows()).isTrue();
    Expr notLoopback = Exprs.not(new Expr.AddressTest(AddressKind.LOOPBACK, ADDRESS));
    assertThat(policy(ExitClause.allow(notLoopback)).decide(lan).allows()).isFalse();
    Expr carelessly = Exprs.any(Exprs.not(PRIVATE), WEB);
    assertThat(policy(ExitClause.allow(carelessly)).decide(lan).allows()).isFalse();
    assertThat(
            policy(ExitClause.allow(range("10.1.0.0/16")))
                .decide(asked("64:ff9b::10.1.2.3", 80))
                .allows())
        .isTrue();
  }

  @Test
  void refusalsWinWhateverTheOrder() {
    ExitClause allow = ExitClause.allow(PRIVATE);
    ExitClause refuse = ExitClause.refuse(WEB);
    assertThat(policy(allow, refuse).decide(asked("10.0.0.1", 80)))
        .isEqualTo(new ExitDecision(Outcome.REFUSE, Cause.REFUSED, 1));
    assertThat(policy(refuse, allow).decide(asked("10.0.0.1", 80)).clause()).isZero();
    assertThat(policy(refuse, allow).decide(asked("10.0.0.1", 81)))
        .isEqualTo(new ExitDecision(Outcome.ALLOW, Cause.ALLOWED, 1));
    assertThat(policy(refuse, allow).decide(asked("10.0.0.1", 81)).rulePath("web"))
        .isEqualTo("tunnels/web/exit/1");
  }

  @Test
  void oneAllowClauseMustMatchWhereThereAreAny() {
    assertThat(policy().decide(asked("8.8.8.8", 25)))
        .isEqualTo(new ExitDecision(Outcome.ALLOW, Cause.PUBLIC_ADDRESS, -1));
    assertThat(policy(ExitClause.allow(WEB)).decide(asked("8.8.8.8", 25)).cause())
        .isEqualTo(Cause.NOT_ALLOWED);
    assertThat(policy(ExitClause.allow(WEB)).decide(asked("8.8.8.8", 80)).allows()).isTrue();
  }

  @Test
  void aNameIsDecidedAsFarAsItCanBeBeforeItIsResolved() {
    ExitFacts name = asked("shop.ads.example", 80);
    Expr ads = new Member(HOST, DomainSet.of("ads.example"));
    assertThat(policy().decide(name).outcome()).isEqualTo(Outcome.RESOLVE);
    assertThat(policy(ExitClause.refuse(ads)).decide(name).cause()).isEqualTo(Cause.REFUSED);
    assertThat(policy(ExitClause.refuse(Exprs.any(PRIVATE, ads))).decide(name).refuses()).isTrue();
    assertThat(policy(ExitClause.refuse(Exprs.all(PRIVATE, ads))).decide(name).outcome())
        .isEqualTo(Outcome.RESOLVE);
    assertThat(policy(ExitClause.refuse(Exprs.not(PRIVATE))).decide(name).outcome())
        .isEqualTo(Outcome.RESOLVE);
    assertThat(policy(ExitClause.allow(PRIVATE)).decide(name).outcome()).isEqualTo(Outcome.RESOLVE);
    assertThat(policy(ExitClause.allow(Exprs.all(PRIVATE, Exprs.not(WEB)))).decide(name))
        .isEqualTo(new ExitDecision(Outcome.REFUSE, Cause.NOT_ALLOWED, -1));
    Expr byHost = Exprs.choose(ads, PRIVATE, WEB);
    assertThat(policy(ExitClause.refuse(byHost)).decide(name).outcome()).isEqualTo(Outcome.RESOLVE);
    assertThat(policy(ExitClause.refuse(byHost)).decide(asked("other.example", 80)).refuses())
        .isTrue();
  }

  @Test
  void aNameThatWasRefusedStaysRefusedWhateverItResolvesTo() {
    Expr ads = new Member(HOST, DomainSet.of("ads.example"));
    ExitFacts resolved = asked("ads.example", 80).resolved(Address.ofIpv4(0x08080808));
    assertThat(policy(ExitClause.refuse(ads)).decide(resolved).refuses()).isTrue();
    assertThat(policy().decide(resolved).allows()).isTrue();
  }
}
