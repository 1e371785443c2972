package org.wormholes.dsl.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// System calls of Linux on x86-64, by number, and the C library's functions that start a process.
///
/// The numbers are those of this one architecture; [#missing()] is asked before anything else is.
final class Kernel {
  static final int READ = 0;
  static final int WRITE = 1;
  static final int CLOSE = 3;
  static final int POLL = 7;
  static final int ALARM = 37;
  static final int WAIT4 = 61;
  static final int KILL = 62;
  static final int FCNTL = 72;
  static final int CAPSET = 126;
  static final int PRCTL = 157;
  static final int CLOCK_GETTIME = 228;
  static final int OPENAT = 257;
  static final int PIPE2 = 293;
  static final int PRLIMIT64 = 302;
  static final int SECCOMP = 317;
  static final int LANDLOCK_CREATE_RULESET = 444;
  static final int LANDLOCK_ADD_RULE = 445;
  static final int LANDLOCK_RESTRICT_SELF = 446;

  static final int EINTR = 4;
  static final int EAGAIN = 11;

  private static final int ARGUMENTS = 6;

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  @SuppressWarnings("restricted")
  private static final MethodHandle SYSCALL =
      Linker.nativeLinker()
          .downcallHandle(
              symbol("syscall"),
              FunctionDescriptor.of(
                  JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                  JAVA_LONG),
              Linker.Option.captureCallState("errno"),
              Linker.Option.firstVariadicArg(1));

  private Kernel() {}

  /// What this machine lacks for any of this, before a single call is made.
  static Optional<String> missing() {
    String system = System.getProperty("os.name");
    if (!system.equals("Linux")) {
      return Optional.of("the sandbox needs Linux, this is " + system);
    }
    String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    if (!machine.equals("amd64")) {
      return Optional.of("the sandbox knows the system calls of x86-64 only, this is " + machine);
    }
    return Optional.empty();
  }

  static MemorySegment symbol(String name) {
    return Linker.nativeLinker().defaultLookup().findOrThrow(name);
  }

  /// A function of the C library that takes `pointers` and then `numbers`, and answers an error.
  @SuppressWarnings("restricted")
  static MethodHandle function(String name, int pointers, int numbers) {
    MemoryLayout[] parameters = new MemoryLayout[pointers + numbers];
    Arrays.fill(parameters, 0, pointers, ADDRESS);
    Arrays.fill(parameters, pointers, parameters.length, JAVA_INT);
    return Linker.nativeLinker()
        .downcallHandle(symbol(name), FunctionDescriptor.of(JAVA_INT, parameters));
  }

  /// What the call answers; an error as its negative number.
  static long call(int number, long... arguments) {
    long[] six = Arrays.copyOf(arguments, ARGUMENTS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result =
          (long)
              SYSCALL.invokeExact(
                  state, (long) number, six[0], six[1], six[2], six[3], six[4], six[5]);
      return result == -1 ? -(long) (int) ERRNO.get(state, 0L) : result;
    } catch (Throwable e) {
      throw new IllegalStateException("calling the kernel", e);
    }
  }

  /// What the call answers, if that is no error.
  static long must(String purpose, int number, long... arguments)
      throws SandboxUnavailableException {
    long result = call(number, arguments);
    if (result < 0) {
      throw new SandboxUnavailableException("%s failed (error %d)".formatted(purpose, -result));
    }
    return result;
  }

  static void close(int descriptor) {
    call(CLOSE, descriptor);
  }
}
