package org.wormholes.dsl.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// The list of system calls that a running JVM needs once all its threads exist, and nothing else:
/// no call that starts a thread or program, opens for writing, makes a socket, or asks about files
/// or processes.
///
/// A call of another architecture than the machine's ends the process; what is not on the list is
/// answered with "not permitted".
final class Seccomp {
  private static final int SET_MODE_FILTER = 1;
  private static final int FILTER_FLAG_TSYNC = 1;

  private static final int X32_BIT = 0x40000000;

  private static final int KILL_PROCESS = 0x80000000;
  private static final int ERRNO = 0x00050000;
  private static final int ALLOW = 0x7fff0000;
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;

  private static final int OFFSET_NUMBER = 0;
  private static final int OFFSET_ARCH = 4;
  private static final int OFFSET_ARGUMENTS = 16;

  private static final int LOAD = 0x20;
  private static final int JUMP_EQUAL = 0x15;
  private static final int JUMP_AT_LEAST = 0x35;
  private static final int AND = 0x54;
  private static final int RETURN = 0x06;

  /// Memory, waiting, time and the end of threads.
  private static final List<SystemCall> ALLOWED =
      List.of(
          SystemCall.READ,
          SystemCall.CLOSE,
          SystemCall.LSEEK,
          SystemCall.MPROTECT,
          SystemCall.MUNMAP,
          SystemCall.BRK,
          SystemCall.RT_SIGPROCMASK,
          SystemCall.RT_SIGRETURN,
          SystemCall.PREAD64,
          SystemCall.SCHED_YIELD,
          SystemCall.MREMAP,
          SystemCall.MADVISE,
          SystemCall.NANOSLEEP,
          SystemCall.GETPID,
          SystemCall.EXIT,
          SystemCall.GETTIMEOFDAY,
          SystemCall.SIGALTSTACK,
          SystemCall.GETTID,
          SystemCall.FUTEX,
          SystemCall.RESTART_SYSCALL,
          SystemCall.CLOCK_GETTIME,
          SystemCall.CLOCK_GETRES,
          SystemCall.CLOCK_NANOSLEEP,
          SystemCall.EXIT_GROUP,
          SystemCall.GETRANDOM,
          SystemCall.MEMBARRIER);

  /// Shared memory escapes the limit on data, and so does what grows downwards; huge and locked
  /// pages are nobody's need.
  private static final int MMAP_REFUSED = 0x01 | 0x0100 | 0x2000 | 0x40000;

  /// Writing, creating, truncating, appending, and descriptors that only name a file.
  private static final int OPEN_REFUSED = 0x3 | 0x40 | 0x200 | 0x400 | 0x200000 | 0x400000;

  private final ByteBuffer code = ByteBuffer.allocate(8 * 512).order(ByteOrder.nativeOrder());

  private final Machine machine;

  private Seccomp(Machine machine) {
    this.machine = machine;
  }

  /// Puts the list in force for all threads of this process, at once and for good.
  static void restrictProcess() throws SandboxUnavailableException {
    byte[] code = program(Machine.here());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment filter = arena.allocate(code.length, 8);
      MemorySegment.copy(code, 0, filter, JAVA_BYTE, 0, code.length);
      MemorySegment program = arena.allocate(16, 8);
      program.set(JAVA_SHORT, 0, (short) (code.length / 8));
      program.set(ADDRESS, 8, filter);
      long unwilling =
          Kernel.must(
              "entering seccomp",
              SystemCall.SECCOMP,
              SET_MODE_FILTER,
              FILTER_FLAG_TSYNC,
              program.address());
      if (unwilling != 0) {
        throw new SandboxUnavailableException("a thread did not enter seccomp");
      }
    }
  }

  /// The filter's code, as the kernel of such a machine takes it, in this machine's byte order.
  static byte[] program(Machine machine) {
    return new Seccomp(machine).assemble();
  }

  private byte[] assemble() {
    add(LOAD, 0, 0, OFFSET_ARCH);
    add(JUMP_EQUAL, 1, 0, machine.auditArchitecture());
    add(RETURN, 0, 0, KILL_PROCESS);
    add(LOAD, 0, 0, OFFSET_NUMBER);
    if (machine == Machine.X86_64) {
      add(JUMP_AT_LEAST, 0, 1, X32_BIT);
      add(RETURN, 0, 0, KILL_PROCESS);
    }
    for (SystemCall call : ALLOWED) {
      add(JUMP_EQUAL, 0, 1, call.on(machine));
      add(RETURN, 0, 0, ALLOW);
    }
    allowWithout(SystemCall.MMAP, 3, MMAP_REFUSED);
    allowWithout(SystemCall.OPENAT, 2, OPEN_REFUSED);
    allowToStandardStreams(SystemCall.WRITE);
    // A C library that is told there is no such call tries `clone`, which is not permitted.
    add(JUMP_EQUAL, 0, 1, SystemCall.CLONE3.on(machine));
    add(RETURN, 0, 0, ERRNO | ENOSYS);
    add(RETURN, 0, 0, ERRNO | EPERM);
    byte[] program = new byte[code.position()];
    code.flip().get(program);
    return program;
  }

  /// Allows a call unless its argument has one of these bits.
  private void allowWithout(SystemCall call, int argument, int bits) {
    add(JUMP_EQUAL, 0, 5, call.on(machine));
    add(LOAD, 0, 0, OFFSET_ARGUMENTS + 8 * argument);
    add(AND, 0, 0, bits);
    add(JUMP_EQUAL, 0, 1, 0);
    add(RETURN, 0, 0, ALLOW);
    add(RETURN, 0, 0, ERRNO | EPERM);
  }

  /// Allows a call on descriptors 1 and 2.
  private void allowToStandardStreams(SystemCall call) {
    add(JUMP_EQUAL, 0, 5, call.on(machine));
    add(LOAD, 0, 0, OFFSET_ARGUMENTS);
    add(JUMP_EQUAL, 1, 0, 1);
    add(JUMP_EQUAL, 0, 1, 2);
    add(RETURN, 0, 0, ALLOW);
    add(RETURN, 0, 0, ERRNO | EPERM);
  }

  private void add(int operation, int whenTrue, int whenFalse, int operand) {
    code.putShort((short) operation).put((byte) whenTrue).put((byte) whenFalse).putInt(operand);
  }
}
