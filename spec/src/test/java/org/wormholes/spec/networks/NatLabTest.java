package org.wormholes.spec.networks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.spec.lab.NatLab;
import org.wormholes.spec.lab.Program;

/// The laboratory's NATs do what their names say: what is measured behind them is worth something.
final class NatLabTest {
  @TempDir Path folder;

  @Test
  void aPlainPunchJoinsEasyNatsAndNoPortRestrictedOneWithASymmetricOne() {
    try (NatLab lab =
            NatLab.up("s:open", "cone:fullcone", "home:portrestricted", "hard:symmetric");
        Program _ = lab.punchServer("s", folder)) {
      for (String protocol : new String[] {"udp", "tcp"}) {
        assertThat(lab.punches(protocol, "cone", "home", "s", folder)).isTrue();
        assertThat(lab.punches(protocol, "cone", "hard", "s", folder)).isTrue();
        assertThat(lab.punches(protocol, "home", "hard", "s", folder)).isFalse();
      }
    }
  }
}
