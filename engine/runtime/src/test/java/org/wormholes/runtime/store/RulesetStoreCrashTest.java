package org.wormholes.runtime.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.runtime.store.HistoryEntry.Outcome;

/// An engine that dies at any step of an apply leaves the old rules or the new ones, and a history
/// that says which.
class RulesetStoreCrashTest {
  private static final byte[] OLD = "the old rules".getBytes(StandardCharsets.UTF_8);
  private static final byte[] NEW = "the new rules".getBytes(StandardCharsets.UTF_8);
  private static final byte[] NEXT = "the next rules".getBytes(StandardCharsets.UTF_8);

  @TempDir Path temp;

  /// A disk whose machine dies at one step: before it, or where it writes, half-way through.
  private static final class DyingDisk extends Disk {
    private int stepsLeft;
    private final boolean tears;

    DyingDisk(int stepsLeft, boolean tears) {
      this.stepsLeft = stepsLeft;
      this.tears = tears;
    }

    boolean died() {
      return stepsLeft < 0;
    }

    private void step() throws IOException {
      if (--stepsLeft < 0) {
        throw new IOException("the machine died");
      }
    }

    @Override
    void write(Path file, byte[] bytes) throws IOException {
      if (stepsLeft == 0 && tears) {
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
      }
      step();
      Files.write(file, bytes);
    }

    @Override
    void rename(Path from, Path to) throws IOException {
      step();
      super.rename(from, to);
    }

    @Override
    void sync(Path folder) throws IOException {
      step();
    }

    @Override
    void createFolder(Path folder) throws IOException {
      step();
      super.createFolder(folder);
    }

    @Override
    void delete(Path file) throws IOException {
      step();
      super.delete(file);
    }
  }

  @Test
  void deathAtAnyStepLeavesTheOldRulesOrTheNewOnes() throws IOException {
    int step = 0;
    boolean died = true;
    int interrupted = 0;
    int committed = 0;
    while (died) {
      died = false;
      for (boolean tears : new boolean[] {false, true}) {
        Path folder = Files.createDirectory(temp.resolve(step + "-" + tears));
        apply(new RulesetStore(folder, new UnforcedDisk()), 1, OLD);
        DyingDisk disk = new DyingDisk(step, tears);
        try {
          apply(new RulesetStore(folder, disk), 2, NEW);
        } catch (IOException e) {
          assertThat(disk.died()).as("step %d", step).isTrue();
        }
        died |= disk.died();

        Outcome outcome = outcomeAfterRestart(folder, "step " + step + " tears " + tears);
        interrupted += outcome == Outcome.INTERRUPTED ? 1 : 0;
        committed += outcome == Outcome.APPLIED && disk.died() ? 1 : 0;
      }
      step++;
    }
    assertThat(step).isGreaterThan(10);
    assertThat(interrupted).isPositive();
    assertThat(committed).isPositive();
  }

  /// Death while the next start tidies up must not matter either.
  @Test
  void deathDuringRecoveryIsRecoveredFrom() throws IOException {
    for (int first = 0; first < 20; first++) {
      for (int second = 0; second < 12; second++) {
        Path folder = Files.createDirectory(temp.resolve(first + "-" + second));
        apply(new RulesetStore(folder, new UnforcedDisk()), 1, OLD);
        try {
          apply(new RulesetStore(folder, new DyingDisk(first, true)), 2, NEW);
        } catch (IOException e) {
          assertThat(e).hasMessage("the machine died");
        }
        byte[] current = new RulesetStore(folder, new UnforcedDisk()).current().orElseThrow();
        try {
          new RulesetStore(folder, new DyingDisk(second, true)).recover();
        } catch (IOException e) {
          assertThat(e).hasMessage("the machine died");
        }

        outcomeAfterRestart(folder, "died at " + first + ", then at " + second);
        assertThat(new RulesetStore(folder, new UnforcedDisk()).history())
            .extracting(HistoryEntry::number)
            .doesNotHaveDuplicates();
        assertThat(current).isIn(OLD, NEW);
      }
    }
  }

  private static void apply(RulesetStore store, int number, byte[] rules) throws IOException {
    Intent intent = intent(number, rules);
    store.begin(intent, rules);
    store.commit(rules);
    store.end(intent, Outcome.APPLIED, "", Duration.ofMillis(1));
  }

  /// What the history says of the second apply, once what it says was checked against what is to
  /// run; empty history lines mean that it never began.
  private static Outcome outcomeAfterRestart(Path folder, String when) throws IOException {
    RulesetStore store = new RulesetStore(folder, new UnforcedDisk());
    Optional<HistoryEntry> interrupted = store.recover();
    byte[] runs = store.current().orElseThrow();
    List<HistoryEntry> history = store.history();
    HistoryEntry last = history.getLast();

    assertThat(runs).as(when).isIn(OLD, NEW);
    assertThat(interrupted.stream()).as(when).allMatch(last::equals);
    boolean isNew = Arrays.equals(runs, NEW);
    assertThat(last.number() == 2 && last.outcome() == Outcome.APPLIED).as(when).isEqualTo(isNew);
    assertThat(store.recover()).as(when + ": once is enough").isEmpty();
    assertThat(store.envelope(last.digest())).as(when).isPresent();

    int next = store.nextNumber();
    apply(store, next, NEXT);
    assertThat(store.current().orElseThrow()).as(when).isEqualTo(NEXT);
    return last.outcome();
  }

  private static Intent intent(int number, byte[] rules) {
    String digest = "wr1-" + String.format("%064x", Arrays.hashCode(rules) & 0xffffffffL);
    return new Intent(
        number, Instant.parse("2026-01-01T00:00:00Z"), "web", "1", digest, "web.rb", "ann");
  }

  @Test
  void keepsTheNewestTwoHundredLinesAndTwentyRulesets() throws IOException {
    RulesetStore store = new RulesetStore(temp, new UnforcedDisk());
    for (int i = 1; i <= RulesetStore.MAX_HISTORY + 5; i++) {
      apply(store, store.nextNumber(), ("rules " + i).getBytes(StandardCharsets.UTF_8));
    }

    List<HistoryEntry> history = store.history();
    assertThat(history).hasSize(RulesetStore.MAX_HISTORY);
    assertThat(history.getLast().number()).isEqualTo(RulesetStore.MAX_HISTORY + 5);
    assertThat(history.getFirst().number()).isEqualTo(6);
    assertThat(store.envelope(history.getLast().digest())).isPresent();
    assertThat(store.envelope(history.getFirst().digest())).isEmpty();
    assertThat(temp.resolve("rulesets").toFile().list()).hasSize(RulesetStore.MAX_KEPT);
  }

  @Test
  void aDigestIsNoPath() throws IOException {
    RulesetStore store = new RulesetStore(temp, new UnforcedDisk());

    assertThat(store.envelope("../ruleset")).isEmpty();
    Intent crooked = new Intent(1, Instant.EPOCH, "web", "1", "../../etc/passwd", "web.rb", "ann");
    assertThatThrownBy(() -> store.begin(crooked, OLD))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /// Leaves it to the system when bytes reach the platter; many times faster.
  private static final class UnforcedDisk extends Disk {
    @Override
    void write(Path file, byte[] bytes) throws IOException {
      Files.write(file, bytes);
    }

    @Override
    void sync(Path folder) throws IOException {}
  }
}
