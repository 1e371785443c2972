package org.wormholes.dsl.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/// What a sandboxed process may use up, as limits of the kernel on the process.
final class Limits {
  /// Processor time of the script, after Ruby has started.
  static final int CPU_SECONDS = 10;

  /// Memory that is written to: heap, code, stacks, and what is taken past the JVM.
  static final long DATA_BYTES = 512L << 20;

  /// Addresses, used or not: page tables cost memory as well.
  private static final long ADDRESS_BYTES = 8L << 30;

  private static final long OPEN_FILES = 256;

  private static final int CPU = 0;
  private static final int FILE_SIZE = 1;
  private static final int DATA = 2;
  private static final int CORE = 4;
  private static final int FILES = 7;
  private static final int LOCKED_MEMORY = 8;
  private static final int ADDRESSES = 9;
  private static final int PENDING_SIGNALS = 11;
  private static final int MESSAGE_QUEUES = 12;

  private static final int CLOCK_PROCESS_CPUTIME = 2;
  private static final int SET_DUMPABLE = 4;
  private static final int SET_PARENT_DEATH_SIGNAL = 1;
  private static final int KILL_SIGNAL = 9;
  private static final int REAL_TIME = 0;

  /// How much later than the parent the kernel ends the process: for a parent that is gone.
  private static final Duration PAST_THE_PARENT = Duration.ofSeconds(10);

  private Limits() {}

  /// @param limit how long the script may run
  static void restrictProcess(Duration limit) throws SandboxUnavailableException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment two = arena.allocate(16, 8);
      Kernel.must(
          "reading the clock", SystemCall.CLOCK_GETTIME, CLOCK_PROCESS_CPUTIME, two.address());
      limit(CPU, two.get(JAVA_LONG, 0) + 1 + CPU_SECONDS, two);
      limit(FILE_SIZE, 0, two);
      limit(DATA, DATA_BYTES, two);
      limit(CORE, 0, two);
      limit(FILES, OPEN_FILES, two);
      limit(LOCKED_MEMORY, 0, two);
      limit(ADDRESSES, ADDRESS_BYTES, two);
      limit(PENDING_SIGNALS, 0, two);
      limit(MESSAGE_QUEUES, 0, two);
    }
    // A parent that is killed ends nothing any more.
    Kernel.must(
        "tying the process to its parent",
        SystemCall.PRCTL,
        SET_PARENT_DEATH_SIGNAL,
        KILL_SIGNAL,
        0,
        0,
        0);
    alarm(limit.plus(PAST_THE_PARENT));
    // Nobody of the same user may look into the process either.
    Kernel.must("closing the process to debuggers", SystemCall.PRCTL, SET_DUMPABLE, 0, 0, 0, 0);
  }

  private static void alarm(Duration time) throws SandboxUnavailableException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment timer = arena.allocate(32, 8); // an interval of none, and the time
      timer.set(JAVA_LONG, 16, time.toSeconds());
      Kernel.must("setting an alarm", SystemCall.SETITIMER, REAL_TIME, timer.address(), 0);
    }
  }

  private static void limit(int resource, long most, MemorySegment two)
      throws SandboxUnavailableException {
    two.set(JAVA_LONG, 0, most);
    two.set(JAVA_LONG, 8, most);
    Kernel.must("setting limit " + resource, SystemCall.PRLIMIT64, 0, resource, two.address(), 0);
  }
}
