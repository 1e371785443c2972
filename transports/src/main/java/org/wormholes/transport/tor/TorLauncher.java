package org.wormholes.transport.tor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.GatewaySpeaker.Phase;
import org.wormholes.runtime.spi.GatewaySpeaker.State;
import org.wormholes.transport.program.Programs;

/// A `tor` of our own: found on the path, started with a generated configuration, started again
/// when it ends, stopped with us (it watches our process id by itself, too). Its log says where its
/// control port listens, and no line of it is kept; all else is asked there.
final class TorLauncher implements AutoCloseable {
  /// What to do where there is no tor.
  static final String ABSENT =
      "tor is not installed: get it with 'apt install tor' (Debian, Ubuntu), 'dnf install tor'"
          + " (Fedora), 'brew install tor' (macOS) or from https://www.torproject.org, or `adopt`"
          + " one that runs";

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
  private static final Duration HEALTHY = Duration.ofMinutes(1);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);
  private static final int MAX_DETAIL = 200;
  private static final Pattern LISTENS =
      Pattern.compile(
          "Opened Control listener connection \\(ready\\) on 127\\.0\\.0\\.1:([0-9]{1,5})");

  private final Path folder;
  private final List<String> options;
  private final String searchPath;
  private final Consumer<State> changed;
  private final Consumer<InetSocketAddress> listens;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition stopAsked = lock.newCondition();
  private volatile boolean stopping;
  private volatile @Nullable Process process;
  private @Nullable Thread keeper;

  /// @param options further lines of its configuration
  /// @param searchPath folders to look for `tor` in, as in `PATH`
  /// @param changed hears that it starts and that it is gone, on a thread of its own
  /// @param listens hears where the control port of each new one is, on that thread too
  TorLauncher(
      Path folder,
      List<String> options,
      String searchPath,
      Consumer<State> changed,
      Consumer<InetSocketAddress> listens) {
    this.folder = folder.toAbsolutePath();
    this.options = List.copyOf(options);
    this.searchPath = searchPath;
    this.changed = changed;
    this.listens = listens;
  }

  void start() {
    Thread started = Thread.ofPlatform().daemon().name("wormholes-tor").unstarted(this::keep);
    lock.lock();
    try {
      if (keeper != null || stopping) {
        return;
      }
      keeper = started;
    } finally {
      lock.unlock();
    }
    started.start();
  }

  private void keep() {
    Duration pause = FIRST_PAUSE;
    while (!stopping) {
      long began = System.nanoTime();
      String problem = runOnce();
      if (stopping) {
        break;
      }
      if (System.nanoTime() - began > HEALTHY.toNanos()) {
        pause = FIRST_PAUSE;
      }
      changed.accept(new State(Phase.DOWN, 0, problem));
      waitFor(pause);
      Duration next = pause.multipliedBy(2);
      pause = next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
    }
  }

  /// Runs it until it ends; answers why it does not run any more.
  private String runOnce() {
    Optional<Path> program = find(searchPath);
    if (program.isEmpty()) {
      return ABSENT;
    }
    try {
      Process started = launch(program.get());
      process = started;
      if (stopping) {
        started.destroy();
      }
      changed.accept(new State(Phase.STARTING, 0, "starting"));
      String last = listen(started);
      int exit = started.waitFor();
      return "tor ended by itself (exit code " + exit + (last.isEmpty() ? ")" : "): " + last);
    } catch (IOException broken) {
      return "tor could not be started: " + broken.getMessage();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      stopping = true;
      return "interrupted";
    }
  }

  static Optional<Path> find(String searchPath) {
    return Programs.find("tor", searchPath);
  }

  private Process launch(Path program) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path configuration = folder.resolve("torrc");
    Path nothing = folder.resolve("torrc-defaults");
    Files.writeString(configuration, configuration());
    Files.writeString(nothing, "");
    return new ProcessBuilder(
            program.toString(),
            "-f",
            configuration.toString(),
            "--defaults-torrc",
            nothing.toString())
        .directory(folder.toFile())
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .redirectErrorStream(true)
        .start();
  }

  String configuration() {
    StringBuilder text = new StringBuilder("# Written anew at every start.\n");
    Stream.concat(
            Stream.of(
                "DataDirectory " + folder.resolve("data"),
                "SocksPort 127.0.0.1:auto IsolateSOCKSAuth ExtendedErrors",
                "ControlPort 127.0.0.1:auto",
                "CookieAuthentication 1",
                "CookieAuthFile " + folder.resolve("cookie"),
                "ClientOnly 1",
                "Log notice stdout",
                "__OwningControllerProcess " + ProcessHandle.current().pid()),
            options.stream())
        .forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  /// Reads what it says until it ends; the last complaint, for the message.
  private String listen(Process started) throws IOException {
    String complaint = "";
    try (BufferedReader log =
        new BufferedReader(
            new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = log.readLine(); line != null; line = log.readLine()) {
        hear(line);
        int at = line.indexOf("[err] ");
        if (at >= 0) {
          complaint = shortened(line.substring(at + 6));
        }
      }
    }
    return complaint;
  }

  private void hear(String line) {
    Matcher found = LISTENS.matcher(line);
    if (found.find()) {
      int port = Integer.parseInt(found.group(1));
      listens.accept(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }
  }

  private static String shortened(String text) {
    return text.length() <= MAX_DETAIL ? text : text.substring(0, MAX_DETAIL);
  }

  private void waitFor(Duration pause) {
    long left = pause.toNanos();
    lock.lock();
    try {
      while (left > 0 && !stopping) {
        left = stopAsked.awaitNanos(left);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      stopping = true;
    } finally {
      lock.unlock();
    }
  }

  /// Ends it, and waits until it has ended.
  @Override
  public void close() {
    Thread waited;
    lock.lock();
    try {
      stopping = true;
      stopAsked.signalAll();
      waited = keeper;
    } finally {
      lock.unlock();
    }
    Process running = process;
    if (running != null) {
      running.destroy();
    }
    if (waited == null) {
      return;
    }
    try {
      waited.join(STOP_PATIENCE.toMillis());
      if (waited.isAlive() && running != null) {
        running.destroyForcibly();
        waited.join(STOP_PATIENCE.toMillis());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
