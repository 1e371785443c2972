package org.wormholes.runtime.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeFileProperties {
  @TempDir Path temp;

  /// A disk that leaves it to the system when bytes reach the platter; many times faster.
  private static class UnforcedDisk extends Disk {
    @Override
    void write(Path file, byte[] bytes) throws IOException {
      Files.write(file, bytes);
    }

    @Override
    void sync(Path folder) throws IOException {}
  }

  /// A disk that stops in the middle of a step, leaving what a crash may leave.
  private static final class CrashingDisk extends Disk {
    private final Random random;
    private int stepsLeft;

    CrashingDisk(Random random, int stepsLeft) {
      this.random = random;
      this.stepsLeft = stepsLeft;
    }

    @Override
    void write(Path file, byte[] bytes) throws IOException {
      if (--stepsLeft < 0) {
        Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
        throw new Crash();
      }
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

    private void step() throws Crash {
      if (--stepsLeft < 0) {
        throw new Crash();
      }
    }
  }

  private static final class Crash extends IOException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void aCrashAtAnyStepLeavesTheOldOrTheNewContent() throws IOException {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      Path file = temp.resolve("f" + seed);
      byte[] kept = content(random);
      new SafeFile(file, new UnforcedDisk()).write(kept);
      for (int round = 0; round < 4; round++) {
        byte[] next = content(random);
        boolean acknowledged = writeOrCrash(file, next, random);

        byte[] found = new SafeFile(file, new UnforcedDisk()).read().orElseThrow();
        if (acknowledged) {
          assertThat(found).as("seed %d", seed).isEqualTo(next);
        } else {
          assertThat(found).as("seed %d", seed).isIn(kept, next);
        }
        kept = found;
      }
    }
  }

  @Test
  void aTornOrFlippedFileIsNoticedAndThePreviousVersionUsed() throws IOException {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      Path file = temp.resolve("g" + seed);
      SafeFile safe = new SafeFile(file, new UnforcedDisk());
      byte[] old = content(random);
      safe.write(old);
      safe.write(content(random));
      damage(file, random);

      assertThat(safe.read().orElseThrow()).as("seed %d", seed).isEqualTo(old);
      assertThat(safe.recovered()).isTrue();

      damage(temp.resolve("g" + seed + ".previous"), random);
      assertThatThrownBy(safe::read).as("seed %d", seed).isInstanceOf(DamagedStateException.class);
    }
  }

  @Test
  void aDamagedVersionNeverReplacesAnIntactPreviousOne() throws IOException {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      Path file = temp.resolve("h" + seed);
      SafeFile safe = new SafeFile(file, new UnforcedDisk());
      byte[] old = content(random);
      safe.write(old);
      safe.write(content(random));
      damage(file, random);
      byte[] next = content(random);
      writeOrCrash(file, next, random);

      assertThat(safe.read().orElseThrow()).as("seed %d", seed).isIn(old, next);
    }
  }

  @Test
  void aFileOfTheFirstVersionIsReadAndReplaced() throws IOException {
    Path file = temp.resolve("first");
    String sum = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"; // of hello
    Files.writeString(file, "wormholes-state 1 5 " + sum + "\nhello");
    SafeFile safe = new SafeFile(file, new UnforcedDisk());
    assertThat(new String(safe.read().orElseThrow(), StandardCharsets.US_ASCII)).isEqualTo("hello");

    safe.write(new byte[] {1});
    assertThat(safe.read().orElseThrow()).containsExactly(1);
    Files.writeString(file, "wormholes-state 1 5 " + sum + "\nhellO");
    assertThat(new String(safe.read().orElseThrow(), StandardCharsets.US_ASCII)).isEqualTo("hello");
    assertThat(safe.recovered()).isTrue();
  }

  private static boolean writeOrCrash(Path file, byte[] content, Random random) throws IOException {
    try {
      new SafeFile(file, new CrashingDisk(random, random.nextInt(6))).write(content);
      return true;
    } catch (Crash expected) {
      return false;
    }
  }

  private static void damage(Path file, Random random) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (random.nextBoolean()) {
      bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
    } else {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    Files.write(file, bytes);
  }

  private static byte[] content(Random random) {
    byte[] content = new byte[random.nextInt(200)];
    random.nextBytes(content);
    return content;
  }
}
