package org.wormholes.protocol.circuit;

import java.nio.ByteBuffer;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// An application at one end of a stream: sends a known sequence of bytes, checks that exactly such
/// a sequence arrives, and remembers what it was told.
final class Recorder implements StreamListener {
  final String name;
  final Random sendBytes;
  final Random expectBytes;
  final long total;
  boolean consumes = true;
  long sent;
  long received;
  long unconsumed;
  int connects;
  int family = -1;
  boolean finished;
  boolean ended;
  int writable;
  boolean finishes = true;
  @Nullable Reason reset;
  @Nullable StreamEnd stream;

  Recorder(String name, long sendSeed, long expectSeed, long total) {
    this.name = name;
    this.sendBytes = new Random(sendSeed);
    this.expectBytes = new Random(expectSeed);
    this.total = total;
  }

  StreamEnd stream() {
    if (stream == null) {
      throw new AssertionError(name + " has no stream");
    }
    return stream;
  }

  /// Offers up to `most` of the bytes that are left, and finishes after the last.
  void send(int most, long now) {
    if (stream == null || stream.isEnded()) {
      return;
    }
    int count = (int) Math.min(Math.min(most, total - sent), stream.room());
    ByteBuffer data = ByteBuffer.allocate(count);
    while (data.hasRemaining()) {
      data.put((byte) sendBytes.nextInt());
    }
    data.flip();
    int taken = stream.offer(data, now);
    if (taken != count) {
      throw new AssertionError(name + ": room for " + count + ", took " + taken);
    }
    sent += taken;
    if (sent == total && finishes) {
      stream.finish();
    }
  }

  @Override
  public void onConnected(int newFamily) {
    connects++;
    family = newFamily;
  }

  @Override
  public void onData(byte[] array, int offset, int length) {
    check(length > 0, "an empty run of bytes");
    for (int i = offset; i < offset + length; i++) {
      if (array[i] != (byte) expectBytes.nextInt()) {
        throw new AssertionError(name + ": wrong byte at " + (received + i - offset));
      }
    }
    received += length;
    unconsumed += length;
    if (consumes) {
      consume(length);
    }
  }

  void consume(long most) {
    int count = (int) Math.min(most, unconsumed);
    unconsumed -= count;
    stream().consumed(count);
  }

  @Override
  public void onFinished() {
    check(!finished, "finished twice");
    finished = true;
  }

  @Override
  public void onReset(Reason reason) {
    check(reset == null && !ended, "reset after the end");
    reset = reason;
  }

  @Override
  public void onWritable() {
    writable++;
  }

  @Override
  public void onEnded() {
    check(!ended && reset == null, "ended twice");
    ended = true;
  }

  private void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(name + ": " + otherwise);
    }
  }
}
