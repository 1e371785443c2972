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
import java.util.Optional;

/// Makes system calls of Linux, and calls the C library's functions that start a process.
///
/// Their numbers are those of a few architectures; [#missing()] is asked before anything else is.
final class Kernel {
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
    return missing(System.getProperty("os.name"), System.getProperty("os.arch"));
  }

  static Optional<String> missing(String system, String machine) {
    if (!system.equals("Linux")) {
      return Optional.of("the sandbox needs Linux, this is " + system);
    }
    if (Machine.named(machine).isEmpty()) {
      return Optional.of(
          "the sandbox knows the system calls of x86-64 and aarch64 only, this is " + machine);
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
  static long call(SystemCall call, long... arguments) {
    long number = call.on(Machine.here());
    long[] six = Arrays.copyOf(arguments, ARGUMENTS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result =
          (long) SYSCALL.invokeExact(state, number, six[0], six[1], six[2], six[3], six[4], six[5]);
      return result == -1 ? -(long) (int) ERRNO.get(state, 0L) : result;
    } catch (Throwable e) {
      throw new IllegalStateException("calling the kernel", e);
    }
  }

  /// What the call answers, if that is no error.
  static long must(String purpose, SystemCall call, long... arguments)
      throws SandboxUnavailableException {
    long result = call(call, arguments);
    if (result < 0) {
      throw new SandboxUnavailableException("%s failed (error %d)".formatted(purpose, -result));
    }
    return result;
  }

  static void close(int descriptor) {
    call(SystemCall.CLOSE, descriptor);
  }

  /// Waits until one of the descriptors is ready, or for a time.
  static void poll(MemorySegment descriptors, int count, long millis) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(16, 8);
      time.set(JAVA_LONG, 0, millis / 1_000);
      time.set(JAVA_LONG, 8, millis % 1_000 * 1_000_000);
      call(SystemCall.PPOLL, descriptors.address(), count, time.address(), 0, 0);
    }
  }
}
