package org.wormholes.runtime.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.protocol.table.TableRecord;

/// A process that writes is killed at random moments (SIGKILL): every write it was told of is
/// there, and none is torn.
///
/// `-Dstore.kills=300` kills more often than the few times that every build can spare.
@Timeout(3600)
class KilledStoreTest {
  private static final int KILLS = Integer.getInteger("store.kills", 3);
  private static final int KEYS = 50;

  @TempDir Path folder;

  @Test
  void acknowledgedWritesSurviveKill9() throws Exception {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    Path file = folder.resolve("tables.db");
    Map<String, Long> acknowledged = new HashMap<>();
    int writes = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      int before = writes;
      writes += run(file, 20 + random.nextInt(400), acknowledged);
      assertThat(writes).as("seed %d", seed).isGreaterThan(before);
      try (TableStore store = new SqliteTableStore(file, 0)) {
        for (var each : acknowledged.entrySet()) {
          TableRecord kept = store.find(Records.TABLE, each.getKey()).orElseThrow();
          assertThat(kept.entry().version())
              .as("seed %d, kill %d, %s", seed, kill, each.getKey())
              .isGreaterThanOrEqualTo(each.getValue());
          assertThat(TableRecord.decode(kept.encoded())).isEqualTo(kept);
        }
      }
    }
  }

  /// Lets a process write until it has acknowledged this many, and kills it then.
  private static int run(Path file, int most, Map<String, Long> acknowledged)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int seen = 0;
    try (BufferedReader told = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = told.readLine(); line != null; line = told.readLine()) {
        int blank = line.indexOf(' ');
        acknowledged.put(line.substring(0, blank), Long.valueOf(line.substring(blank + 1)));
        seen++;
        if (seen == most) {
          process.toHandle().destroyForcibly(); // leaves open what it told before it died
        }
      }
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return seen;
  }

  /// What is killed: writes on and on, and tells each version that was taken.
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) throws Exception {
      try (TableStore store = new SqliteTableStore(Path.of(arguments[0]), 0)) {
        SplittableRandom random = new SplittableRandom();
        while (true) {
          String key = "key" + random.nextInt(KEYS);
          TableRecord before = store.find(Records.TABLE, key).orElse(null);
          TableRecord next = Records.next(before, key, "x".repeat(random.nextInt(3000)));
          var _ =
              store
                  .swap(next)
                  .thenAccept(taken -> {
                    if (taken) {
                      System.out.printf("%s %d%n", key, next.entry().version());
                    }
                  });
          if (random.nextInt(4) == 0) {
            store.swap(Records.next(next, key, "")).join();
          }
        }
      }
    }
  }
}
