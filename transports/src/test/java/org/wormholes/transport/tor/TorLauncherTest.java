package org.wormholes.transport.tor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.runtime.spi.GatewaySpeaker.Phase;
import org.wormholes.runtime.spi.GatewaySpeaker.State;

/// A stand-in for tor says what tor says, and ends when told to.
@Timeout(60)
class TorLauncherTest {
  @TempDir Path folder;

  private final BlockingQueue<State> heard = new LinkedBlockingQueue<>();
  private final BlockingQueue<InetSocketAddress> ports = new LinkedBlockingQueue<>();

  private State next() throws InterruptedException {
    State state = heard.poll(20, TimeUnit.SECONDS);
    assertThat(state).isNotNull();
    return state;
  }

  private TorLauncher process(String searchPath) {
    return new TorLauncher(folder.resolve("tor"), List.of(), searchPath, heard::add, ports::add);
  }

  /// @param end what it does at last
  private String standIn(String end) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path tor = bin.resolve("tor");
    Files.writeString(
        tor,
        """
        #!/bin/sh
        echo "Nov 22 21:40:17.000 [notice] Bootstrapped 0% (starting): Starting"
        echo "[notice] Opened Control listener connection (ready) on 127.0.0.1:9999"
        """
            + end);
    Files.setPosixFilePermissions(tor, PosixFilePermissions.fromString("rwx------"));
    return bin.toString();
  }

  @Test
  void withoutATorItSaysHowToGetOne() throws Exception {
    try (TorLauncher tor = process(folder.toString())) {
      tor.start();
      assertThat(next()).isEqualTo(new State(Phase.DOWN, 0, TorLauncher.ABSENT));
      assertThat(TorLauncher.ABSENT).contains("apt install tor");
    }
  }

  @Test
  void tellsWhereItIsControlled() throws Exception {
    String path = standIn("exec sleep 60\n");
    try (TorLauncher tor = process(path)) {
      tor.start();
      assertThat(next()).isEqualTo(new State(Phase.STARTING, 0, "starting"));
      assertThat(ports.poll(20, TimeUnit.SECONDS))
          .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9999));
    }
  }

  @Test
  void oneThatEndsIsToldOfAndStartedAgain() throws Exception {
    String path = standIn("echo '[err] Reading config failed'\nexit 1\n");
    try (TorLauncher tor = process(path)) {
      tor.start();
      State down = next();
      while (down.phase() != Phase.DOWN) {
        down = next();
      }
      assertThat(down.detail())
          .isEqualTo("tor ended by itself (exit code 1): Reading config failed");
      assertThat(next().phase()).isEqualTo(Phase.STARTING);
    }
  }

  @Test
  void isConfiguredToStayOnThisMachineAndEndWithUs() {
    assertThat(process("").configuration())
        .contains("SocksPort 127.0.0.1:auto IsolateSOCKSAuth")
        .contains("__OwningControllerProcess " + ProcessHandle.current().pid());
  }
}
