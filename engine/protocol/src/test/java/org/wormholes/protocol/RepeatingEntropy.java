package org.wormholes.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.Hash;

/// Entropy that follows from a name, for vectors: SHA-256(name | u32 counter), counter from 0,
/// block after block, drawn in order without gaps.
public final class RepeatingEntropy implements Entropy {
  private final byte[] name;
  private byte[] block = new byte[0];
  private int used;
  private int counter;

  public RepeatingEntropy(String name) {
    this.name = name.getBytes(StandardCharsets.UTF_8);
  }

  /// Gives out these bytes and no more.
  public static Entropy of(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
    for (byte[] part : parts) {
      all.put(part);
    }
    all.flip();
    return all::get;
  }

  @Override
  public void fill(byte[] out) {
    for (int i = 0; i < out.length; i++) {
      if (used == block.length) {
        block = Hash.sha256(name, ByteBuffer.allocate(4).putInt(counter++).array());
        used = 0;
      }
      out[i] = block[used++];
    }
  }
}
