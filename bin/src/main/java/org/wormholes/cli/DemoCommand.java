package org.wormholes.cli;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.wormholes.dsl.Compilation;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Network;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Tunnel;
import org.wormholes.rulesets.Rulesets;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.control.ApplyRefusedException;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.HopView;
import org.wormholes.runtime.control.ListenView;
import org.wormholes.transport.NettyTransport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `wormholes demo`: everything once, on this machine, in a few seconds.
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "See it work: starts a small network on this machine, applies a ruleset, fetches a page",
      "through three relays, and draws the way it took. Touches nothing outside this machine."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the page came through the tunnel", "1:it did not"})
final class DemoCommand implements Callable<Integer> {
  /// What is reported.
  record Shown(
      String ruleset,
      String entry,
      String page,
      int status,
      int bytes,
      Duration firstByte,
      Duration firstByteAgain,
      String visitor,
      CircuitView circuit) {}

  private static final int NODES = 6;
  private static final String PAGE_HOST = "localhost";
  private static final Duration SETTLING = Duration.ofMillis(600);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Mixin private Reporting reporting;

  @Mixin private LinkOption links;

  @Option(names = "--keep", description = "Leave it running until Ctrl-C, to try it by hand.")
  private boolean keep;

  private final CountDownLatch stopping = new CountDownLatch(1);
  private @Nullable Devnet devnet;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ScriptOption.Rules hello = hello();
    Network network = hello.ruleset().networks().getFirst();
    try (NettyTransport transport = NettyTransport.open();
        Devnet relays = Devnet.start(NODES, network, links.carrier(transport), transport)) {
      devnet = relays;
      acquaint(relays);
      try (Engine client = client(relays, transport);
          PageServer pages = PageServer.start()) {
        List<ListenView> ports = apply(client, hello, relays.network());
        Shown shown = fetch(client, hello, ports, pages);
        Paint paint = reporting.paint();
        reporting.print(shown, it -> lines(it, paint));
        if (keep) {
          keepRunning(shown);
        }
      }
    }
    return ExitCode.OK;
  }

  private static ScriptOption.Rules hello() {
    Compilation compilation = Rulesets.compile("hello");
    Ruleset ruleset =
        compilation
            .ruleset()
            .orElseThrow(() -> new IllegalStateException("hello: " + compilation.render()));
    return new ScriptOption.Rules(ruleset, compilation.sourceMap());
  }

  private void acquaint(Devnet relays) throws InterruptedException {
    long start = System.nanoTime();
    reporting.say("starting " + NODES + " relays on this machine");
    if (!relays.awaitAcquainted(PATIENCE, known -> {})) {
      throw new CommandFailure(ExitCode.BUG, "the relays did not find each other");
    }
    reporting.say(
        "they know each other after "
            + Units.duration(Duration.ofNanos(System.nanoTime() - start)));
  }

  private static Engine client(Devnet relays, NettyTransport transport) throws IOException {
    NodeKey key = NodeKey.create(new SecureRandom()::nextBytes);
    return Engine.start(
        NodeSettings.client(key, List.of(relays.network())), transport, GuardStore.NONE);
  }

  /// Applies the ruleset with the local network's first contact; where its ports are taken, with
  /// free ones.
  private List<ListenView> apply(Engine client, ScriptOption.Rules hello, Network network)
      throws InterruptedException {
    Ruleset local = FittedRules.over(links.carrier(), FittedRules.with(hello.ruleset(), network));
    try {
      return carryOut(client, local, hello);
    } catch (ApplyRefusedException e) {
      if (!e.code().equals("port-in-use")) {
        throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()));
      }
      reporting.say("port " + firstPort(hello.ruleset()) + " is taken: using a free one");
    }
    try {
      return carryOut(client, FittedRules.onFreePorts(local), hello);
    } catch (ApplyRefusedException e) {
      throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()));
    }
  }

  private List<ListenView> carryOut(Engine client, Ruleset ruleset, ScriptOption.Rules hello)
      throws ApplyRefusedException, InterruptedException {
    try {
      List<ListenView> ports = client.apply(ruleset, hello.sources()).toCompletableFuture().get();
      reporting.say("applied %s %s".formatted(ruleset.name(), ruleset.version()));
      return ports;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ApplyRefusedException refused) {
        throw refused;
      }
      throw new IllegalStateException("applying " + ruleset.name(), e.getCause());
    }
  }

  private static int firstPort(Ruleset ruleset) {
    return ruleset.tunnels().stream()
        .map(Tunnel::entries)
        .flatMap(List::stream)
        .map(Entry::listen)
        .map(Entry.Listen::port)
        .findFirst()
        .orElse(0);
  }

  private Shown fetch(
      Engine client, ScriptOption.Rules hello, List<ListenView> ports, PageServer pages)
      throws IOException, InterruptedException {
    ListenView socks =
        ports.stream()
            .filter(port -> port.kind().equals("socks"))
            .findFirst()
            .orElseThrow(() -> new CommandFailure(ExitCode.BUG, "hello has no socks entry"));
    int colon = socks.address().lastIndexOf(':');
    String host = socks.address().substring(0, colon);
    int port = Integer.parseInt(socks.address().substring(colon + 1));
    PageFetch.Page page = PageFetch.through(host, port, PAGE_HOST, pages.port());
    // The first page met a program that was still warming up; the links are measured meanwhile.
    stopping.await(SETTLING.toMillis(), TimeUnit.MILLISECONDS);
    PageFetch.Page again = PageFetch.through(host, port, PAGE_HOST, pages.port());
    CircuitView circuit =
        client.circuits().stream()
            .filter(it -> it.tunnel().equals(socks.tunnel()))
            .max(Comparator.comparingLong(CircuitView::bytesDown))
            .orElseThrow(() -> new CommandFailure(ExitCode.BUG, "no circuit carried the page"));
    return new Shown(
        hello.ruleset().name(),
        socks.address(),
        "http://%s:%d/".formatted(PAGE_HOST, pages.port()),
        page.status(),
        page.bytes(),
        page.firstByte(),
        again.firstByte(),
        pages.lastVisitor(),
        timed(circuit));
  }

  /// Adds what the relays themselves measured of the links between them.
  private CircuitView timed(CircuitView circuit) {
    List<HopView> hops = new ArrayList<>();
    String before = "";
    for (HopView hop : circuit.hops()) {
      Optional<Duration> measured =
          hop.roundTrip().isPresent() || before.isEmpty()
              ? hop.roundTrip()
              : linkTime(before, hop.node());
      hops.add(new HopView(hop.node(), hop.nickname(), hop.address(), hop.role(), measured));
      before = hop.node();
    }
    return new CircuitView(
        circuit.id(),
        circuit.tunnel(),
        circuit.state(),
        hops,
        circuit.flows(),
        circuit.age(),
        circuit.buildTime(),
        circuit.roundTrip(),
        circuit.bytesUp(),
        circuit.bytesDown());
  }

  private Optional<Duration> linkTime(String from, String to) {
    Devnet relays = devnet;
    if (relays == null) {
      return Optional.empty();
    }
    return relays.roundTrip(from, to).or(() -> relays.roundTrip(to, from));
  }

  private static List<String> lines(Shown shown, Paint paint) {
    String application = "asks %s for %s".formatted(shown.entry(), shown.page());
    String page =
        "%s  %s, %s"
            .formatted(
                paint.bold(shown.page()),
                shown.status() == 200 ? paint.green("200 OK") : paint.red("" + shown.status()),
                Units.bytes(shown.bytes()));
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.addAll(PathDrawing.of(shown.circuit(), application, page, paint));
    lines.add("");
    lines.addAll(
        new Columns("  ")
            .row(
                "first byte after",
                "%s, and %s the second time"
                    .formatted(
                        Units.duration(shown.firstByte()), Units.duration(shown.firstByteAgain())))
            .row(
                "circuit built in",
                shown.circuit().buildTime().map(Units::duration).orElse("not measured"))
            .row("the page's server saw", shown.visitor() + " (the exit), and nobody else")
            .lines());
    return lines;
  }

  private void keepRunning(Shown shown) throws InterruptedException {
    reporting.say("");
    reporting.say("running; try it, and end it with Ctrl-C:");
    reporting.say("  curl --proxy socks5h://%s %s".formatted(shown.entry(), shown.page()));
    Thread hook = new Thread(stopping::countDown, "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    stopping.await();
  }
}
