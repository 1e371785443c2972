package org.wormholes.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.Network;
import org.wormholes.runtime.json.Json;
import org.wormholes.transport.NettyTransport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `wormholes devnet`.
@Command(
    name = "devnet",
    mixinStandardHelpOptions = true,
    description = {
      "Run a network of relays on this machine, for trying things out.",
      "Every third node is an exit that also reaches this machine. Runs until Ctrl-C."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it was asked to end",
      "2:the command line was wrong",
      "4:a node did not start"
    })
final class DevnetCommand implements Callable<Integer> {
  /// What is reported once all nodes know each other.
  record Running(
      String network, String bootstrap, int nodes, String folder, List<Long> processes) {}

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Spec private CommandSpec command;
  @Mixin private Reporting reporting;

  @Parameters(arity = "0..1", paramLabel = "N", description = "How many nodes (default: 6).")
  private int count = 6;

  @Option(names = "--processes", description = "Run each node as a process of its own.")
  private boolean processes;

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "The network's name (default: devnet).")
  private String name = "devnet";

  @Mixin private LinkOption links;

  @Option(
      names = "--write",
      paramLabel = "FILE",
      description =
          "Write how to join there once it is ready: as JSON if the name ends in .json, otherwise"
              + " as the lines for a ruleset.")
  private @Nullable Path file;

  @Option(names = "--for", paramLabel = "SECONDS", description = "End after this time.")
  private @Nullable Long seconds;

  @Option(names = "--until-input-ends", description = "End when standard input does.")
  private boolean untilInputEnds;

  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (count < 1 || count > Devnet.MAX_NODES) {
      throw new ParameterException(
          command.commandLine(), "N must be 1.." + Devnet.MAX_NODES + ", was " + count);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "stop"));
    try {
      return processes ? asProcesses() : inOneProcess();
    } finally {
      closed.countDown();
    }
  }

  private int inOneProcess() throws IOException, InterruptedException {
    Network network = new Network(name, true, List.of());
    try (NettyTransport transport = NettyTransport.open();
        Devnet devnet = Devnet.start(count, network, links.carrier(transport), transport)) {
      if (!devnet.awaitAcquainted(PATIENCE, this::progress)) {
        throw new CommandFailure(ExitCode.NO_ENGINE, "the nodes did not find each other");
      }
      announce(
          new Running(name, devnet.bootstrap(), count, "", List.of(ProcessHandle.current().pid())));
      await();
    }
    return ExitCode.OK;
  }

  private int asProcesses() throws IOException, InterruptedException {
    try (DevnetProcesses devnet = DevnetProcesses.start(count, name, links.carrier())) {
      if (!devnet.awaitAcquainted(PATIENCE, this::progress)) {
        throw new CommandFailure(ExitCode.NO_ENGINE, "the nodes did not find each other");
      }
      announce(
          new Running(
              name,
              devnet.bootstrap(),
              count,
              devnet.folder().toString(),
              devnet.children().stream().map(it -> it.process().pid()).toList()));
      await();
    }
    return ExitCode.OK;
  }

  private void progress(int known) {
    reporting.say("%d of %d nodes know each other".formatted(known, count));
  }

  private void announce(Running running) throws IOException {
    if (file != null) {
      writeWhole(file, written(running, file));
    }
    reporting.print(running, DevnetCommand::lines);
    if (!reporting.json() && seconds == null) {
      reporting.say("running; Ctrl-C ends it");
    }
  }

  private static List<String> lines(Running running) {
    return List.of(
        "network \"%s\" of %s; in a ruleset:"
            .formatted(running.network(), Units.count(running.nodes(), "node")),
        "",
        ruby(running).indent(2).stripTrailing(),
        "");
  }

  private static String written(Running running, Path file) {
    return file.toString().endsWith(".json") ? Json.pretty(running) + "\n" : ruby(running);
  }

  private static String ruby(Running running) {
    return """
    network "%s" do
      open_to :anyone
      bootstrap "%s"
    end
    """
        .formatted(running.network(), running.bootstrap());
  }

  private void await() throws InterruptedException {
    if (untilInputEnds) {
      Thread.ofPlatform().daemon().start(() -> awaitEndOfInput(stopping::countDown));
    }
    if (seconds == null) {
      stopping.await();
    } else if (stopping.await(seconds, TimeUnit.SECONDS)) {
      reporting.say("ended early");
    }
  }

  private void stopAndWait() {
    stopping.countDown();
    try {
      closed.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Reads standard input until it ends; what comes in means nothing.
  static void awaitEndOfInput(Runnable then) {
    try {
      long ignored = System.in.skip(Long.MAX_VALUE);
      while (System.in.read() >= 0) {
        ignored += System.in.skip(Long.MAX_VALUE);
      }
      assert ignored >= 0;
    } catch (IOException e) {
      // The same as its end.
    }
    then.run();
  }

  /// Whoever waits for the file sees all of it or none.
  static void writeWhole(Path file, String text) throws IOException {
    writeWhole(file, text.getBytes(StandardCharsets.UTF_8));
  }

  static void writeWhole(Path file, byte[] bytes) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.write(fresh, bytes);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
