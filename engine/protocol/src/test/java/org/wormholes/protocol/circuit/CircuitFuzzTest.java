package org.wormholes.protocol.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// Whatever a far end sends, a circuit takes it or throws [WireException], and holds no more memory
/// than its limits say.
final class CircuitFuzzTest {
  private static final int INPUTS = 60_000;
  private static final CircuitLimits LIMITS = new CircuitLimits(8, 2, 1 << 20, 64 << 10, 1 << 20);

  @Test
  void survivesMutatedPayloads() {
    for (long seed = 1; seed <= 12; seed++) {
      Random random = new Random(seed);
      List<byte[]> samples = samples(random);
      CircuitEnd end = null;
      CountingAccount account = new CountingAccount();
      for (int i = 0; i < INPUTS / 12; i++) {
        if (end == null) {
          account = new CountingAccount();
          end = fresh(random, account);
        }
        byte[] payload = mutated(samples.get(random.nextInt(samples.size())), random);
        try {
          end.onPayload(payload, 0, payload.length, i * 1_000L);
          end.fill(new byte[Cells.LARGE_PAYLOAD], 0, Cells.LARGE_PAYLOAD, i * 1_000L);
        } catch (WireException refused) {
          end = null;
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError("seed " + seed + ", input " + i, e);
        }
        assertThat(account.held).isLessThan(16L << 20);
      }
    }
  }

  @FuzzTest
  void takesOrRefusesAnyBytes(byte[] data) {
    for (CircuitEnd end : List.of(client(new Random(1), MemoryAccount.UNLIMITED), exit())) {
      try {
        end.onPayload(data, 0, data.length, 1);
        end.fill(new byte[Cells.SMALL_PAYLOAD], 0, Cells.SMALL_PAYLOAD, 2);
      } catch (WireException refused) {
        // The one declared outcome for anything else.
      }
    }
  }

  private static CircuitEnd fresh(Random random, MemoryAccount account) {
    if (random.nextBoolean()) {
      return CircuitEnd.exit(LIMITS, new ChunkPool(0), account, new Careless());
    }
    return client(random, account);
  }

  private static CircuitEnd exit() {
    return CircuitEnd.exit(LIMITS, new ChunkPool(0), MemoryAccount.UNLIMITED, new Careless());
  }

  /// A client with some of everything open.
  private static CircuitEnd client(Random random, MemoryAccount account) {
    CircuitEnd client =
        CircuitEnd.client(LIMITS, new ChunkPool(0), account, random::nextBytes, new ClientSide());
    for (int i = 0; i < 4; i++) {
      StreamEnd stream = client.open(Target.of("192.0.2." + i, 80), new Ignoring());
      stream.offer(ByteBuffer.wrap(new byte[10_000]), 0);
      if (i == 2) {
        stream.finish();
      }
    }
    client.openDatagrams(
        new DatagramListener() {
          @Override
          public void onDatagram(Target target, byte[] array, int offset, int length) {}

          @Override
          public void onClosed(Reason reason) {}
        });
    client.resolve(new Host.Name("example.org"), 0);
    client.ask(new NameQuestion("example.org", 15, false));
    client.ask(new NameQuestion("", 48, true));
    client.ping();
    client.fill(new byte[Cells.LARGE_PAYLOAD], 0, Cells.LARGE_PAYLOAD, 0);
    return client;
  }

  /// One payload of every type of message, well formed.
  private static List<byte[]> samples(Random random) {
    List<byte[]> samples = new ArrayList<>();
    for (MessageSamples.Sample sample : MessageSamples.all()) {
      byte[] payload = new byte[400];
      byte[] message = sample.bytes();
      System.arraycopy(message, 0, payload, 0, message.length);
      samples.add(payload);
    }
    for (int i = 0; i < 20; i++) {
      byte[] several = new byte[Cells.SMALL_PAYLOAD];
      int at = 0;
      for (int k = 0; k < 4; k++) {
        byte[] message =
            MessageSamples.all().get(random.nextInt(MessageSamples.all().size())).bytes();
        System.arraycopy(message, 0, several, at, message.length);
        at += message.length;
      }
      samples.add(several);
    }
    return samples;
  }

  private static byte[] mutated(byte[] sample, Random random) {
    byte[] payload = sample.clone();
    for (int flips = random.nextInt(5); flips > 0; flips--) {
      int at = random.nextInt(Math.min(payload.length, random.nextBoolean() ? 24 : 400));
      payload[at] = (byte) (random.nextBoolean() ? random.nextInt(6) : random.nextInt());
    }
    return payload;
  }

  /// An exit that takes whatever streams carry.
  private static final class Careless implements CircuitListener {
    @Override
    public void onReady() {}

    @Override
    public void onStream(StreamEnd stream, Target target) {
      stream.listener(new Ignoring());
      stream.connected(4);
    }

    @Override
    public void onClosed(Reason reason) {}
  }

  /// Hears everything and does nothing.
  private static final class Ignoring implements StreamListener {
    @Override
    public void onData(byte[] array, int offset, int length) {}

    @Override
    public void onFinished() {}

    @Override
    public void onReset(Reason reason) {}

    @Override
    public void onWritable() {}
  }
}
