package org.wormholes.protocol.table;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.Bytes;

/// A table between members that come and go, fail and lie.
final class TableSimulationTest {
  @Test
  void aMemberAloneKeepsWhatItIsGiven() {
    TableWorld world = world(1, 1);
    TableWorld.Member alone = world.members.getFirst();
    assertThat(world.written(alone, "a", "one")).isInstanceOf(TableAsker.Output.Done.class);
    assertThat(world.value(alone, "a")).contains("one");
    assertThat(world.value(alone, "b")).isEmpty();
  }

  @Test
  void whatOneWritesOthersReadAndTheRulesGoAlong() {
    TableWorld world = world(2, 12);
    assertThat(world.written(world.members.get(3), "ann/1", "hello"))
        .isInstanceOf(TableAsker.Output.Done.class);
    assertThat(world.value(world.members.get(9), "ann/1")).contains("hello");
    assertThat(world.keepers("ann/1")).hasSize(5).allMatch(each -> each.knowsRules);
  }

  @Test
  void largeValuesGoAlong() {
    TableWorld world = world(3, 6);
    String large = "v".repeat(20_000);
    assertThat(world.written(world.members.get(0), "big", large))
        .isInstanceOf(TableAsker.Output.Done.class);
    assertThat(world.value(world.members.get(1), "big")).contains(large);
  }

  @Test
  void eachKeeperRefusesWhatBreaksARuleAndSaysWhich() {
    TableWorld world = world(4, 8);
    TableWorld.Member writer = world.members.get(0);
    assertThat(world.written(writer, "a", "x marks"))
        .isEqualTo(new TableAsker.Output.Failed(0, TableAsker.Failure.CLAUSE, 1, 5));
    long unsigned = world.put(writer, "a", Optional.of("v"), OptionalLong.empty(), false);
    world.run(Duration.ofSeconds(5));
    assertThat(world.results.get(unsigned))
        .isEqualTo(new TableAsker.Output.Failed(unsigned, TableAsker.Failure.CLAUSE, 0, 5));
    assertThat(world.written(writer, "a", "v".repeat(20_001)))
        .isInstanceOfSatisfying(
            TableAsker.Output.Failed.class,
            failed -> assertThat(failed.failure()).isEqualTo(TableAsker.Failure.LIMITS));
    assertThat(world.members).allMatch(each -> each.shelf.records.isEmpty());
  }

