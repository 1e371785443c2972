package org.wormholes.runtime;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PathTest {
  @Test
  void aShorterPathCannotBeMade() {
    assertThatThrownBy(() -> Path.complete(3, List.of(Nodes.exit(1), Nodes.exit(2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a path of 2 hops, not 3");
  }

  @Test
  void aPathThatMeetsANodeTwiceCannotBeMade() {
    assertThatThrownBy(() -> Path.complete(3, List.of(Nodes.exit(1), Nodes.exit(2), Nodes.exit(1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a path that meets a node twice");
  }
}
