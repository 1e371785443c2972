package org.wormholes.transport.i2p;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.transport.program.Programs;

/// An `i2pd` of our own: found on the path, started with a generated configuration in a folder of
/// ours, started again when it ends, stopped with us. Only its SAM bridge listens, on loopback.
public final class RouterLauncher implements AutoCloseable {
  /// What to do where there is no router.
  public static final String ABSENT =
      "i2pd is not installed: get it with 'apt install i2pd' (Debian, Ubuntu), 'dnf install i2pd'"
          + " (Fedora), 'brew install i2pd' (macOS) or from https://i2pd.website, or name a router"
          + " that runs already";

  private static final Logger LOG = LoggerFactory.getLogger(RouterLauncher.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  /// A router that ran this long was well: the next pause is short again.
  private static final Duration HEALTHY = Duration.ofMinutes(1);

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

  private final Path folder;
  private final Map<String, String> options;
  private final String searchPath;
  private final InetSocketAddress sam;
  private final Consumer<Status> watcher;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition stopAsked = lock.newCondition();
  private volatile Status status = new Status(State.STOPPED, 0, "");
  private volatile boolean stopping;
  private @Nullable Thread keeper;
  private volatile @Nullable Process process;

  /// What the process is doing.
  public enum State {
    STOPPED,
    /// There is no such program here.
    ABSENT,
    RUNNING,
    /// It ended and will be started again after a pause.
    RESTARTING
  }

  /// What the process is doing, and what is wrong with it.
  ///
  /// @param pid of the router, 0 where none runs
  /// @param problem for people; empty where there is none
  public record Status(State state, long pid, String problem) {}

  private RouterLauncher(
      Path folder,
      Map<String, String> options,
      String searchPath,
      InetSocketAddress sam,
      Consumer<Status> watcher) {
    this.folder = folder;
    this.options = options;
    this.searchPath = searchPath;
    this.sam = sam;
    this.watcher = watcher;
  }

  /// A router that keeps what it knows in `folder`; nothing runs yet.
  ///
  /// @param options of i2pd besides ours, `name` or `section.name`
  /// @param searchPath folders to look for `i2pd` in, as in `PATH`
  /// @param watcher hears of every change, on a thread of the router's own
  /// @throws IOException if this machine has no port left
  public static RouterLauncher in(
      Path folder, Map<String, String> options, String searchPath, Consumer<Status> watcher)
      throws IOException {
    options.forEach(RouterLauncher::check);
    InetAddress here = InetAddress.getLoopbackAddress();
    try (ServerSocket probe = new ServerSocket(0, 1, here)) {
      InetSocketAddress sam = new InetSocketAddress(here, probe.getLocalPort());
      return new RouterLauncher(
          folder.toAbsolutePath(), Map.copyOf(options), searchPath, sam, watcher);
    }
  }

  private static void check(String name, String value) {
    if (!name.matches("[a-z0-9]+(\\.[a-z0-9.]+)?") || value.matches("(?s).*[\\r\\n].*")) {
      throw new IllegalArgumentException(
          "an option of i2pd must be name or section.name, and its value one line, was " + name);
    }
  }

  /// Where its SAM bridge listens, now or soon.
  public InetSocketAddress sam() {
    return sam;
  }

  public Status status() {
    return status;
  }

  /// The program, where it is installed.
  public static Optional<Path> find(String searchPath) {
    return Programs.find("i2pd", searchPath);
  }

  /// Starts the router and keeps it running.
  public void start() {
    Thread started = Thread.ofPlatform().daemon().name("wormholes-i2pd").unstarted(this::keep);
    lock.lock();
    try {
      if (keeper != null) {
        throw new IllegalStateException("a router is started once");
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
      LOG.warn("{}; starting it again in {} ms", problem, pause.toMillis());
      if (status.state() != State.ABSENT) {
        become(State.RESTARTING, 0, problem);
      }
      waitFor(pause);
      Duration next = pause.multipliedBy(2);
      pause = next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
    }
    become(State.STOPPED, 0, "");
  }

  /// Runs the router until it ends; answers why it does not run any more.
  private String runOnce() {
    Optional<Path> program = find(searchPath);
    if (program.isEmpty()) {
      become(State.ABSENT, 0, ABSENT);
      return ABSENT;
    }
    try {
      endLeftOver();
      Process started = launch(program.get());
      process = started;
      if (stopping) {
        started.destroy();
      }
      become(State.RUNNING, started.pid(), "");
      int exit = started.waitFor();
      return "i2pd ended by itself (exit code " + exit + ", its log is " + log() + ")";
    } catch (IOException broken) {
      return "i2pd could not be started: " + broken.getMessage();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      stopping = true;
      return "interrupted";
    }
  }

  private Process launch(Path program) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path configuration = folder.resolve("i2pd.conf");
    Files.writeString(configuration, configuration());
    Files.deleteIfExists(log());
    Process started =
        new ProcessBuilder(
                program.toString(),
                "--datadir=" + folder,
                "--conf=" + configuration,
                "--tunconf=/dev/null",
                "--tunnelsdir=" + folder.resolve("no-tunnels"))
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("i2pd.out").toFile())
            .start();
    Files.writeString(pidFile(), Long.toString(started.pid()), StandardCharsets.US_ASCII);
    return started;
  }

