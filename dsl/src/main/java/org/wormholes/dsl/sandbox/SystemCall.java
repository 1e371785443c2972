package org.wormholes.dsl.sandbox;

/// System calls of Linux, each with its number on every architecture that the sandbox knows. The
/// numbers are the kernel's, of `arch/x86/entry/syscalls/syscall_64.tbl` and, for aarch64, of
/// `include/uapi/asm-generic/unistd.h`.
enum SystemCall {
  READ(0, 63),
  WRITE(1, 64),
  CLOSE(3, 57),
  LSEEK(8, 62),
  MMAP(9, 222),
  MPROTECT(10, 226),
  MUNMAP(11, 215),
  BRK(12, 214),
  RT_SIGPROCMASK(14, 135),
  RT_SIGRETURN(15, 139),
  PREAD64(17, 67),
  SCHED_YIELD(24, 124),
  MREMAP(25, 216),
  MADVISE(28, 233),
  NANOSLEEP(35, 101),
  SETITIMER(38, 103),
  GETPID(39, 172),
  EXIT(60, 93),
  WAIT4(61, 260),
  KILL(62, 129),
  FCNTL(72, 25),
  GETTIMEOFDAY(96, 169),
  CAPSET(126, 91),
  SIGALTSTACK(131, 132),
  PRCTL(157, 167),
  GETTID(186, 178),
  FUTEX(202, 98),
  RESTART_SYSCALL(219, 128),
  CLOCK_GETTIME(228, 113),
  CLOCK_GETRES(229, 114),
  CLOCK_NANOSLEEP(230, 115),
  EXIT_GROUP(231, 94),
  OPENAT(257, 56),
  PPOLL(271, 73),
  PIPE2(293, 59),
  PRLIMIT64(302, 261),
  SECCOMP(317, 277),
  GETRANDOM(318, 278),
  MEMBARRIER(324, 283),
  CLONE3(435, 435),
  LANDLOCK_CREATE_RULESET(444, 444),
  LANDLOCK_ADD_RULE(445, 445),
  LANDLOCK_RESTRICT_SELF(446, 446);

  private final int onX86;
  private final int onArm;

  SystemCall(int onX86, int onArm) {
    this.onX86 = onX86;
    this.onArm = onArm;
  }

  int on(Machine machine) {
    return switch (machine) {
      case X86_64 -> onX86;
      case AARCH64 -> onArm;
    };
  }
}
