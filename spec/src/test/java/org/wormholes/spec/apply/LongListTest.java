package org.wormholes.spec.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.store.StateFolder;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.Launcher;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.control.ControlServer;

/// A list of a million names, from the file to a running engine.
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class LongListTest {
  private static final int NAMES = 1_000_000;

  @TempDir private Path folder;

  @Test
  void aMillionNamesAreReadInBoundedMemoryAndDecideInTheEngine() throws IOException {
    try (Writer list = Files.newBufferedWriter(folder.resolve("list.txt"))) {
      for (int i = 0; i < NAMES; i++) {
        list.write("n%x.host%d.example\n".formatted(i, i % 50_000));
      }
    }
    Path script = folder.resolve("big.rb");
    Path launcher = Launcher.in(folder);
    Path socket = folder.resolve("control.sock");
    try (LocalNetwork network = LocalNetwork.of(1);
        NettyTransport transport = NettyTransport.open();
        StateFolder state = StateFolder.open(folder.resolve("state"))) {
      Files.writeString(
          script,
          """
          ruleset "big", version: "1.0" do
            network "local" do
              open_to :anyone
              bootstrap "%s"
            end
            tunnel "web", over: "local" do
              entry { socks port: 0 }
              relay 1
            end
            routes do
              refuse { host.listed? "list.txt" }
              to("web") { otherwise }
            end
          end
          """
              .formatted(network.bootstrap()));
      ControlApi api =
          new ControlApi(network.client(), state.rulesets(), Clock.systemUTC(), () -> {});
      Listener control =
          ControlServer.open(transport.sockets(), socket, api).toCompletableFuture().join();
      try {
        // The names alone are 20 MB, in a file, in memory and in what goes to the engine.
        Command.of(launcher.toString(), "apply", "--yes", script.toString())
            .with("--control", socket.toString())
            .set("JAVA_TOOL_OPTIONS", "-Xmx320m")
            .within(Duration.ofMinutes(2))
            .run()
            .good();

        assertThat(explained(launcher, socket, "http://www.nabcde.host3710.example/"))
            .contains("→ refused");
        assertThat(explained(launcher, socket, "http://nabcde.host3711.example/"))
            .contains("→ tunnel web");
      } finally {
        control.close();
      }
    }
  }

  private static String explained(Path launcher, Path socket, String flow) {
    return Command.of(launcher.toString(), "explain", flow, "--control", socket.toString())
        .run()
        .good()
        .text();
  }
}
