package org.wormholes.protocol.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Messages of tables from strangers: read, or refused in the one declared way; and members that
/// are told nonsense.
final class TableMessageFuzzTest {
  private static final int INPUTS = 4_000;

  @Test
  void areReadOrRefusedWhenMutated() {
    Random random = new Random(5);
    List<TableMessage> samples = TableMessageTest.samples();
    TableParts parts = new TableParts();
    for (int i = 0; i < INPUTS; i++) {
      byte[] bytes = samples.get(random.nextInt(samples.size())).encode().toArray();
      for (int flips = random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      decode(random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes);
      try {
        parts.add(Bytes.of(bytes));
      } catch (WireException refused) {
        parts = new TableParts(); // the link is closed
      }
    }
  }

  @Test
  void aKeeperAndAnAskerSurviveNonsense() throws IOException {
    Random random = new Random(6);
    TableWorld world = new TableWorld(6);
    List<TableWorld.Member> members = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      members.add(world.join());
    }
    List<TableMessage> samples = TableMessageTest.samples();
    for (int i = 0; i < INPUTS; i++) {
      TableMessage message = samples.get(random.nextInt(samples.size()));
      TableWorld.Member to = members.get(random.nextInt(4));
      TableWorld.Member from = members.get(random.nextInt(4));
      to.keeper(
          new TableKeeper.Input.Received(
              random.nextInt(4),
              Optional.of(from.self).filter(_ -> random.nextBoolean()),
              message));
      to.asker(new TableAsker.Input.Received(from.self, message));
      if (random.nextInt(10) == 0) {
        world.run(Duration.ofMillis(random.nextInt(3_000)));
      }
    }
    world.run(Duration.ofMinutes(1));
    assertThat(world.value(members.getFirst(), "b")).isEmpty();
  }

  @FuzzTest
  void takesOrRefusesAnyBytes(byte[] data) {
    decode(data);
  }

  private static void decode(byte[] bytes) {
    try {
      assertThat(TableMessage.decode(Bytes.of(bytes)).encode()).isEqualTo(Bytes.of(bytes));
    } catch (WireException refused) {
      // The one declared outcome for anything else.
    }
  }
}
