package org.wormholes.dsl.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// The three pipes between a child and us. Closing closes the child's ends, and ours unless they
/// were taken.
final class Pipes implements AutoCloseable {
  /// Our ends: where we write, and where we read.
  record Ours(int toInput, int fromOutput, int fromErrors) {}

  private static final int CLOSE_ON_EXEC = 0x80000;
  private static final int DUPLICATE_CLOSE_ON_EXEC = 1030;
  private static final int SET_FLAGS = 4;
  private static final int NON_BLOCKING = 0x800;
  private static final int PAST_STANDARD_STREAMS = 3;

  private final List<Integer> opened = new ArrayList<>();
  private boolean taken;

  private Pipes() {}

  static Pipes open() throws SandboxUnavailableException {
    Pipes pipes = new Pipes();
    try {
      for (int i = 0; i < 3; i++) {
        pipes.add();
      }
      Kernel.must(
          "readying a pipe", SystemCall.FCNTL, pipes.opened.get(1), SET_FLAGS, NON_BLOCKING);
      return pipes;
    } catch (SandboxUnavailableException e) {
      pipes.close();
      throw e;
    }
  }

  /// Adds an end to read from and an end to write to, neither of which is a standard stream.
  private void add() throws SandboxUnavailableException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      Kernel.must("making a pipe", SystemCall.PIPE2, ends.address(), CLOSE_ON_EXEC);
      for (int i = 0; i < 2; i++) {
        int low = ends.getAtIndex(JAVA_INT, i);
        long high =
            Kernel.call(SystemCall.FCNTL, low, DUPLICATE_CLOSE_ON_EXEC, PAST_STANDARD_STREAMS);
        Kernel.close(low);
        if (high >= 0) {
          opened.add((int) high);
        }
      }
    }
    if (opened.size() % 2 != 0) {
      throw new SandboxUnavailableException("too many open files");
    }
  }

  int childInput() {
    return opened.get(0);
  }

  int childOutput() {
    return opened.get(3);
  }

  int childErrors() {
    return opened.get(5);
  }

  /// Our ends, which the caller now has to close.
  Ours keepOurEnds() {
    taken = true;
    return new Ours(opened.get(1), opened.get(2), opened.get(4));
  }

  @Override
  public void close() {
    for (int i = 0; i < opened.size(); i++) {
      boolean ours = i == 1 || i == 2 || i == 4;
      if (!taken || !ours) {
        Kernel.close(opened.get(i));
      }
    }
  }
}
