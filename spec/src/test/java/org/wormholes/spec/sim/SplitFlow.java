package org.wormholes.spec.sim;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.CircuitEnd;
import org.wormholes.protocol.circuit.CircuitLimits;
import org.wormholes.protocol.circuit.Part;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.StreamEnd;
import org.wormholes.protocol.circuit.StreamKey;
import org.wormholes.protocol.circuit.StreamListener;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.protocol.split.Merger;
import org.wormholes.protocol.split.Spreader;
import org.wormholes.protocol.wire.WireException;

/// One conversation over several circuits at once, each of a client of its own, to one exit.
final class SplitFlow {
  private static final String NAME = "split";

  final World world;
  final int count;
  final Side near;
  final Side far;
  private final StreamKey key;
  private @Nullable SimNode exit;
  private boolean excused;

  SplitFlow(World world, int count, int toExit, int toClient) {
    this.world = world;
    this.count = count;
    byte[] secret = new byte[StreamKey.LENGTH];
    world.random().nextBytes(secret);
    this.key = StreamKey.of(secret, 0);
    this.near = new Side("client", toExit, toClient, 1_000);
    this.far = new Side("destination", toClient, toExit, 1_001);
  }

  static boolean isTarget(Target target) {
    return target.host().text().startsWith(NAME + ".");
  }

  private static Target target() {
    return Target.of(NAME + "." + Flow.SECRET + ".example", 443);
  }

  /// Opens a part, unless it was before.
  void open(int index, CircuitEnd end) {
    if (near.streams[index] == null && near.reset == null) {
      PartSide part = near.parts.get(index);
      near.streams[index] = end.open(target(), new Part(key, index, count), part);
    }
  }

  /// A part has come to the exit.
  void arrived(SimNode at, StreamEnd stream, Part part) {
    world.check(part.flow().equals(key) && part.count() == count, "a part of another flow");
    if (excused || far.streams[part.index()] != null) {
      // The exit forgot that it had this one.
      world.check(excused, "a part was opened twice");
      stream.refuse(Reason.CONNECTION_RESET);
      return;
    }
    exit = at;
    far.streams[part.index()] = stream;
    stream.listener(far.parts.get(part.index()));
    if (far.isWhole()) {
      far.start();
    }
  }

  /// A node lost what it knew: if it was the exit the flow may end with a reset.
  void forgotten(SimNode node) {
    excused |= node == exit;
  }

  /// Whether the client may speak.
  boolean isConnected() {
    return near.connected == count;
  }

  /// The longer direction, in bytes.
  int length() {
    return Math.max(near.total, far.total);
  }

  boolean isOver() {
    return near.reset != null || (near.hasEnded() && (far.hasEnded() || far.isDone()));
  }

  /// What must hold at any moment.
  void check() {
    for (int i = 0; i < count; i++) {
      StreamEnd here = near.streams[i];
      StreamEnd there = far.streams[i];
      if (!excused && here != null && there != null) {
        world.check(
            here.acknowledgedBytes() <= far.parts.get(i).brought
                && there.acknowledgedBytes() <= near.parts.get(i).brought,
            "part " + i + ": acknowledged, but lost");
      }
    }
  }

  /// One end of the conversation.
  final class Side implements Merger.Sink {
    private final String who;
    private final int total;
    private final int expected;
    private final int run;
    private final Spreader spreader = new Spreader(count);
    private final Merger merger = new Merger(count);
    private final @Nullable StreamEnd[] streams = new @Nullable StreamEnd[count];
    private final List<PartSide> parts = new ArrayList<>();
    private int connected;
    private int sent;
    private int received;
    private boolean finishing;
    private boolean finished;
    private int ended;
    private @Nullable Reason reset;

    private Side(String who, int total, int expected, int run) {
      this.who = who;
      this.total = total;
      this.expected = expected;
      this.run = run;
      for (int i = 0; i < count; i++) {
        parts.add(new PartSide(this, i));
      }
    }

    private boolean isWhole() {
      for (StreamEnd stream : streams) {
        if (stream == null) {
          return false;
        }
      }
      return true;
    }

    private boolean hasEnded() {
      return ended == count;
    }

    /// Everything is said and heard; the last acknowledgement may be lost.
    private boolean isDone() {
      return finished && finishing;
    }

    /// At the exit, where all parts have come.
    private void start() {
      world
          .timeline()
          .after(
              world.random().nextInt(20_000_000),
              () -> {
                for (StreamEnd stream : streams) {
                  if (stream != null) {
                    stream.connected(4);
                  }
                }
                send();
              });
    }

