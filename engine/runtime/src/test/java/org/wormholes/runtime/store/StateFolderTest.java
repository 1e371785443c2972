package org.wormholes.runtime.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeKey;

class StateFolderTest {
  @TempDir Path temp;

  @Test
  void keepsEverythingBetweenRuns() throws IOException {
    Path folder = temp.resolve("a/b/state");
    SavedGuard guard =
        new SavedGuard(
            "web",
            "k".repeat(56),
            Instant.parse("2026-01-01T00:00:00Z"),
            Instant.parse("2026-04-01T00:00:00Z"));
    NodeKey key;
    try (StateFolder state = StateFolder.open(folder)) {
      key = state.nodeKeyOrNew(filledWith(7));
      state.rulesets().commit(new byte[] {1, 2, 3});
      state.saveGuards(List.of(guard));
      state.saveSettings(Map.of("carrier", "tcp"));
    }

    try (StateFolder state = StateFolder.open(folder)) {
      assertThat(state.nodeKeyOrNew(filledWith(8))).isEqualTo(key);
      assertThat(state.rulesets().current())
          .hasValueSatisfying(it -> assertThat(it).containsExactly(1, 2, 3));
      assertThat(state.guards()).containsExactly(guard);
      assertThat(state.settings()).containsExactly(Map.entry("carrier", "tcp"));
      assertThat(state.recovered()).isEmpty();
    }
  }

  @Test
  void isEmptyAtFirst() throws IOException {
    try (StateFolder state = StateFolder.open(temp.resolve("state"))) {
      assertThat(state.nodeKey()).isEmpty();
      assertThat(state.rulesets().current()).isEmpty();
      assertThat(state.guards()).isEmpty();
      assertThat(state.settings()).isEmpty();
    }
  }

  @Test
  void isReadableByItsOwnerOnly() throws IOException {
    Path folder = temp.resolve("state");
    try (StateFolder state = StateFolder.open(folder)) {
      state.nodeKeyOrNew(filledWith(1));

      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
          .isEqualTo("rwx------");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.keyPath())))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void isHeldByOneEngineAtATime() throws IOException {
    Path folder = temp.resolve("state");
    try (StateFolder first = StateFolder.open(folder)) {
      assertThatThrownBy(() -> StateFolder.open(folder))
          .isInstanceOf(StateInUseException.class)
          .hasMessageContaining(first.path().toString());
    }
    StateFolder.open(folder).close();
  }

  @Test
  void namesTheFileThatWasRecovered() throws IOException {
    Path folder = temp.resolve("state");
    try (StateFolder state = StateFolder.open(folder)) {
      state.rulesets().commit("old".getBytes(StandardCharsets.UTF_8));
      state.rulesets().commit("new".getBytes(StandardCharsets.UTF_8));
      Files.write(folder.resolve("ruleset"), new byte[] {1, 2});

      assertThat(state.rulesets().current())
          .hasValueSatisfying(it -> assertThat(it).asString().isEqualTo("old"));
      assertThat(state.recovered()).containsExactly("ruleset");
    }
  }

  @Test
  void neverMakesANewKeyInPlaceOfADamagedOne() throws IOException {
    Path folder = temp.resolve("state");
    try (StateFolder state = StateFolder.open(folder)) {
      state.nodeKeyOrNew(filledWith(1));
      Files.write(state.keyPath(), new byte[10]);

      assertThatThrownBy(() -> state.nodeKeyOrNew(filledWith(2)))
          .isInstanceOf(DamagedStateException.class)
          .hasMessageContaining("node-key");
    }
  }

  private static Entropy filledWith(int value) {
    return out -> Arrays.fill(out, (byte) value);
  }

  @Test
  void stateIsWhereTheDesktopWantsIt() {
    Path home = Path.of("/home/ann");
    assertThat(StateFolder.defaultPath(Map.of("XDG_STATE_HOME", "/s"), home))
        .isEqualTo(Path.of("/s/wormholes"));
    assertThat(StateFolder.defaultPath(Map.of("XDG_STATE_HOME", "relative"), home))
        .isEqualTo(Path.of("/home/ann/.local/state/wormholes"));
    assertThat(StateFolder.defaultPath(Map.of(), home))
        .isEqualTo(Path.of("/home/ann/.local/state/wormholes"));
  }
}
