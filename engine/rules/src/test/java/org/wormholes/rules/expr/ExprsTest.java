package org.wormholes.rules.expr;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.wormholes.rules.expr.Expr.Compare;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Expr.FactRef;
import org.wormholes.rules.expr.Expr.Member;
import org.wormholes.rules.expr.Expr.Quantity;

class ExprsTest {
  private static final Expr HOST = new FactRef(Fact.HOST);
  private static final Expr PORT = new FactRef(Fact.PORT);

  @Test
  void aLoopOverNamesBecomesOneSet() {
    List<Expr> each =
        IntStream.range(0, 20_000)
            .<Expr>mapToObj(i -> new Member(HOST, DomainSet.of("d" + i + ".org")))
            .toList();
    Expr any = Exprs.any(each);
    assertThat(any)
        .isInstanceOfSatisfying(
            Member.class, one -> assertThat(one.members().size()).isEqualTo(20_000));
    assertThat(Exprs.none(each)).isEqualTo(new Expr.Not(any));
  }

  @Test
  void gathersEqualQuestionsAndLeavesTheRest() {
    Expr http = new Compare(Comparison.EQUAL, PORT, Quantity.number(80));
    Expr https = new Compare(Comparison.EQUAL, PORT, Quantity.number(443));
    Expr udp = new Compare(Comparison.EQUAL, new FactRef(Fact.PROTOCOL), new Expr.Text("udp"));
    Expr ports =
        new Member(
            PORT,
            QuantitySet.of(
                Type.NUMBER, List.of(QuantitySet.Span.of(80), QuantitySet.Span.of(443))));
    assertThat(Exprs.any(http, udp, https)).isEqualTo(new Expr.Or(List.of(ports, udp)));
    assertThat(Exprs.any(http, udp)).isEqualTo(new Expr.Or(List.of(http, udp)));
  }

  @Test
  void foldsConstantsAndFlattens() {
    Expr a = new Expr.AddressTest(AddressKind.PRIVATE, new FactRef(Fact.ADDRESS));
    assertThat(Exprs.all()).isEqualTo(Exprs.YES);
    assertThat(Exprs.any()).isEqualTo(Exprs.NO);
    assertThat(Exprs.all(Exprs.YES, a)).isEqualTo(a);
    assertThat(Exprs.all(a, Exprs.NO)).isEqualTo(Exprs.NO);
    assertThat(Exprs.any(a, Exprs.YES)).isEqualTo(Exprs.YES);
    assertThat(Exprs.not(Exprs.not(a))).isEqualTo(a);
    assertThat(Exprs.choose(Exprs.NO, a, Exprs.YES)).isEqualTo(Exprs.YES);
    Expr b = Exprs.not(a);
    assertThat(Exprs.all(Exprs.all(a, b), a)).isEqualTo(new Expr.And(List.of(a, b, a)));
  }

  @ParameterizedTest
  @CsvSource({
    "79200, 21600, true, 79200, true",
    "79200, 21600, true, 0, true",
    "79200, 21600, true, 21600, true",
    "79200, 21600, false, 21600, false",
    "79200, 21600, true, 21601, false",
    "79200, 21600, true, 79199, false",
    "32400, 61200, false, 32400, true",
    "32400, 61200, false, 61199, true",
    "32400, 61200, false, 61200, false",
    "32400, 61200, false, 0, false"
  })
  void aWindowOfTimeWrapsPastMidnight(int from, int to, boolean end, int at, boolean inside) {
    assertThat(Total.isWithin(at, from, to, end)).isEqualTo(inside);
  }

  @Test
  void arithmeticIsTotal() {
    assertThat(Total.divide(5, 0)).isZero();
    assertThat(Total.remainder(5, 0)).isZero();
    assertThat(Total.remainder(-7, 3)).isEqualTo(2);
    assertThat(Total.remainder(7, -3)).isEqualTo(-2);
    assertThat(Total.multiply(1e300, 1e300)).isEqualTo(Double.MAX_VALUE);
    assertThat(Total.divide(-1e300, 1e-300)).isEqualTo(-Double.MAX_VALUE);
    assertThat(Total.add(Double.MAX_VALUE, Double.MAX_VALUE)).isEqualTo(Double.MAX_VALUE);
    assertThat(Total.downcase("ÀBc")).isEqualTo("Àbc");
    assertThat(Total.byteSize("é€a")).isEqualTo(6);
  }

  @Test
  void addressesThatLeadToTheSamePlaceAreEqual() {
    Address plain = Address.parse("203.0.113.7").orElseThrow();
    assertThat(Total.same(plain, Address.parse("64:ff9b::203.0.113.7").orElseThrow())).isTrue();
    assertThat(Total.same(plain, Address.parse("203.0.113.8").orElseThrow())).isFalse();
    assertThat(Total.same(null, null)).isFalse();
  }

  @Test
  void readsAsAScriptWouldSayIt() {
    Expr latency = new FactRef(Fact.LATENCY);
    Expr only =
        new Expr.And(
            List.of(
                new Compare(Comparison.LESS, latency, new Quantity(Type.DURATION, 0.08)),
                new Expr.Not(new Member(new FactRef(Fact.COUNTRY), TextSet.of("KP", "IR"))),
                new Expr.Or(List.of(new FactRef(Fact.IS_FRIEND), new FactRef(Fact.IS_GUARD)))));
    assertThat(ExprText.of(only))
        .isEqualTo("latency < 80.ms && !country.in?([\"IR\", \"KP\"]) && (friend? || guard?)");
    Expr window = new Expr.TimeWindow(new FactRef(Fact.TIME), 79_200, 21_600, true);
    assertThat(ExprText.of(window)).isEqualTo("time.in?(\"22:00\"..\"06:00\")");
    assertThat(ExprText.of(new Member(HOST, DomainSet.of("onion"))))
        .isEqualTo("host.under?(\"onion\")");
  }
}
