package org.wormholes.spec.sim;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A carrier between two parties: two runs of bytes that arrive in order and unchanged, late, or
/// not at all once it is broken. Someone on the way may tamper with it.
final class Wire {
  /// Bytes that wait for the line, as time; more are not taken.
  private static final long MAX_BACKLOG = 4 * Timeline.MILLISECOND;

  /// What someone on the way does to the next chunk.
  enum Tampering {
    FLIP,
    DUPLICATE,
    REORDER
  }

  /// Who takes the bytes at one end.
  interface Receiver {
    void onBytes(byte[] bytes);

    void onBroken();

    /// Whether it gave the wire up.
    boolean isDead();
  }

  private final World world;
  private final long delay;
  private final long nanosPerKilobyte;
  private final End[] ends = new End[2];
  private boolean broken;
  private @Nullable Tampering tampering;

  Wire(World world, long delay, long bytesPerSecond) {
    this.world = world;
    this.delay = delay;
    this.nanosPerKilobyte = 1_000 * Timeline.SECOND / bytesPerSecond;
    ends[0] = new End(0);
    ends[1] = new End(1);
  }

  End near() {
    return ends[0];
  }

  End far() {
    return ends[1];
  }

  boolean isBroken() {
    return broken;
  }

  /// The next chunk, in whichever direction, will be tampered with.
  void tamper(Tampering how) {
    tampering = how;
  }

  /// Both ends learn of it a little later, and nothing arrives any more.
  void breakNow() {
    if (broken) {
      return;
    }
    broken = true;
    for (End end : ends) {
      world.timeline().after(delay, () -> end.receiver().onBroken());
    }
  }

  /// One end of the wire.
  final class End {
    private final int index;
    private @Nullable Receiver receiver;
    private long lineFreeAt;
    private long lastArrival;
    private byte @Nullable [] heldBack;

    private End(int index) {
      this.index = index;
    }

    Wire wire() {
      return Wire.this;
    }

    int index() {
      return index;
    }

    void receiver(Receiver newReceiver) {
      receiver = newReceiver;
    }

    private Receiver receiver() {
      if (receiver == null) {
        throw new IllegalStateException("nobody is at this end of the wire");
      }
      return receiver;
    }

    boolean isWritable() {
      return lineFreeAt - world.timeline().now() < MAX_BACKLOG;
    }

    /// When [#isWritable] turns true.
    long writableAt() {
      return lineFreeAt - MAX_BACKLOG / 2;
    }

    /// Takes a chunk to the other end. Whole records, as a link flushes them.
    void send(byte[] array, int offset, int length) {
      if (broken) {
        return;
      }
      long now = world.timeline().now();
      lineFreeAt = Math.max(now, lineFreeAt) + length * nanosPerKilobyte / 1_000;
      byte[] bytes = Arrays.copyOfRange(array, offset, offset + length);
      for (Chunk chunk : onTheWay(bytes)) {
        deliver(chunk, lineFreeAt + delay);
      }
    }

    /// What arrives in the place of a chunk.
    private List<Chunk> onTheWay(byte[] bytes) {
      if (heldBack != null) {
        List<Chunk> swapped = List.of(new Chunk(bytes, true), new Chunk(heldBack, false));
        heldBack = null;
        return swapped;
      }
      Tampering how = tampering;
      if (how == null) {
        return List.of(new Chunk(bytes, false));
      }
      tampering = null;
      world.note("tamper " + how);
      return switch (how) {
        case FLIP -> {
          byte[] changed = bytes.clone();
          changed[changed.length - 1] ^= (byte) (1 << world.random().nextInt(8));
          yield List.of(new Chunk(changed, true));
        }
        case DUPLICATE -> List.of(new Chunk(bytes, false), new Chunk(bytes, true));
        case REORDER -> {
          heldBack = bytes;
          yield List.of();
        }
      };
    }

    private void deliver(Chunk chunk, long time) {
      lastArrival = Math.max(lastArrival, time);
      End other = ends[1 - index];
      world.timeline().at(lastArrival, () -> other.arrive(chunk));
    }

    private void arrive(Chunk chunk) {
      Receiver to = receiver();
      if (broken || to.isDead()) {
        return;
      }
      world.trace(chunk.bytes);
      to.onBytes(chunk.bytes);
      world.check(!chunk.mustKill || to.isDead(), "a link lives on after it was tampered with");
    }
  }

  /// Bytes that arrive in one piece.
  private static final class Chunk {
    final byte[] bytes;

    /// Whether no honest link can live on after them.
    final boolean mustKill;

    Chunk(byte[] bytes, boolean mustKill) {
      this.bytes = bytes;
      this.mustKill = mustKill;
    }
  }
}