    private void onConnected() {
      if (++connected == count) {
        send();
      }
    }

    /// Says some of what is left, and comes back later if it was not all.
    private void send() {
      if (reset != null || finishing) {
        return;
      }
      boolean calm = world.options().faults().isEmpty();
      int most = calm ? Spreader.MAX_HANDED : (int) (world.random().nextDouble() * total / 10);
      ByteBuffer data = ByteBuffer.allocate(Math.min(1 + most, total - sent));
      while (data.hasRemaining()) {
        data.put(Flow.byteAt(run, sent + data.position()));
      }
      data.flip();
      int part;
      while (data.hasRemaining() && (part = spreader.choose()) >= 0) {
        int before = data.remaining();
        parts.get(part).write(spreader.chunk(data, part));
        sent += before - data.remaining();
      }
      if (sent < total) {
        // Where things go wrong, slow enough to be there.
        int pause = calm ? 1_000_000 : world.random().nextInt(250_000_000);
        world.timeline().after(pause, this::send);
        return;
      }
      finishing = true;
      int last = spreader.chooseForEnd();
      parts.get(last).write(spreader.end(last));
      parts.forEach(PartSide::push);
    }

    private void bring(int part, byte[] array, int offset, int length) {
      try {
        merger.onBytes(part, array, offset, length, this);
      } catch (WireException e) {
        world.check(false, NAME + " at the " + who + ": " + e.getMessage());
      }
      world.check(
          merger.keptBytes() <= count * 2 * CircuitLimits.MAX_WINDOW,
          NAME + " keeps " + merger.keptBytes() + " bytes");
    }

    private void onPartFinished(int part) {
      try {
        merger.onPartFinished(part);
        merger.drain(this);
      } catch (WireException e) {
        world.check(false, NAME + " at the " + who + ": " + e.getMessage());
      }
    }

    @Override
    public void onBytes(int part, byte[] array, int offset, int length) {
      for (int i = 0; i < length; i++) {
        world.check(
            array[offset + i] == Flow.byteAt(run ^ 1, received + i),
            NAME + ": wrong byte at the " + who);
      }
      received += length;
      parts.get(part).consumeSoon(length);
    }

    @Override
    public void onFraming(int part, int bytes) {
      parts.get(part).consumeSoon(bytes);
    }

    @Override
    public void onEnd() {
      world.check(!finished && received == expected, NAME + ": an end that is none");
      finished = true;
    }

    /// One part is lost for good: all are.
    private void onReset(Reason reason) {
      if (reset == null) {
        world.note(NAME + " reset at the " + who + ": " + reason);
        world.check(excused, NAME + " was reset: " + reason);
        reset = reason;
        for (StreamEnd stream : streams) {
          if (stream != null) {
            stream.reset(reason);
          }
        }
      }
    }
  }

  /// One end of one part.
  private final class PartSide implements StreamListener {
    private final Side side;
    private final int index;
    private final ArrayDeque<ByteBuffer> waiting = new ArrayDeque<>();
    private long brought;
    private int unconsumed;

    PartSide(Side side, int index) {
      this.side = side;
      this.index = index;
    }

    void write(byte[] chunk) {
      waiting.add(ByteBuffer.wrap(chunk));
      push();
    }

    private void push() {
      StreamEnd stream = side.streams[index];
      if (stream == null) {
        return;
      }
      ByteBuffer chunk;
      while ((chunk = waiting.peek()) != null) {
        side.spreader.taken(index, stream.offer(chunk, world.timeline().now()));
        if (chunk.hasRemaining()) {
          return;
        }
        waiting.remove();
      }
      if (side.finishing) {
        stream.finish();
      }
    }

    void consumeSoon(int bytes) {
      unconsumed += bytes;
      world.timeline().after(world.random().nextInt(2_000_000), this::consume);
    }

    private void consume() {
      StreamEnd stream = side.streams[index];
      if (unconsumed > 0 && stream != null && !stream.isEnded()) {
        int bytes = unconsumed;
        unconsumed = 0;
        stream.consumed(bytes);
      }
    }

    @Override
    public void onConnected(int family) {
      side.onConnected();
    }

    @Override
    public void onData(byte[] array, int offset, int length) {
      brought += length;
      side.bring(index, array, offset, length);
    }

    @Override
    public void onFinished() {
      side.onPartFinished(index);
    }

    @Override
    public void onReset(Reason reason) {
      side.onReset(reason);
    }

    @Override
    public void onWritable() {
      push();
    }

    @Override
    public void onEnded() {
      side.ended++;
      world.check(!side.hasEnded() || side.finished, NAME + " ended before all was said");
    }
  }
}
