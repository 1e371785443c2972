package org.wormholes.dsl.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// A child that runs: it is handed its request, listened to until it has said all it may, and
/// ended.
final class SandboxedProcess {
  /// Why we stopped listening.
  enum End {
    /// The child ended.
    SPOKEN,
    /// It closed its output and went on.
    MUTE,
    /// It said more than it may.
    FLOODED,
    /// It ran longer than it may.
    LATE
  }

  /// What came of it.
  ///
  /// @param locked whether the child was locked in, and so may have run the script
  /// @param output what it said after that
  /// @param errors the beginning of what it said on standard error
  /// @param exitCode what it exited with, -1 if a signal ended it
  /// @param signal what ended it, 0 if it exited
  record Outcome(
      End end, boolean locked, ByteBuffer output, String errors, int exitCode, int signal) {}

  private static final int KILL_SIGNAL = 9;
  private static final int WITHOUT_HANGING = 1;
  private static final Duration LAST_BREATH = Duration.ofSeconds(2);
  private static final int MAX_ERRORS = 8 << 10;
  private static final int CHUNK = 64 << 10;
  private static final int SLICE_MILLIS = 250;
  private static final short READABLE = 1;
  private static final short WRITABLE = 4;

  private final int pid;
  private final Pipes.Ours pipes;

  SandboxedProcess(int pid, Pipes.Ours pipes) {
    this.pid = pid;
    this.pipes = pipes;
  }

  int pid() {
    return pid;
  }

  /// Gives the child its request and hears it to its end, which comes in any case.
  ///
  /// @param boot how long it may take until it is locked in
  /// @param limit how long it may run from then on
  Outcome converse(byte[] request, Duration boot, Duration limit) {
    try (Arena arena = Arena.ofConfined()) {
      Conversation conversation = new Conversation(arena, request, boot, limit);
      MemorySegment status = arena.allocate(JAVA_INT);
      End end = End.LATE;
      boolean over = false;
      try {
        end = conversation.hold();
        over = end == End.SPOKEN && endsSoon(status);
      } finally {
        if (!over) {
          Kernel.call(SystemCall.KILL, pid, KILL_SIGNAL);
          while (Kernel.call(SystemCall.WAIT4, pid, status.address(), 0, 0) == -Kernel.EINTR) {}
        }
        conversation.close();
      }
      if (end == End.SPOKEN && !over) {
        end = End.MUTE;
      }
      return conversation.outcome(end, status.get(JAVA_INT, 0));
    }
  }

  /// Whether the child, which said its last, ends; then its status is there and it is gone.
  private boolean endsSoon(MemorySegment status) {
    long deadline = System.nanoTime() + LAST_BREATH.toNanos();
    while (System.nanoTime() - deadline < 0) {
      if (Kernel.call(SystemCall.WAIT4, pid, status.address(), WITHOUT_HANGING, 0) == pid) {
        return true;
      }
      Kernel.poll(MemorySegment.NULL, 0, 1);
    }
    return false;
  }

  private final class Conversation {
    private final MemorySegment toSend;
    private final MemorySegment chunk;
    private final MemorySegment polled;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final Duration limit;
    private long deadline;
    private long sent;
    private int input = pipes.toInput();
    private int errorsFrom = pipes.fromErrors();
    private boolean locked;

    Conversation(Arena arena, byte[] request, Duration boot, Duration limit) {
      this.toSend = arena.allocate(Math.max(1, request.length));
      MemorySegment.copy(request, 0, toSend, JAVA_BYTE, 0, request.length);
      this.chunk = arena.allocate(CHUNK);
      this.polled = arena.allocate(24, 8);
      this.limit = limit;
      this.deadline = System.nanoTime() + boot.toNanos();
    }

    End hold() {
      while (System.nanoTime() - deadline < 0 && !Thread.currentThread().isInterrupted()) {
        await();
        if (ready(0)) {
          send();
        }
        if (ready(2) && read(errorsFrom, errors, MAX_ERRORS) <= 0) {
          Kernel.close(errorsFrom);
          errorsFrom = -1;
        }
        if (ready(1)) {
          if (read(pipes.fromOutput(), output, Integer.MAX_VALUE) <= 0) {
            return End.SPOKEN;
          }
          noticeLock();
          if (output.size() > Reply.MAX_BYTES + 1) {
            return End.FLOODED;
          }
        }
      }
      return End.LATE;
    }

    private void noticeLock() {
      if (!locked && output.toByteArray()[0] == SandboxedMain.LOCKED) {
        locked = true;
        deadline = System.nanoTime() + limit.toNanos();
      }
    }

    private void await() {
      poll(0, input, WRITABLE);
      poll(1, pipes.fromOutput(), READABLE);
      poll(2, errorsFrom, READABLE);
      Kernel.poll(polled, 3, SLICE_MILLIS);
    }

    /// What has a negative descriptor is left out by the kernel.
    private void poll(int index, int descriptor, short events) {
      polled.set(JAVA_INT, index * 8L, descriptor);
      polled.set(JAVA_SHORT, index * 8L + 4, events);
      polled.set(JAVA_SHORT, index * 8L + 6, (short) 0);
    }

    private boolean ready(int index) {
      return polled.get(JAVA_SHORT, index * 8L + 6) != 0;
    }

    private void send() {
      long left = toSend.byteSize() - sent;
      long written = Kernel.call(SystemCall.WRITE, input, toSend.address() + sent, left);
      if (written > 0) {
        sent += written;
      }
      boolean broken = written < 0 && written != -Kernel.EAGAIN && written != -Kernel.EINTR;
      if (broken || sent == toSend.byteSize()) {
        Kernel.close(input);
        input = -1;
      }
    }

    private long read(int from, ByteArrayOutputStream into, int most) {
      long count = Kernel.call(SystemCall.READ, from, chunk.address(), CHUNK);
      if (count == -Kernel.EINTR) {
        return 1;
      }
      int kept = Math.clamp(count, 0, Math.max(0, most - into.size()));
      byte[] bytes = new byte[kept];
      MemorySegment.copy(chunk, JAVA_BYTE, 0, bytes, 0, kept);
      into.writeBytes(bytes);
      return count;
    }

    void close() {
      for (int descriptor : new int[] {input, errorsFrom, pipes.fromOutput()}) {
        if (descriptor >= 0) {
          Kernel.close(descriptor);
        }
      }
    }

    Outcome outcome(End end, int status) {
      byte[] all = output.toByteArray();
      int from = locked ? 1 : 0;
      ByteBuffer reply = ByteBuffer.wrap(all, from, all.length - from).slice();
      int signal = status & 0x7f;
      return new Outcome(
          end,
          locked,
          reply,
          errors.toString(StandardCharsets.UTF_8).strip(),
          signal == 0 ? (status >> 8) & 0xff : -1,
          signal);
    }
  }
}
