package org.wormholes.rules.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.Network;
import org.wormholes.rules.Position;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Table;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.TextSet;

class TableRulesTest {
  private static final String OWNER = "a2".repeat(28);
  private static final Expr SIGNED = new Expr.FactRef(Fact.IS_SIGNED);
  private static final Network COMMONS = new Network("commons", true, List.of());

  private static TableRules rules(Network network, Table table) {
    return TableRules.of(network, table, SourceMap.EMPTY);
  }

  @Test
  void theNameOfATableDoesNotChange() {
    assertThat(rules(COMMONS, Table.of("guestbook", OWNER, List.of(SIGNED))).id())
        .isEqualTo("wt1-df015e9820b4f67992db0ed16bc97a15629d0d8a34cb62c109dfd5f9e4ffa6f9");
  }

  @Test
  void anyOtherRuleOwnerOrNetworkIsAnotherTable() {
    Table table = Table.of("guestbook", OWNER, List.of(SIGNED));
    Expr json = new Expr.FactRef(Fact.IS_JSON);
    List<String> ids =
        List.of(
            rules(COMMONS, table).id(),
            rules(new Network("commons", false, List.of()), table).id(),
            rules(COMMONS, Table.of("guests", OWNER, List.of(SIGNED))).id(),
            rules(COMMONS, Table.of("guestbook", "", List.of(SIGNED))).id(),
            rules(COMMONS, Table.of("guestbook", OWNER, List.of(json))).id(),
            rules(COMMONS, Table.of("guestbook", OWNER, List.of(SIGNED, json))).id());

    assertThat(ids).doesNotHaveDuplicates();
  }

  @Test
  void whereRulesStandAndWhoIsMetFirstIsNoPartOfTheName() {
    Table table = Table.of("guestbook", OWNER, List.of(SIGNED));
    SourceMap sources =
        new SourceMap(
            Map.of(
                "networks/commons/tables/guestbook/write/0",
                new Position("a.rb", 3, 5, 7, "write { signed? }"),
                "networks/commons",
                new Position("a.rb", 1, 1, 7, "network")));
    Network met = COMMONS.withBootstraps(List.of("wormhole://" + OWNER + "@203.0.113.7:4040"));
    TableRules rules =
        TableRules.of(met.withTables(List.of(Table.of("b", "", List.of(SIGNED)))), table, sources);

    assertThat(rules.id()).isEqualTo(rules(COMMONS, table).id());
    assertThat(rules.sources().positions()).hasSize(1);
    assertThat(rules.refusal(0)).isEqualTo("a.rb:3:5: the write does not meet `signed?`");
    assertThat(rules(COMMONS, table).refusal(0)).isEqualTo("the write does not meet `signed?`");
  }

  @Test
  void refusesFilesWithAnythingElseInThem() {
    Table table = Table.of("guestbook", OWNER, List.of(SIGNED));
    Network one = COMMONS.withTables(List.of(table));
    Network two = COMMONS.withTables(List.of(table, Table.of("b", "", List.of(SIGNED))));
    for (Ruleset wrong :
        List.of(
            ruleset("table", one, new Network("other", true, List.of())),
            ruleset("table", COMMONS),
            ruleset("table", two),
            ruleset("else", one))) {
      byte[] file = RuleCodec.encode(wrong, SourceMap.EMPTY);
      assertThatThrownBy(() -> TableRules.decode(file)).isInstanceOf(RuleFormatException.class);
    }
    assertThatThrownBy(() -> TableRules.decode(new byte[TableRules.MAX_FILE + 1]))
        .isInstanceOf(RuleFormatException.class)
        .hasMessageContaining("at most 65536 bytes");
  }

  private static Ruleset ruleset(String name, Network... networks) {
    return new Ruleset(name, "1", List.of(networks), List.of(), List.of(), List.of());
  }

  @Test
  void refusesRulesThatAreTooLargeToBeFetched() {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      many.add("name-" + i);
    }
    Expr clause = new Expr.Member(new Expr.FactRef(Fact.KEY), TextSet.of(many));
    TableRules rules = rules(COMMONS, Table.of("guestbook", "", List.of(clause)));
    assertThatThrownBy(rules::encode)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 65536 are allowed");
  }

  @Test
  void refusesTablesWhoseRulesCostTooMuch() {
    Expr search =
        new Expr.TextTest(
            Expr.TextQuestion.CONTAINS,
            new Expr.FactRef(Fact.VALUE),
            new Expr.Text("a".repeat(200)));
    assertThat(Table.of("t", "", List.of(search))).isNotNull();
    assertThatThrownBy(() -> Table.of("t", "", List.of(search, search)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 500000 are allowed");
  }

  @Test
  void alteredBytesGiveRulesOrOneKindOfException() {
    byte[] file = rules(COMMONS, Table.of("guestbook", OWNER, List.of(SIGNED))).encode();
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 5_000; i++) {
      byte[] altered = file.clone();
      altered[random.nextInt(altered.length)] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> TableRules.decode(altered)).isInstanceOf(RuleFormatException.class);
    }
  }
}
