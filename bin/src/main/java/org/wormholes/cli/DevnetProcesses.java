package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.control.EngineStatus;

/// A network on this machine, one process for each node, each with a state folder of its own under
/// one temporary folder. Ends with this process, however that ends.
final class DevnetProcesses implements AutoCloseable {
  private static final Duration CHECK_EVERY = Duration.ofMillis(100);
  private static final int STOP_SECONDS = 5;

  /// A node.
  ///
  /// @param url `wormhole://ADDRESS@[CARRIER+]HOST:PORT`
  record Child(Process process, String url, Path control, Path state) {}

  private final Path folder;
  private final String carrier;
  private final List<Child> children = new ArrayList<>();

  private DevnetProcesses(Path folder, String carrier) {
    this.folder = folder;
    this.carrier = carrier;
  }

  /// Starts `count` nodes that know the first one.
  static DevnetProcesses start(int count, String network, String carrier) throws IOException {
    DevnetProcesses devnet =
        new DevnetProcesses(Files.createTempDirectory("wormholes-devnet-"), carrier);
    try {
      devnet.startAll(count, network);
      return devnet;
    } catch (IOException | RuntimeException e) {
      devnet.close();
      throw e;
    }
  }

  private void startAll(int count, String network) throws IOException {
    children.add(ready(launch(0, count, network), 0));
    List<Process> others = new ArrayList<>();
    for (int i = 1; i < count; i++) {
      others.add(launch(i, count, network));
    }
    for (int i = 1; i < count; i++) {
      children.add(ready(others.get(i - 1), i));
    }
  }

  private Process launch(int index, int count, String network) throws IOException {
    DevnetPlan.NodePlan plan = DevnetPlan.node(index, count);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--state", state(index).toString()));
    arguments.addAll(List.of("--control", control(index).toString()));
    arguments.addAll(List.of("--role", plan.exit() ? "exit" : "guard"));
    String how = carrier.equals("pluggable") ? ",transport=obfs4" : "";
    arguments.addAll(List.of("--listen", carrier + "=" + plan.host() + ":0" + how));
    arguments.addAll(List.of("--network", network));
    arguments.addAll(List.of("--operator", plan.operator(), "--country", plan.country()));
    arguments.addAll(List.of("--bandwidth", Long.toString(plan.bandwidth())));
    if (plan.exit()) {
      arguments.add("--exit-to-private");
    }
    if (index > 0) {
      arguments.addAll(List.of("--bootstrap", bootstrap()));
    }
    return EngineLauncher.child(arguments, log(index));
  }

  private Child ready(Process process, int index) throws IOException {
    String line = EngineLauncher.awaitReady(process, log(index)).ready();
    String url = line.substring(EngineLauncher.READY.length()).split(" ", 2)[0];
    return new Child(process, url, control(index), state(index));
  }

  private Path state(int index) {
    return folder.resolve("node-" + (index + 1));
  }

  private Path control(int index) {
    return state(index).resolve("control.sock");
  }

  private Path log(int index) {
    return folder.resolve("node-" + (index + 1) + ".log");
  }

  /// The first node, as a ruleset names it.
  String bootstrap() {
    return children.getFirst().url();
  }

  List<Child> children() {
    return List.copyOf(children);
  }

  Path folder() {
    return folder;
  }

  /// Waits until every node knows every other.
  ///
  /// @param progress told how many nodes the least informed one knows, whenever that changes
  /// @return whether that came about in time
  boolean awaitAcquainted(Duration patience, Consumer<Integer> progress)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    int told = -1;
    while (true) {
      int known = leastKnown();
      if (known != told) {
        progress.accept(known);
        told = known;
      }
      if (known >= children.size()) {
        return true;
      }
      if (System.nanoTime() > deadline || endsWithin(children.getFirst().process(), CHECK_EVERY)) {
        return false;
      }
    }
  }

  private int leastKnown() {
    return children.stream()
        .map(child -> new ControlSession(new SocketCaller(child.control())).status())
        .mapToInt(EngineStatus::nodesKnown)
        .min()
        .orElse(0);
  }

  private static boolean endsWithin(Process process, Duration time) throws InterruptedException {
    return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    children.forEach(child -> child.process().destroy());
    for (Child child : children) {
      awaitEnd(child.process());
    }
    deleteAll(folder);
  }

  private static void awaitEnd(Process process) {
    try {
      process.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      process.destroyForcibly();
    } catch (ExecutionException e) {
      throw new IllegalStateException("waiting for a node", e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void deleteAll(Path folder) {
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                throws IOException {
              Files.deleteIfExists(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      // Left in the temporary folder, which is what that is for.
    }
  }
}