  @Test
  void countsOfWritesHoldAtEachKeeperEvenInABurst() {
    TableWorld world = world(5, 5);
    List<Long> numbers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      numbers.add(world.put(world.members.get(0), "ann/" + i, "v"));
    }
    world.run(Duration.ofSeconds(10));
    assertThat(world.members).allMatch(each -> each.shelf.taken.size() <= 20);
    // Five keepers take twenty each, not the same, and three of them make a write.
    assertThat(numbers.stream().filter(n -> world.results.get(n) instanceof TableAsker.Output.Done))
        .hasSizeBetween(15, 5 * 20 / 3);
  }

  @Test
  void aVersionIsReplacedOnlyByWhoKnowsIt() {
    TableWorld world = world(6, 7);
    TableWorld.Member writer = world.members.get(2);
    world.written(writer, "a", "one");
    long second = world.put(writer, "a", Optional.of("two"), OptionalLong.of(1), true);
    world.run(Duration.ofSeconds(3));
    assertThat(world.results.get(second)).isInstanceOf(TableAsker.Output.Done.class);
    long late = world.put(writer, "a", Optional.of("other"), OptionalLong.of(1), true);
    world.run(Duration.ofSeconds(3));
    assertThat(world.results.get(late))
        .isEqualTo(new TableAsker.Output.Failed(late, TableAsker.Failure.CONFLICT, 2, 5));
    long gone = world.put(writer, "a", Optional.empty(), OptionalLong.of(2), true);
    world.run(Duration.ofSeconds(3));
    assertThat(world.results.get(gone)).isInstanceOf(TableAsker.Output.Done.class);
    assertThat(world.value(world.members.get(5), "a")).isEmpty();
  }

  @Test
  void ofManyThatWriteAtOnceAllComeToOneHistory() {
    for (int seed = 0; seed < 12; seed++) {
      TableWorld world = world(100 + seed, 9);
      world.written(world.members.getFirst(), "a", "begin");
      Set<Long> numbers =
          world.members.stream()
              .map(each -> world.put(each, "a", "by " + each.self))
              .collect(Collectors.toSet());
      world.run(Duration.ofSeconds(30));
      Set<Long> versions =
          numbers.stream()
              .map(world.results::get)
              .filter(TableAsker.Output.Done.class::isInstance)
              .map(each -> ((TableAsker.Output.Done) each).record().entry().version())
              .collect(Collectors.toSet());
      long done =
          numbers.stream()
              .filter(n -> world.results.get(n) instanceof TableAsker.Output.Done)
              .count();
      assertThat(done)
          .describedAs("seed %d: %s", seed, world.results)
          .isPositive()
          .isEqualTo(versions.size());
    }
  }

  @Test
  void whatWasAcknowledgedOutlivesFailuresAndNewcomers() {
    for (int seed = 0; seed < 4; seed++) {
      TableWorld world = world(200 + seed, 12);
      world.loss = 0.02;
      Map<String, Long> versions = new HashMap<>();
      for (int round = 0; round < 6; round++) {
        for (int i = 0; i < 15; i++) {
          TableWorld.Member writer = living(world);
          String key = "k" + world.random.nextInt(40);
          if (world.written(writer, key, "v" + round) instanceof TableAsker.Output.Done done) {
            versions.merge(key, done.record().entry().version(), Math::max);
          }
        }
        TableWorld.Member victim = living(world);
        world.fail(victim);
        world.run(Duration.ofMinutes(2));
        if (round % 2 == 0) {
          world.join();
        } else {
          world.restart(victim);
        }
        world.run(Duration.ofMinutes(2));
      }
      world.loss = 0;
      world.run(Duration.ofMinutes(5));
      assertThat(versions).isNotEmpty();
      TableWorld.Member reader = living(world);
      versions.forEach((key, version) -> {
        assertThat(world.read(reader, key))
            .describedAs("%s in seed %d", key, world.members.size())
            .isInstanceOfSatisfying(
                TableAsker.Output.Got.class,
                got ->
                    assertThat(got.record().orElseThrow().entry().version())
                        .isGreaterThanOrEqualTo(version));
        assertThat(
                world.keepers(key).stream()
                    .map(each -> Optional.ofNullable(each.shelf.records.get(key)))
                    .distinct())
            .hasSize(1);
      });
    }
  }

  @Test
  void aKeeperThatLiesIsNotBelieved() {
    TableWorld world = world(7, 9);
    TableWorld.Member writer = world.members.get(1);
    world.written(writer, "a", "true");
    TableWorld.Member liar = world.keepers("a").getFirst();
    TableRecord kept = requireNonNull(liar.shelf.records.get("a"));
    // One that follows nothing anybody knows, and one that breaks a rule.
    for (TableRecord forged : List.of(forged(liar, kept, 99, "lie"), forged(liar, kept, 2, "x"))) {
      world.said =
          (from, message) ->
              from == liar && message instanceof TableMessage.Fetched fetched
                  ? new TableMessage.Fetched(fetched.nonce(), Optional.of(forged), Optional.empty())
                  : message;
      liar.shelf.put(forged);
      world.run(Duration.ofMinutes(3));
      assertThat(world.value(world.members.get(4), "a")).contains("true");
      assertThat(world.members.stream().filter(each -> each != liar))
          .noneMatch(each -> each.shelf.records.containsValue(forged));
    }
  }

  private static TableRecord forged(
      TableWorld.Member liar, TableRecord kept, long version, String value) {
    return TableRecord.sign(
        new TableEntry(
            TableWorld.TABLE,
            "a",
            version,
            kept.hash(),
            false,
            Bytes.of(value.getBytes(StandardCharsets.UTF_8)),
            kept.entry().made(),
            kept.entry().expires()),
        liar.key);
  }

  @Test
  void whoWatchesIsToldByEachKeeper() {
    TableWorld world = world(8, 6);
    TableWorld.Member writer = world.members.get(0);
    TableWorld.Member watcher = world.members.get(5);
    List<TableWorld.Member> keepers = world.keepers("ann/");
    keepers.forEach(each ->
        each.keeper(
            new TableKeeper.Input.Received(
                5,
                Optional.of(watcher.self),
                new TableMessage.Watch(TableWorld.TABLE, 9, "ann/", 60))));
    world.written(writer, "ann/1", "one");
    world.written(writer, "bob/1", "one");
    assertThat(world.changes).hasSize(5).allMatch(each -> each.nonce() == 9);
    keepers.forEach(each -> each.keeper(new TableKeeper.Input.WayClosed(5)));
    world.written(writer, "ann/1", "two");
    assertThat(world.changes).hasSize(5);
  }

  private static TableWorld.Member living(TableWorld world) {
    List<TableWorld.Member> all = world.members.stream().filter(each -> each.alive).toList();
    return all.get(world.random.nextInt(all.size()));
  }

  private static TableWorld world(long seed, int members) {
    TableWorld world = new TableWorld(seed);
    for (int i = 0; i < members; i++) {
      world.join();
    }
    world.run(Duration.ofSeconds(10));
    return world;
  }
}
