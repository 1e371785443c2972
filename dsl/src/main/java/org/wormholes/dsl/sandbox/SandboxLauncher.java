package org.wormholes.dsl.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Starts the child: a thread that is thrown away locks itself in and starts a JVM, which is
/// thereby born inside. The rest of this process stays free.
///
/// The child is started by the C library, not by the JDK: the JDK would keep a thread for it, made
/// by the locked thread and locked in as well, and lend that thread to others later.
final class SandboxLauncher {
  /// Everything is bounded, one core's work is enough, and nothing is started later on.
  private static final List<String> FLAGS =
      List.of(
          "-Xmx96m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:CICompilerCount=1",
          "-XX:-UseDynamicNumberOfCompilerThreads",
          "-XX:MaxMetaspaceSize=128m",
          "-XX:CompressedClassSpaceSize=64m",
          "-XX:MaxDirectMemorySize=8m",
          "-XX:ReservedCodeCacheSize=48m",
          "-XX:+ExitOnOutOfMemoryError",
          "-XX:+DisableAttachMechanism",
          "-XX:-UsePerfData",
          "-XX:-UseContainerSupport",
          "-XX:ActiveProcessorCount=1",
          "-XX:-CreateCoredumpOnCrash",
          "-Xlog:disable",
          "-Xlog:all=error:stderr",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Djruby.native.enabled=false",
          "-Djava.awt.headless=true",
          "-Dfile.encoding=UTF-8",
          "-Dsun.jnu.encoding=UTF-8",
          "-Dstderr.encoding=UTF-8",
          "-Duser.home=/",
          "-Djava.io.tmpdir=/");

  /// More than any C library's structures take.
  private static final int STRUCTURE = 1024;

  private static final int SET_SIGNAL_DEFAULTS = 0x04;
  private static final int SET_SIGNAL_MASK = 0x08;
  private static final int SET_SESSION = 0x80;
  private static final long SIGNALS_TO_15_BUT_KILL = 0x7fff & ~(1L << 8);

  private SandboxLauncher() {}

  /// Why no child can be started on this machine; empty where one can.
  static Optional<String> missing() {
    Optional<String> missing = Kernel.missing();
    if (missing.isPresent()) {
      return missing;
    }
    int version = Landlock.version();
    if (version < Landlock.LEAST_VERSION) {
      return Optional.of(
          "the sandbox needs version %d of Landlock (Linux 6.12), this kernel has %s"
              .formatted(Landlock.LEAST_VERSION, version == 0 ? "none" : "version " + version));
    }
    if (Linker.nativeLinker()
        .defaultLookup()
        .find("posix_spawn_file_actions_addclosefrom_np")
        .isEmpty()) {
      return Optional.of("the sandbox needs version 2.34 of the GNU C library");
    }
    return Optional.empty();
  }

  /// Starts a child for a ruleset in `folder`.
  static SandboxedProcess start(Path folder, Class<?> main) throws SandboxUnavailableException {
    Optional<String> missing = missing();
    if (missing.isPresent()) {
      throw new SandboxUnavailableException(missing.get());
    }
    try (Landlock landlock = Landlock.granting(Grants.forRulesetIn(folder));
        Pipes pipes = Pipes.open();
        Arena arena = Arena.ofShared()) {
      Birth birth = new Birth(arena, pipes, command(main));
      int pid = onThreadToThrowAway(landlock, birth);
      return new SandboxedProcess(pid, pipes.keepOurEnds());
    } catch (IOException e) {
      throw new SandboxUnavailableException("looking for what a JVM needs: " + e.getMessage(), e);
    }
  }

