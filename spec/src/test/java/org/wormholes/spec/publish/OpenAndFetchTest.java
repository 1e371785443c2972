package org.wormholes.spec.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.cli.ExitCode;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.rules.SourceMap;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.store.StateFolder;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.KnownBytes;
import org.wormholes.spec.lab.Launcher;
import org.wormholes.spec.lab.PageServer;
import org.wormholes.spec.lab.SshServer;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.control.ControlServer;

/// `wormholes open` and `wormholes fetch`, as a person would call them, with an engine whose
/// ruleset opens no port.
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class OpenAndFetchTest {
  @TempDir private Path folder;

  private LocalNetwork network;
  private PageServer pages;
  private NettyTransport transport;
  private StateFolder state;
  private Listener control;
  private Path launcher;

  @BeforeEach
  void begin() throws IOException {
    network = LocalNetwork.of(5);
    pages = PageServer.start();
    transport = NettyTransport.open();
    state = StateFolder.open(folder.resolve("state"));
    ControlApi api =
        new ControlApi(network.client(), state.rulesets(), Clock.systemUTC(), () -> {});
    control =
        ControlServer.open(transport.sockets(), folder.resolve("control.sock"), api)
            .toCompletableFuture()
            .join();
    launcher = Launcher.in(folder);
    network.awaitKnown();
    apply(network.client(), tunnel("web", ""));
  }

  @AfterEach
  void end() throws IOException {
    control.close();
    state.close();
    transport.close();
    network.close();
    pages.close();
  }

  @Test
  void pagesAreFetchedFromServicesAndFromOutside() throws Exception {
    String service = publish(pages.port());

    assertThat(run("fetch", service + "/hello").good().text()).isEqualTo(PageServer.GREETING);
    assertThat(run("fetch", service + "/moved").good().text()).isEqualTo(PageServer.GREETING);
    assertThat(run("fetch", pages.url("127.0.0.1", "/hello"), "--through", "web").good().text())
        .isEqualTo(PageServer.GREETING);

    Path file = folder.resolve("page");
    Command.Outcome told =
        run("fetch", service + "/bytes/3000000", "-o", file.toString(), "--json").good();
    assertThat(Json.read(told.text()).toString()).contains("bytes=3000000").contains("status=200");
    assertThat(HexFormat.of().formatHex(KnownBytes.newSha256().digest(Files.readAllBytes(file))))
        .isEqualTo(KnownBytes.sha256(3_000_000));

    refused("leads elsewhere", "fetch", service + "/away");
    refused("it answered 404", "fetch", service + "/nothing");
    refused("no tunnel, group or gateway called far", "fetch", service + "/", "--through", "far");
    String nobody = "wormhole://" + network.client().id().address() + "/";
    refused("is not reached", "fetch", nobody, "-o", folder.resolve("never").toString());
    assertThat(folder.resolve("never")).doesNotExist();
    assertThat(folder.resolve("never.part")).doesNotExist();
    assertThat(run("fetch", "wormhole://mistyped/").exit()).isEqualTo(ExitCode.USAGE);
    assertThat(run("fetch", "somewhere:80").exit()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void aStreamIsWhatSshNeeds() throws Exception {
    try (SshServer server = SshServer.start(Files.createDirectory(folder.resolve("ssh")))) {
      String service = publish(server.port());
      String command = launcher + " open --control " + folder.resolve("control.sock") + " ";

      Command.Outcome outcome =
          server
              .client()
              .with("-o", "ProxyCommand=" + command + service, "127.0.0.1", "tr a-z A-Z")
              .input("half close works\n")
              .run()
              .good();

      assertThat(outcome.text()).isEqualTo("HALF CLOSE WORKS\n");
    }
  }

  private void refused(String why, String... words) {
    Command.Outcome outcome = run(words);
    assertThat(outcome.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(outcome.errors()).contains(why).doesNotContain("Exception");
  }

  private Command.Outcome run(String... words) {
    List<String> all = new ArrayList<>(List.of(launcher.toString()));
    all.addAll(Arrays.asList(words));
    all.addAll(List.of("--control", folder.resolve("control.sock").toString()));
    return Command.of(all.toArray(String[]::new)).run();
  }

  /// The address of a service that relays know of.
  private String publish(int port) throws Exception {
    Engine publisher = network.another();
    apply(publisher, tunnel("web", "publish %d, as: \"it\"".formatted(port)));
    return PublishLab.ready(publisher);
  }

  private static String tunnel(String name, String words) {
    return """
    tunnel "%s", over: "local" do
      %s
      relay 1
      exit { allow { address.loopback? } }
    end
    """
        .formatted(name, words);
  }

  private void apply(Engine engine, String tunnels) {
    Compilation compilation =
        Compiler.compile(
            "test.rb",
            """
            ruleset "test" do
              network "local" do
                open_to :anyone
                bootstrap "%s"
              end
              %s
            end
            """
                .formatted(network.bootstrap(), tunnels),
            Options.defaults());
    engine.apply(compilation.ruleset().orElseThrow(), SourceMap.EMPTY).toCompletableFuture().join();
  }
}
