package org.wormholes.spec.carriers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.Tools;
import org.wormholes.transport.CarrierSettings;

/// Links through Debian's obfs4proxy on both sides.
@Timeout(90)
class PluggableTransportTest {
  private static final int BYTES = 4 << 20;
  private static final Duration LIMIT = Duration.ofSeconds(40);

  @TempDir private Path folder;

  private CarrierSettings in(String name, Map<String, String> options) {
    return new CarrierSettings(
        Optional.of(folder.resolve(name)),
        options.isEmpty() ? Map.of() : Map.of("pluggable", options));
  }

  private TwoNodes nodes(Map<String, String> relayOptions) throws IOException {
    return new TwoNodes(
        in("relay", relayOptions),
        in("client", Map.of()),
        Map.of("pluggable", "127.0.0.1:0,transport=obfs4"),
        Map.of(),
        all -> all,
        List.of("pluggable"));
  }

  @Test
  void obfs4CarriesLinksAndComesBackWhenItIsKilled() throws IOException {
    Tools.need("obfs4proxy", "obfs4proxy");
    try (TwoNodes nodes = nodes(Map.of())) {
      assertThat(nodes.relay().addresses().getFirst().format())
          .matches(
              "wormhole://[a-z2-7]{56}@pluggable\\+127\\.0\\.0\\.1:[0-9]+,transport=obfs4,cert=[A-Za-z0-9+/]{70},iat-mode=0");
      assertThat(nodes.carries(BYTES)).isTrue();
      List<ProcessHandle> programs = programs();
      assertThat(programs).hasSize(2);
      programs.forEach(ProcessHandle::destroyForcibly);
      Await.that("they are gone", LIMIT, () -> programs.stream().noneMatch(ProcessHandle::isAlive));
      Await.that("two run again", LIMIT, () -> programs().size() == 2);
      Await.that(
          "a circuit again",
          LIMIT,
          () ->
              nodes.client().circuits().stream()
                  .anyMatch(circuit -> circuit.state() == CircuitView.State.READY));
      assertThat(nodes.carries(BYTES)).isTrue();
    }
    assertThat(programs()).isEmpty();
  }

  private static List<ProcessHandle> programs() {
    return ProcessHandle.current()
        .children()
        .filter(it -> it.info().command().orElse("").endsWith("/obfs4proxy"))
        .toList();
  }

  @Test
  void aProgramThatIsMissingIsSaidWithHowToGetIt() {
    assertThatThrownBy(() -> nodes(Map.of("program", "/nowhere/obfs4proxy")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Debian's package obfs4proxy has one");
  }

  @Test
  void aTransportThatTheProgramDoesNotKnowIsSaid() {
    Tools.need("obfs4proxy", "obfs4proxy");
    assertThatThrownBy(() ->
            new TwoNodes(
                in("relay", Map.of()),
                in("client", Map.of()),
                Map.of("pluggable", "127.0.0.1:0,transport=smoke"),
                Map.of(),
                all -> all,
                List.of("pluggable")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("could not listen on pluggable=127.0.0.1:0,transport=smoke: ");
  }
}
