package org.wormholes.spec.tor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Gateway.Kind;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.control.GatewayView;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.PageServer;
import org.wormholes.spec.lab.Ports;
import org.wormholes.spec.lab.Program;
import org.wormholes.spec.lab.Socks;
import org.wormholes.spec.lab.Tools;
import org.wormholes.spec.lab.TorLab;
import org.wormholes.transport.CarrierSettings;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.socket.NettyOptions;

/// Flows into Tor: through a tor of the engine's own, and through one that runs already.
@Timeout(180)
@ExtendWith(TorLab.Extension.class)
class TorFlowsTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  @TempDir Path folder;

  private final BlockingQueue<EngineEvent> told = new LinkedBlockingQueue<>();

  /// An engine with one gateway, a SOCKS entry to it and a DNS entry.
  private final class Setting implements AutoCloseable {
    final NettyTransport transport;
    final Engine engine;
    final int entry;
    final int names;

    Setting(TorLab lab, Optional<Gateway.Server> server) throws IOException {
      transport =
          NettyTransport.open(
              NettyOptions.defaults().withLoops(1),
              EntryLimits.defaults(),
              new CarrierSettings(
                  Optional.empty(), Map.of("tor", Map.of("torrc", lab.torrc().toString()))));
      transport.gatewaysIn(folder.resolve("gateways"));
      NodeKey key = NodeKey.create(new SecureRandom()::nextBytes);
      engine = Engine.start(NodeSettings.client(key, List.of()), transport, GuardStore.NONE);
      var _ = engine.events(told::add);
      Gateway gateway =
          new Gateway(
              "t",
              Kind.TOR,
              server,
              Optional.empty(),
              List.of(
                  new Entry.Socks(new Entry.Listen(0), false),
                  new Entry.Dns(new Entry.Listen(0), Entry.Dns.Invents.SPECIAL)),
              Isolation.DEFAULT);
      Ruleset ruleset =
          new Ruleset(
              "onions",
              "1",
              List.of(),
              List.of(),
              List.of(),
              List.of(gateway),
              List.of(),
              List.of());
      engine.apply(ruleset, SourceMap.EMPTY).toCompletableFuture().join();
      entry = port("socks");
      names = port("dns");
    }

    private int port(String kind) {
      return engine.status().listening().stream()
          .filter(it -> it.kind().equals(kind))
          .map(it -> it.address().substring(it.address().lastIndexOf(':') + 1))
          .mapToInt(Integer::parseInt)
          .findFirst()
          .orElseThrow();
    }

    GatewayView gateway() {
      return engine.status().gateways().getFirst();
    }

    void ready() {
      Await.that(
          "a tor that is ready",
          TorLab.JOINING,
          () -> gateway().state() == GatewayView.State.READY);
    }

    @Override
    public void close() {
      engine.close();
      transport.close();
    }
  }

  private EngineEvent next(String message, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      EngineEvent event = told.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertThat(event).as("an event that says: %s", message).isNotNull();
      if (event.message().startsWith(message)) {
        return event;
      }
    }
  }

  private static String hello(int entry, PageServer pages, String user) throws IOException {
    try (Socket socket = Socks.get(entry, pages, "127.0.0.1", "/hello", user)) {
      Socks.skipHead(socket);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aTorOfOurOwnStartsCarriesDiesAndComesBack(TorLab lab) throws Exception {
    try (PageServer pages = PageServer.start();
        Setting setting = new Setting(lab, Optional.empty())) {
      EngineEvent progress = next("t is at ", TorLab.JOINING);
      assertThat(progress.details()).containsEntry("phase", "starting");
      setting.ready();
      assertThat(hello(setting.entry, pages, "ann")).isEqualTo(PageServer.GREETING);

      long tor = child();
      try (Socket flow = Socks.get(setting.entry, pages, "127.0.0.1", "/bytes/1000000000", "ann")) {
        InputStream in = flow.getInputStream();
        assertThat(in.readNBytes(1 << 16)).hasSize(1 << 16);
        long began = System.nanoTime();
        ProcessHandle.of(tor).orElseThrow().destroyForcibly();
        assertThatThrownBy(() -> in.transferTo(java.io.OutputStream.nullOutputStream()))
            .isInstanceOf(IOException.class);
        EngineEvent down = next("t is down: ", LIMIT);
        assertThat(down.message()).contains("tor");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LIMIT);
      }
      Await.that("another tor", TorLab.JOINING, () -> ProcessHandle.of(tor).isEmpty());
      setting.ready();
      assertThat(hello(setting.entry, pages, "ann")).isEqualTo(PageServer.GREETING);
    }
    Await.that(
        "no tor of the engine's",
        LIMIT,
        () ->
            ProcessHandle.current()
                .descendants()
                .noneMatch(each -> commandLine(each).contains(folder.toString())));
  }

  private static String commandLine(ProcessHandle process) {
    return process.info().commandLine().orElse("");
  }

  /// The tor that the engine of this test has started.
  private long child() {
    return Await.value(
        "a tor of the engine",
        LIMIT,
        () ->
            ProcessHandle.current()
                .descendants()
                .filter(each -> commandLine(each).contains(folder.toString()))
                .map(ProcessHandle::pid)
                .findFirst());
  }

  @Test
  void oneThatRunsIsAdoptedByItsCookie(TorLab lab) throws Exception {
    adopts(lab, "", List.of("CookieAuthentication 1"));
  }

  @Test
  void oneThatRunsIsAdoptedByItsPassword(TorLab lab) throws Exception {
    String hashed =
        Command.of("tor", "--quiet", "--hash-password", "a \"quoted\" one")
            .set("PATH", System.getenv("PATH") + ":/usr/sbin")
            .run()
            .good()
            .text()
            .strip();
    adopts(lab, "a \"quoted\" one", List.of("HashedControlPassword " + hashed));
  }

  private void adopts(TorLab lab, String password, List<String> lines) throws Exception {
    int control = Ports.free();
    int socks = Ports.free();
    List<String> all = new java.util.ArrayList<>(lines);
    all.add("ControlPort 127.0.0.1:" + control);
    all.add("SocksPort 127.0.0.1:" + socks);
    Path data = folder.resolve("adopted");
    Gateway.Server server = new Gateway.Server("127.0.0.1", control, "", password);
    try (PageServer pages = PageServer.start()) {
      Program tor = lab.client(data, all);
      try (Setting setting = new Setting(lab, Optional.of(server))) {
        setting.ready();
        for (String user : List.of("ann", "ben", "ann")) {
          assertThat(hello(setting.entry, pages, user)).isEqualTo(PageServer.GREETING);
        }
        if (password.isEmpty()) {
          assertThat(usersOfCircuits(control, data)).hasSize(2);
        }

        tor.kill();
        Await.that(
            "a word that it is gone",
            LIMIT,
            () -> setting.gateway().state() == GatewayView.State.DOWN);
        assertThat(setting.gateway().detail()).contains("tor");
        tor = lab.client(data, all);
        setting.ready();
        assertThat(hello(setting.entry, pages, "ann")).isEqualTo(PageServer.GREETING);
      } finally {
        tor.close();
      }
    }
  }

  /// The user names that tor's circuits are kept for, each other than the one of its application.
  private static Set<String> usersOfCircuits(int control, Path data) throws IOException {
    byte[] cookie = Files.readAllBytes(data.resolve("control_auth_cookie"));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), control)) {
      socket.setSoTimeout(10_000);
      String asked =
          "AUTHENTICATE %s\r\nGETINFO circuit-status\r\nQUIT\r\n"
              .formatted(HexFormat.of().formatHex(cookie));
      socket.getOutputStream().write(asked.getBytes(StandardCharsets.US_ASCII));
      String said = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return Pattern.compile("SOCKS_USERNAME=\"([^\"]*)\"")
          .matcher(said)
          .results()
          .map(found -> found.group(1))
          .filter(user -> !user.equals("ann") && !user.equals("ben"))
          .collect(Collectors.toSet());
    }
  }

  /// A program that only knows addresses asks the DNS entry, and gets one that stands for the
  /// onion.
  @Test
  void anOnionServiceIsReachedByAnAddress(TorLab lab) throws Exception {
    int control = Ports.free();
    Path data = folder.resolve("hosting");
    try (PageServer pages = PageServer.start();
        Program tor =
            lab.client(
                data,
                List.of(
                    "ControlPort 127.0.0.1:" + control,
                    "CookieAuthentication 1",
                    "SocksPort 127.0.0.1:" + Ports.free(),
                    "HiddenServiceDir " + folder.resolve("service"),
                    "HiddenServicePort 80 127.0.0.1:" + pages.port()));
        Setting setting =
            new Setting(lab, Optional.of(new Gateway.Server("127.0.0.1", control, "", "")))) {
      setting.ready();
      String onion = Files.readString(folder.resolve("service/hostname")).strip();
      String address =
          Command.of(Tools.need("dig", "dnsutils"), "@127.0.0.1", "-p", "" + setting.names)
              .with("+short", onion, "A")
              .run()
              .good()
              .text()
              .strip();
      assertThat(address).startsWith("198.1");
      String page =
          Await.value(
              "a page of " + onion,
              TorLab.JOINING,
              () -> {
                assertThat(tor.isAlive()).isTrue();
                Command.Outcome outcome =
                    Command.of(Tools.need("curl", "curl"), "-s", "--noproxy", "")
                        .with("--socks5", "127.0.0.1:" + setting.entry, "--max-time", "20")
                        .with("http://" + address + "/hello")
                        .run();
                return outcome.exit() == 0 ? Optional.of(outcome.text()) : Optional.empty();
              });
      assertThat(page).isEqualTo(PageServer.GREETING);
    }
  }

  @Test
  void aWrongPasswordIsSaidSo(TorLab lab) throws Exception {
    int control = Ports.free();
    Gateway.Server server = new Gateway.Server("127.0.0.1", control, "", "wrong");
    try (Program tor =
            lab.client(
                folder.resolve("closed"),
                List.of("ControlPort 127.0.0.1:" + control, "CookieAuthentication 1"));
        Setting setting = new Setting(lab, Optional.of(server))) {
      assertThat(tor.isAlive()).isTrue();
      Await.that(
          "a clear word",
          TorLab.JOINING,
          () -> setting.gateway().detail().contains("HashedControlPassword is not set"));
    }
  }
}