  private static List<String> command(Class<?> main) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Grants.java().toString());
    command.addAll(FLAGS);
    command.add("-cp");
    command.add(
        Grants.classPath().stream()
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator)));
    command.add(main.getName());
    return command;
  }

  private static int onThreadToThrowAway(Landlock landlock, Birth birth)
      throws SandboxUnavailableException {
    AtomicReference<@Nullable Integer> pid = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .name("sandbox-birth")
            .daemon()
            .unstarted(() -> {
              try {
                landlock.restrictThread();
                pid.set(birth.spawn());
              } catch (SandboxUnavailableException e) {
                failure.set(e);
              }
            });
    thread.setUncaughtExceptionHandler((dead, thrown) -> failure.set(thrown));
    thread.start();
    join(thread);
    Integer born = pid.get();
    if (born == null) {
      Throwable why = Objects.requireNonNull(failure.get());
      throw new SandboxUnavailableException(
          "the sandbox could not be started: " + why.getMessage(), why);
    }
    return born;
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// A call of `posix_spawn` with all its arguments ready, so that the locked thread has nothing
  /// else to do: no class to load, no file to open.
  private static final class Birth {
    @SuppressWarnings("restricted")
    private final MethodHandle spawn =
        Linker.nativeLinker()
            .downcallHandle(
                Kernel.symbol("posix_spawn"),
                FunctionDescriptor.of(
                    JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    private final MemorySegment pid;
    private final MemorySegment program;
    private final MemorySegment actions;
    private final MemorySegment attributes;
    private final MemorySegment arguments;
    private final MemorySegment environment;

    Birth(Arena arena, Pipes pipes, List<String> command) throws SandboxUnavailableException {
      pid = arena.allocate(JAVA_INT);
      program = arena.allocateFrom(command.getFirst());
      actions = actions(arena, pipes);
      attributes = attributes(arena);
      arguments = arena.allocate(ADDRESS, command.size() + 1L);
      for (int i = 0; i < command.size(); i++) {
        arguments.setAtIndex(ADDRESS, i, arena.allocateFrom(command.get(i)));
      }
      environment = arena.allocate(ADDRESS);
    }

    /// Three pipes for standard streams, no other descriptor, the root folder.
    private static MemorySegment actions(Arena arena, Pipes pipes)
        throws SandboxUnavailableException {
      MemorySegment actions = arena.allocate(STRUCTURE, 16);
      run("posix_spawn_file_actions_init", List.of(actions));
      run("posix_spawn_file_actions_adddup2", List.of(actions), pipes.childInput(), 0);
      run("posix_spawn_file_actions_adddup2", List.of(actions), pipes.childOutput(), 1);
      run("posix_spawn_file_actions_adddup2", List.of(actions), pipes.childErrors(), 2);
      run("posix_spawn_file_actions_addclosefrom_np", List.of(actions), 3);
      run("posix_spawn_file_actions_addchdir_np", List.of(actions, arena.allocateFrom("/")));
      return actions;
    }

    /// A session of its own, and signals as a program expects them.
    private static MemorySegment attributes(Arena arena) throws SandboxUnavailableException {
      MemorySegment attributes = arena.allocate(STRUCTURE, 16);
      run("posix_spawnattr_init", List.of(attributes));
      MemorySegment signals = arena.allocate(STRUCTURE, 16);
      run("posix_spawnattr_setsigmask", List.of(attributes, signals));
      signals.set(JAVA_LONG, 0, SIGNALS_TO_15_BUT_KILL);
      run("posix_spawnattr_setsigdefault", List.of(attributes, signals));
      run(
          "posix_spawnattr_setflags",
          List.of(attributes),
          (short) (SET_SIGNAL_DEFAULTS | SET_SIGNAL_MASK | SET_SESSION));
      return attributes;
    }

    private static void run(String function, List<MemorySegment> pointers, int... numbers)
        throws SandboxUnavailableException {
      List<Object> arguments = new ArrayList<>(pointers);
      for (int number : numbers) {
        arguments.add(number);
      }
      int error;
      try {
        error =
            (int)
                Kernel.function(function, pointers.size(), numbers.length)
                    .invokeWithArguments(arguments);
      } catch (Throwable e) {
        throw new IllegalStateException("calling " + function, e);
      }
      if (error != 0) {
        throw new SandboxUnavailableException("%s failed (error %d)".formatted(function, error));
      }
    }

    int spawn() throws SandboxUnavailableException {
      int error;
      try {
        error = (int) spawn.invokeExact(pid, program, actions, attributes, arguments, environment);
      } catch (Throwable e) {
        throw new IllegalStateException("calling posix_spawn", e);
      }
      if (error != 0) {
        throw new SandboxUnavailableException("starting a JVM failed (error %d)".formatted(error));
      }
      return pid.get(JAVA_INT, 0);
    }
  }
}
