package org.wormholes.dsl.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The filter of each architecture, run by a small interpreter of the kernel's language, and the
/// numbers of calls next to the kernel's own.
class SeccompTest {
  private static final int ALLOWED = 0x7fff0000;
  private static final int KILLED = 0x80000000;
  private static final int NOT_PERMITTED = 0x00050001;
  private static final int NO_SUCH_CALL = 0x00050026;
  private static final int X32 = 0x40000000;
  private static final int CALLS = 1_000;

  private static final Set<SystemCall> ALWAYS =
      EnumSet.of(
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

  /// All numbers, with arguments that no condition lets through.
  @ParameterizedTest
  @EnumSource
  void onlyWhatIsListedIsAllowed(Machine machine) {
    Set<Integer> allowed = new TreeSet<>();
    for (int number = 0; number < CALLS; number++) {
      int answer = run(machine, machine.auditArchitecture(), number, -1);
      if (answer == ALLOWED) {
        allowed.add(number);
      } else {
        boolean clone = number == SystemCall.CLONE3.on(machine);
        assertThat(answer).as("call %d", number).isEqualTo(clone ? NO_SUCH_CALL : NOT_PERMITTED);
      }
    }
    assertThat(allowed)
        .isEqualTo(ALWAYS.stream().map(call -> call.on(machine)).collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @EnumSource
  void conditionsAreThoseOfTheArgument(Machine machine) {
    int arch = machine.auditArchitecture();
    int open = SystemCall.OPENAT.on(machine);
    assertThat(run(machine, arch, open, 0, 0, 0x80000)).isEqualTo(ALLOWED);
    for (int flag : new int[] {1, 2, 0x40, 0x200, 0x400, 0x200000, 0x400000}) {
      assertThat(run(machine, arch, open, 0, 0, 0x80000 | flag)).isEqualTo(NOT_PERMITTED);
    }
    int map = SystemCall.MMAP.on(machine);
    assertThat(run(machine, arch, map, 0, 0, 3, 0x22)).isEqualTo(ALLOWED);
    for (int flags : new int[] {0x21, 0x23, 0x122, 0x2022, 0x40022}) {
      assertThat(run(machine, arch, map, 0, 0, 3, flags)).isEqualTo(NOT_PERMITTED);
    }
    int write = SystemCall.WRITE.on(machine);
    assertThat(run(machine, arch, write, 1)).isEqualTo(ALLOWED);
    assertThat(run(machine, arch, write, 2)).isEqualTo(ALLOWED);
    assertThat(run(machine, arch, write, 0)).isEqualTo(NOT_PERMITTED);
    assertThat(run(machine, arch, write, 3)).isEqualTo(NOT_PERMITTED);
  }

  @Test
  void callsOfAnotherArchitectureEndTheProcess() {
    for (Machine machine : Machine.values()) {
      for (Machine other : Machine.values()) {
        int answer = run(machine, other.auditArchitecture(), SystemCall.READ.on(other), 0);
        assertThat(answer).isEqualTo(machine.equals(other) ? ALLOWED : KILLED);
      }
      assertThat(run(machine, 0x40000003, 3, 0)).as("32 bits").isEqualTo(KILLED);
      assertThat(run(machine, 0x40000028, 3, 0)).as("32 bits of Arm").isEqualTo(KILLED);
    }
    int x86 = Machine.X86_64.auditArchitecture();
    assertThat(run(Machine.X86_64, x86, X32 | SystemCall.READ.on(Machine.X86_64), 0))
        .isEqualTo(KILLED);
  }

  @Test
  void thereIsNoSandboxOnWhatIsNotKnown() {
    assertThat(Kernel.missing("Linux", "amd64")).isEmpty();
    assertThat(Kernel.missing("Linux", "aarch64")).isEmpty();
    for (String machine : new String[] {"riscv64", "arm", "x86", "ppc64le", ""}) {
      assertThat(Kernel.missing("Linux", machine))
          .contains(
              "the sandbox knows the system calls of x86-64 and aarch64 only, this is " + machine);
    }
    assertThat(Kernel.missing("Mac OS X", "aarch64"))
        .contains("the sandbox needs Linux, this is Mac OS X");
  }

  @Test
  void numbersAreThoseOfTheKernelsHeaders() throws IOException {
    Path x86 = Path.of("/usr/include/x86_64-linux-gnu/asm/unistd_64.h");
    Path generic = Path.of("/usr/include/asm-generic/unistd.h");
    assumeTrue(Files.isReadable(x86) && Files.isReadable(generic));
    Map<String, Integer> ofX86 = numbers(x86);
    Map<String, Integer> ofArm = numbers(generic);
    for (SystemCall call : SystemCall.values()) {
      String name = call.name().toLowerCase(Locale.ROOT);
      assertThat(call.on(Machine.X86_64)).as(name).isEqualTo(ofX86.get(name));
      assertThat(call.on(Machine.AARCH64)).as(name).isEqualTo(ofArm.get(name));
    }
  }

  private static Map<String, Integer> numbers(Path header) throws IOException {
    Pattern line = Pattern.compile("#define __NR(?:3264)?_(\\w+)\\s+(\\d+)");
    try (Stream<String> lines = Files.lines(header)) {
      return lines
          .map(line::matcher)
          .filter(Matcher::matches)
          .collect(
              Collectors.toMap(
                  match -> match.group(1),
                  match -> Integer.valueOf(match.group(2)),
                  (one, other) -> one));
    }
  }

  /// What the filter answers to a call; arguments that are not given are those of the last.
  private static int run(Machine machine, int architecture, int call, int... arguments) {
    ByteBuffer asked = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    asked.putInt(0, call).putInt(4, architecture);
    for (int i = 0; i < 6; i++) {
      asked.putLong(16 + 8 * i, arguments[Math.min(i, arguments.length - 1)]);
    }
    ByteBuffer code = ByteBuffer.wrap(Seccomp.program(machine)).order(ByteOrder.nativeOrder());
    int accumulator = 0;
    int at = 0;
    while (true) {
      int operation = code.getShort(8 * at);
      int operand = code.getInt(8 * at + 4);
      at++;
      switch (operation) {
        case 0x20 -> accumulator = asked.getInt(operand);
        case 0x54 -> accumulator &= operand;
        case 0x15 -> at += code.get(8 * at - 8 + (accumulator == operand ? 2 : 3));
        case 0x35 ->
            at +=
                code.get(8 * at - 8 + (Integer.compareUnsigned(accumulator, operand) >= 0 ? 2 : 3));
        case 0x06 -> {
          return operand;
        }
        default -> throw new AssertionError("operation " + operation);
      }
    }
  }
}
