package org.wormholes.spec.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.spec.lab.KnownBytes;
import org.wormholes.spec.lab.Laboratory;
import org.wormholes.spec.lab.SshServer;
import org.wormholes.spec.lab.Tools;

/// ssh, with netcat as its way to the proxy.
@ExtendWith(Laboratory.Extension.class)
final class SshTest {
  @ParameterizedTest
  @ValueSource(strings = {"5", "connect"})
  void runsACommandOnTheOtherSide(String kind, Laboratory lab, @TempDir Path folder)
      throws IOException {
    try (SshServer server = SshServer.start(folder)) {
      var outcome =
          server
              .client()
              .with("-o", proxyCommand(kind, lab), "127.0.0.1", "tr a-z A-Z")
              .input("half close works\n")
              .run()
              .good();

      // The answer comes after the end of the input has reached the other side.
      assertThat(outcome.text()).isEqualTo("HALF CLOSE WORKS\n");
    }
  }

  @Test
  void copiesMegabytes(Laboratory lab, @TempDir Path folder) throws IOException {
    try (SshServer server = SshServer.start(folder)) {
      String url = lab.pages().url("127.0.0.1", "/bytes/8000000");

      var outcome =
          server
              .client()
              .with("-o", proxyCommand("5", lab), "127.0.0.1", "curl -s --noproxy '*' " + url)
              .run()
              .good();

      assertThat(HexFormat.of().formatHex(KnownBytes.newSha256().digest(outcome.output())))
          .isEqualTo(KnownBytes.sha256(8_000_000));
    }
  }

  private static String proxyCommand(String kind, Laboratory lab) {
    String netcat = Tools.need("nc.openbsd", "netcat-openbsd");
    return "ProxyCommand=%s -X %s -x 127.0.0.1:%d %%h %%p".formatted(netcat, kind, lab.socksPort());
  }
}