  private Path log() {
    return folder.resolve("i2pd.log");
  }

  private Path pidFile() {
    return folder.resolve("ours.pid");
  }

  /// The configuration: what is outside a section comes first.
  String configuration() {
    Map<String, String> all = new TreeMap<>();
    all.put("daemon", "false");
    all.put("log", "file");
    all.put("logfile", log().toString());
    all.put("loglevel", "warn");
    all.put("http.enabled", "false");
    all.put("httpproxy.enabled", "false");
    all.put("socksproxy.enabled", "false");
    all.put("bob.enabled", "false");
    all.put("i2cp.enabled", "false");
    all.put("i2pcontrol.enabled", "false");
    all.putAll(options);
    all.put("sam.enabled", "true");
    all.put("sam.address", "127.0.0.1");
    all.put("sam.port", Integer.toString(sam.getPort()));
    StringBuilder text = new StringBuilder("# Written anew at every start.\n");
    for (boolean sections : List.of(false, true)) {
      String section = "";
      for (Map.Entry<String, String> each : all.entrySet()) {
        int dot = each.getKey().indexOf('.');
        if (dot >= 0 != sections) {
          continue;
        }
        if (sections && !section.equals(each.getKey().substring(0, dot))) {
          section = each.getKey().substring(0, dot);
          text.append('[').append(section).append("]\n");
        }
        text.append(each.getKey().substring(dot + 1)).append(" = ").append(each.getValue());
        text.append('\n');
      }
    }
    return text.toString();
  }

  /// A router that outlived the process which had started it holds the folder's files.
  private void endLeftOver() throws IOException, InterruptedException {
    String text;
    try {
      text = Files.readString(pidFile(), StandardCharsets.US_ASCII).strip();
    } catch (NoSuchFileException none) {
      return;
    }
    if (!text.matches("[0-9]{1,9}")) {
      return;
    }
    Optional<ProcessHandle> left =
        ProcessHandle.of(Long.parseLong(text)).filter(handle -> isOurs(handle.pid()));
    if (left.isPresent()) {
      end(left.get());
    }
  }

  private boolean isOurs(long pid) {
    try {
      String words = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
      return words.contains("--datadir=" + folder + "\0");
    } catch (IOException gone) {
      return false;
    }
  }

  /// i2pd takes SIGTERM for "end at once"; it says so to nobody else.
  private static void end(ProcessHandle handle) throws InterruptedException {
    var _ = handle.destroy();
    try {
      var _ = handle.onExit().get(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (java.util.concurrent.TimeoutException late) {
      var _ = handle.destroyForcibly();
    } catch (java.util.concurrent.ExecutionException impossible) {
      throw new IllegalStateException("waiting for a process", impossible);
    }
  }

  private void waitFor(Duration pause) {
    lock.lock();
    try {
      long left = pause.toNanos();
      while (!stopping && left > 0) {
        left = stopAsked.awaitNanos(left);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      stopping = true;
    } finally {
      lock.unlock();
    }
  }

  private void become(State state, long pid, String problem) {
    Status next = new Status(state, pid, problem);
    if (!next.equals(status)) {
      status = next;
      watcher.accept(next);
    }
  }

  /// Ends the router; waits for it at most 5 seconds.
  @Override
  public void close() {
    lock.lock();
    try {
      stopping = true;
      stopAsked.signalAll();
    } finally {
      lock.unlock();
    }
    Process running = process;
    if (running != null) {
      try {
        end(running.toHandle());
        Files.deleteIfExists(pidFile());
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      } catch (IOException left) {
        LOG.debug("the router's pid file stays", left);
      }
    }
  }
}
