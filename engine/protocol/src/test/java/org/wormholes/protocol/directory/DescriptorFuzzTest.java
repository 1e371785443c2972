package org.wormholes.protocol.directory;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Descriptors and directory messages from strangers: read, or refused in the one declared way.
final class DescriptorFuzzTest {
  private static final int INPUTS = 20_000;

  @Test
  void readsOrRefusesMutatedDescriptors() {
    Random random = new Random(5);
    byte[] sample = Nodes.signed(1, Nodes.START).encoded().toArray();
    for (int i = 0; i < INPUTS; i++) {
      byte[] bytes = mutated(sample, random);
      decode(bytes);
    }
  }

  @Test
  void aDirectorySurvivesMutatedMessages() {
    Random random = new Random(6);
    List<Bytes> samples = samples();
    Directory directory = new Directory(new DirectoryLimits(100, 0));
    Instant now = Nodes.START;
    for (int i = 0; i < INPUTS; i++) {
      directory.on(new Directory.Input.LinkUp(1, random.nextBoolean()), now);
      byte[] message = mutated(samples.get(random.nextInt(samples.size())).toArray(), random);
      directory.on(new Directory.Input.Received(1, Bytes.of(message)), now);
      now = now.plus(Duration.ofMillis(random.nextInt(2_000)));
    }
  }

  @FuzzTest
  void takesOrRefusesAnyBytes(byte[] data) {
    decode(data);
    try {
      DirectoryMessage.decode(Bytes.of(data)).encode();
    } catch (WireException refused) {
      // The one declared outcome for anything else.
    }
  }

  private static void decode(byte[] bytes) {
    try {
      SignedDescriptor.decode(bytes, 0, bytes.length);
    } catch (WireException refused) {
      // The one declared outcome for anything else.
    }
  }

  private static List<Bytes> samples() {
    List<Bytes> samples = new ArrayList<>();
    DescriptorStore store = new DescriptorStore(new DirectoryLimits(100, 0));
    List<Bytes> descriptors = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      SignedDescriptor signed = Nodes.signed(i, Nodes.START);
      store.put(signed, Nodes.START);
      descriptors.add(signed.encoded());
    }
    samples.add(new DirectoryMessage.Summary(store.digests()).encode());
    int first = descriptors.getFirst().at(1);
    samples.add(new DirectoryMessage.Listing(List.of(store.bucket(first))).encode());
    Bytes id = Nodes.key(1).id().key();
    samples.add(new DirectoryMessage.Want(List.of(id, id)).encode());
    samples.add(new DirectoryMessage.Batch(true, descriptors).encode());
    return samples;
  }

  private static byte[] mutated(byte[] sample, Random random) {
    byte[] bytes = sample.clone();
    for (int flips = random.nextInt(4); flips > 0; flips--) {
      // Mostly where lengths and counts stand.
      int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(bytes.length, 80));
      bytes[at] = (byte) random.nextInt();
    }
    int cut = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
    return java.util.Arrays.copyOf(bytes, cut);
  }
}
