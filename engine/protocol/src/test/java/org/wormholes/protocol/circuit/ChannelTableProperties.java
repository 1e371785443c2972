package org.wormholes.protocol.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ChannelTableProperties {
  @Test
  void findsWhatAMapFinds() {
    for (long seed = 1; seed <= 50; seed++) {
      Random random = new Random(seed);
      ChannelTable table = new ChannelTable();
      Map<Integer, Channel> map = new HashMap<>();
      CircuitEnd circuit =
          CircuitEnd.exit(
              CircuitLimits.DEFAULT, new ChunkPool(0), MemoryAccount.UNLIMITED, new ExitSide());
      for (int i = 0; i < 2_000; i++) {
        int id = 1 + random.nextInt(300) * (random.nextBoolean() ? 1 : 64);
        if (random.nextInt(3) > 0) {
          Channel channel =
              new StreamClaim(circuit, id, StreamKey.of(new byte[16], 0), 0, 0, null, null);
          table.put(channel);
          map.put(id, channel);
        } else {
          Channel gone = map.remove(id);
          if (gone != null) {
            table.remove(gone);
          }
        }
        assertThat(table.find(id)).as("seed " + seed).isSameAs(map.get(id));
      }
      assertThat(table.size()).isEqualTo(map.size());
      assertThat(table.all()).containsExactlyInAnyOrderElementsOf(List.copyOf(map.values()));
    }
  }
}
