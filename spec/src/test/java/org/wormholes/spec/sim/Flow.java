package org.wormholes.spec.sim;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.StreamEnd;
import org.wormholes.protocol.circuit.StreamListener;
import org.wormholes.protocol.circuit.Target;

/// One conversation: an application at the client, a destination behind the exit, and what each
/// sends the other, of which every byte is known beforehand.
final class Flow {
  /// Part of every destination's name, to be found nowhere but at the exit.
  static final String SECRET = "secret-destination";

  final World world;
  final int number;
  final Side near;
  final Side far;

  private @Nullable SimNode exit;

  /// Set when the exit lost what it knew: the stream may then end with a reset.
  boolean excused;

  Flow(World world, int number, int toExit, int toClient) {
    this.world = world;
    this.number = number;
    this.near = new Side("client", toExit, toClient, 2L * number);
    this.far = new Side("destination", toClient, toExit, 2L * number + 1);
  }

  Target target() {
    return Target.of("flow-" + number + "." + SECRET + ".example", 443);
  }

  void opened(SimNode at) {
    exit = at;
  }

  @Nullable SimNode exit() {
    return exit;
  }

  /// Whether there is nothing more to wait for.
  boolean isOver() {
    // The last acknowledgement may be lost: the exit then forgets the stream in its own time.
    boolean farIsDone = far.ended || (far.finished && far.sent == far.total);
    return near.reset != null || (near.ended && farIsDone);
  }

  /// What must hold at any moment.
  void check() {
    if (near.stream == null || far.stream == null || excused) {
      return;
    }
    world.check(
        near.stream.acknowledgedBytes() <= far.received,
        "flow " + number + ": acknowledged to the client, but lost");
    world.check(
        far.stream.acknowledgedBytes() <= near.received,
        "flow " + number + ": acknowledged to the destination, but lost");
  }

  /// The byte that stands at a place of one of the two runs.
  static byte byteAt(long run, long offset) {
    long mixed = (run + 1) * 0x9E3779B97F4A7C15L + (offset >>> 3) * 0xBF58476D1CE4E5B9L;
    mixed ^= mixed >>> 29;
    return (byte) (mixed >>> ((offset & 7) * 7));
  }

  /// One end of the conversation.
  final class Side implements StreamListener {
    final String who;
    final long total;
    private final long expected;
    private final long run;
    private final long peerRun;
    @Nullable StreamEnd stream;
    long sent;
    long received;
    private long unconsumed;
    private boolean stalled;
    boolean finished;
    boolean ended;
    @Nullable Reason reset;

    private Side(String who, long total, long expected, long run) {
      this.who = who;
      this.total = total;
      this.expected = expected;
      this.run = run;
      this.peerRun = run ^ 1;
    }

    void start(StreamEnd newStream) {
      stream = newStream;
      world.timeline().after(world.random().nextInt(5_000_000), this::send);
    }

    /// Offers some of what is left, and comes back later if it was not all.
    private void send() {
      if (stream == null || stream.isEnded()) {
        return;
      }
      // Slow enough to be there while things go wrong.
      long most = 1 + (long) (world.random().nextDouble() * total / 20);
      int count = (int) Math.min(Math.min(most, total - sent), stream.room());
      ByteBuffer data = ByteBuffer.allocate(count);
      for (int i = 0; i < count; i++) {
        data.put(byteAt(run, sent + i));
      }
      sent += stream.offer(data.flip(), world.timeline().now());
      if (sent < total) {
        world.timeline().after(world.random().nextInt(250_000_000), this::send);
      } else {
        stream.finish();
      }
    }

    /// The application stops reading for a while.
    void stall(long nanos) {
      stalled = true;
      world
          .timeline()
          .after(
              nanos,
              () -> {
                stalled = false;
                consume();
              });
    }

    private void consume() {
      if (!stalled && unconsumed > 0 && stream != null && !stream.isEnded()) {
        int count = (int) unconsumed;
        unconsumed = 0;
        stream.consumed(count);
      }
    }

    @Override
    public void onData(byte[] array, int offset, int length) {
      for (int i = 0; i < length; i++) {
        world.check(
            array[offset + i] == byteAt(peerRun, received + i),
            "flow " + number + ": wrong byte at the " + who);
      }
      received += length;
      unconsumed += length;
      world.check(received <= expected, "flow " + number + ": more bytes than were sent");
      world.timeline().after(world.random().nextInt(2_000_000), this::consume);
    }

    @Override
    public void onFinished() {
      world.check(
          !finished && received == expected, "flow " + number + ": a clean end of a cut stream");
      finished = true;
    }

    @Override
    public void onReset(Reason reason) {
      world.note("flow " + number + " reset at the " + who + ": " + reason);
      world.check(excused, "flow " + number + " was reset: " + reason);
      reset = reason;
    }

    @Override
    public void onWritable() {}

    @Override
    public void onEnded() {
      world.check(
          sent == total && received == expected, "flow " + number + " ended before all was said");
      ended = true;
    }
  }
}
