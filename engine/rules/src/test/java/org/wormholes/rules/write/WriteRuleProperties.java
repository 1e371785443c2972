package org.wormholes.rules.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.Network;
import org.wormholes.rules.RulesetGenerator;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Table;
import org.wormholes.rules.codec.TableRules;
import org.wormholes.rules.expr.ExprGenerator;

/// Every node gives the same answer: whoever compiled the rules, whoever interprets them, and
/// whoever got them from another node and knows them by their hash only.
class WriteRuleProperties {
  private static final int TABLES = 1500;
  private static final int WRITES = 8;
  private static final String ANN = ExprGenerator.NODE;
  private static final String BOB = "b3".repeat(28);

  @Test
  void compiledInterpretedAndFetchedRulesAgreeOnEveryWrite() throws Exception {
    int refused = 0;
    int clauses = 0;
    for (long seed = 0; seed < TABLES; seed++) {
      Table table = new RulesetGenerator(seed).table("t");
      Network network = new Network("n", seed % 2 == 0, List.of());
      TableRules rules = TableRules.of(network, table, SourceMap.EMPTY);
      TableRules fetched = TableRules.decode(rules.encode());
      assertThat(fetched).isEqualTo(rules);
      assertThat(fetched.id()).isEqualTo(rules.id());
      WriteRule compiled = WriteRule.compile(fetched.table());
      WriteRule interpreted = WriteRule.interpret(table);
      for (int i = 0; i < WRITES; i++) {
        long write = seed * WRITES + i;
        OptionalInt expected = interpreted.refusedBy(facts(write));
        assertThat(compiled.refusedBy(facts(write)))
            .as("seed %d write %d: %s", seed, i, table)
            .isEqualTo(expected);
        refused += expected.isPresent() ? 1 : 0;
        clauses = Math.max(clauses, expected.orElse(0));
      }
    }
    assertThat(refused).as("both answers occur").isBetween(TABLES, TABLES * WRITES - TABLES);
    assertThat(clauses).as("later clauses refuse too").isPositive();
  }

  private static WriteFacts facts(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> values =
        List.of(
            "",
            "mon",
            "example.org",
            "{\"web\":\"www.example.org\"}",
            "{\"web\":80}",
            "{\"web\":{}}");
    WriteFacts facts = WriteFacts.of(pick(random, "k", "mon", ANN + "/1"), value(random, values));
    if (random.nextBoolean()) {
      facts.by(pick(random, ANN, BOB));
    }
    if (random.nextBoolean()) {
      facts.ownedBy(pick(random, ANN, BOB));
    }
    if (random.nextBoolean()) {
      facts
          .replacing(value(random, values), pick(random, ANN, ""), random.nextInt(100_000))
          .version(2 + random.nextInt(500));
    }
    if (random.nextInt(4) == 0) {
      facts.deleting();
    }
    if (random.nextBoolean()) {
      facts.byMember().role(pick(random, "mon", "moderator"));
    }
    return facts
        .friendOf(Set.of(pick(random, ANN, BOB)))
        .writes(Map.of("hour", random.nextInt(100)))
        .at(random.nextInt(1 << 30), random.nextInt(1_000_000));
  }

  private static byte[] value(SplittableRandom random, List<String> texts) {
    if (random.nextInt(5) == 0) {
      byte[] bytes = new byte[random.nextInt(50)];
      random.nextBytes(bytes);
      return bytes;
    }
    return texts.get(random.nextInt(texts.size())).getBytes(StandardCharsets.UTF_8);
  }

  private static String pick(SplittableRandom random, String... from) {
    return from[random.nextInt(from.length)];
  }
}
