package org.wormholes.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CircuitTableProperties {
  @Test
  void behavesLikeAMapUnderAnyOrderOfCalls() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      CircuitTable<String> table = new CircuitTable<>();
      Map<Integer, String> model = new HashMap<>();
      int spread = 1 + random.nextInt(300);
      for (int step = 0; step < 2_000; step++) {
        // Few different ids, high bits set in some: collisions and gaps are what is tested.
        int id = random.nextInt(spread) * (random.nextBoolean() ? 1 : 0x0100_0001);
        switch (random.nextInt(3)) {
          case 0 -> {
            boolean fresh = !model.containsKey(id);
            assertThat(table.put(id, "c" + step)).as("seed %d", seed).isEqualTo(fresh);
            model.putIfAbsent(id, "c" + step);
          }
          case 1 -> {
            table.remove(id);
            model.remove(id);
          }
          default -> assertThat(table.find(id)).as("seed %d", seed).isEqualTo(model.get(id));
        }
        assertThat(table.size()).as("seed %d", seed).isEqualTo(model.size());
      }
      assertThat(table.all())
          .as("seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(model.values());
    }
  }
}
