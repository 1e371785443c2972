package org.wormholes.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.wormholes.rules.Position;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Table;
import org.wormholes.rules.codec.TableRules;
import org.wormholes.rules.expr.ExprText;

/// Tables that a network keeps.
class TablesTest {
  private static final String OWNER = "a2".repeat(28);

  private static final String GUESTBOOK =
      """
      ruleset "test" do
        network "commons" do
          open_to :anyone
          table "guestbook", owner: "%s" do
            write do
              signed? && value.bytesize <= 1.kib &&
                writes("hour") < 10
            end
            write { !delete? || author == previous_author || author == owner }
            replicas 7, quorum: 5
            expires 30.days
            limit key: 64.bytes, value: 1.kib
          end
          table("notes") { write { author.friend_of?(owner) || author.friend_of?("%s") } }
        end
      end
      """
          .formatted(OWNER, OWNER);

  @ParameterizedTest
  @EnumSource(Tier.class)
  void compileToTheSameRulesInBothTiers(Tier tier) throws Exception {
    Compilation compilation = Scripts.kept(GUESTBOOK, tier);

    Ruleset ruleset = compilation.ruleset().orElseThrow();
    List<Table> tables = ruleset.networks().getFirst().tables();
    Table guestbook = tables.getFirst();
    assertThat(guestbook.owner()).isEqualTo(OWNER);
    assertThat(guestbook.replicas()).isEqualTo(7);
    assertThat(guestbook.quorum()).isEqualTo(5);
    assertThat(guestbook.expires()).isEqualTo(Duration.ofDays(30));
    assertThat(guestbook.limits()).isEqualTo(new Table.Limits(64, 1024));
    assertThat(guestbook.write().stream().map(ExprText::of))
        .containsExactly(
            "signed?",
            "value_size <= 1.kib",
            "writes(\"hour\") < 10",
            "!delete? || author == previous_author || author == owner");
    assertThat(tables.get(1).write().stream().map(ExprText::of))
        .containsExactly("friend_of_owner? || friend_of?(\"" + OWNER + "\")");
    assertThat(tables.get(1).quorum()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(Tier.class)
  void everyClauseKnowsItsLine(Tier tier) throws Exception {
    Compilation compilation = Scripts.kept(GUESTBOOK, tier);

    for (int[] clause : new int[][] {{0, 6}, {1, 6}, {2, 7}, {3, 9}}) {
      String path = RulePath.writeClause("commons", "guestbook", clause[0]);
      assertThat(compilation.sourceMap().position(path).map(Position::line))
          .as(path)
          .hasValue(clause[1]);
    }
    Ruleset ruleset = compilation.ruleset().orElseThrow();
    TableRules rules =
        TableRules.of(
            ruleset.networks().getFirst(),
            ruleset.networks().getFirst().tables().getFirst(),
            compilation.sourceMap());
    assertThat(rules.refusal(1))
        .isEqualTo("test.rb:6:20: the write does not meet `value_size <= 1.kib`");
  }
}
