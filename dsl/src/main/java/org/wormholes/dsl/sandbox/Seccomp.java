package org.wormholes.dsl.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The list of system calls that a running JVM needs once all its threads exist, and nothing else:
/// no call that starts a thread or program, opens for writing, makes a socket, or asks about files
/// or processes.
///
/// Numbers are those of x86-64. Another architecture's call ends the process; what is not on the
/// list is answered with "not permitted".
final class Seccomp {
  private static final int SET_MODE_FILTER = 1;
  private static final int FILTER_FLAG_TSYNC = 1;

  private static final int AUDIT_ARCH_X86_64 = 0xC000003E;
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

  private static final int CLONE3 = 435;
  private static final int MMAP = 9;

  /// Memory, waiting, time and the end of threads.
  private static final int[] ALLOWED = {
    0, // read
    3, // close
    8, // lseek
    10, // mprotect
    11, // munmap
    12, // brk
    14, // rt_sigprocmask
    15, // rt_sigreturn
    17, // pread64
    24, // sched_yield
    25, // mremap
    28, // madvise
    35, // nanosleep
    39, // getpid
    60, // exit
    96, // gettimeofday
    131, // sigaltstack
    186, // gettid
    202, // futex
    219, // restart_syscall
    228, // clock_gettime
    229, // clock_getres
    230, // clock_nanosleep
    231, // exit_group
    318, // getrandom
    324, // membarrier
  };

  /// Shared memory escapes the limit on data, and so does what grows downwards; huge and locked
  /// pages are nobody's need.
  private static final int MMAP_REFUSED = 0x01 | 0x0100 | 0x2000 | 0x40000;

  /// Writing, creating, truncating, appending, and descriptors that only name a file.
  private static final int OPEN_REFUSED = 0x3 | 0x40 | 0x200 | 0x400 | 0x200000 | 0x400000;

  private final ByteBuffer code = ByteBuffer.allocate(8 * 512).order(ByteOrder.nativeOrder());

  private Seccomp() {}

  /// Puts the list in force for all threads of this process, at once and for good.
  static void restrictProcess() throws SandboxUnavailableException {
    byte[] code = new Seccomp().program();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment filter = arena.allocate(code.length, 8);
      MemorySegment.copy(code, 0, filter, JAVA_BYTE, 0, code.length);
      MemorySegment program = arena.allocate(16, 8);
      program.set(JAVA_SHORT, 0, (short) (code.length / 8));
      program.set(ADDRESS, 8, filter);
      long unwilling =
          Kernel.must(
              "entering seccomp",
              Kernel.SECCOMP,
              SET_MODE_FILTER,
              FILTER_FLAG_TSYNC,
              program.address());
      if (unwilling != 0) {
        throw new SandboxUnavailableException("a thread did not enter seccomp");
      }
    }
  }

  private byte[] program() {
    add(LOAD, 0, 0, OFFSET_ARCH);
    add(JUMP_EQUAL, 1, 0, AUDIT_ARCH_X86_64);
    add(RETURN, 0, 0, KILL_PROCESS);
    add(LOAD, 0, 0, OFFSET_NUMBER);
    add(JUMP_AT_LEAST, 0, 1, X32_BIT);
    add(RETURN, 0, 0, KILL_PROCESS);
    for (int call : ALLOWED) {
      add(JUMP_EQUAL, 0, 1, call);
      add(RETURN, 0, 0, ALLOW);
    }
    allowWithout(MMAP, 3, MMAP_REFUSED);
    allowWithout(Kernel.OPENAT, 2, OPEN_REFUSED);
    allowToStandardStreams(Kernel.WRITE);
    // A C library that is told there is no such call tries `clone`, which is not permitted.
    add(JUMP_EQUAL, 0, 1, CLONE3);
    add(RETURN, 0, 0, ERRNO | ENOSYS);
    add(RETURN, 0, 0, ERRNO | EPERM);
    byte[] program = new byte[code.position()];
    code.flip().get(program);
    return program;
  }

  /// Allows a call unless its argument has one of these bits.
  private void allowWithout(int call, int argument, int bits) {
    add(JUMP_EQUAL, 0, 5, call);
    add(LOAD, 0, 0, OFFSET_ARGUMENTS + 8 * argument);
    add(AND, 0, 0, bits);
    add(JUMP_EQUAL, 0, 1, 0);
    add(RETURN, 0, 0, ALLOW);
    add(RETURN, 0, 0, ERRNO | EPERM);
  }

  /// Allows a call on descriptors 1 and 2.
  private void allowToStandardStreams(int call) {
    add(JUMP_EQUAL, 0, 5, call);
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
