package org.wormholes.protocol.split;

import java.nio.ByteBuffer;
import org.wormholes.protocol.wire.BigEndian;

/// Cuts one direction of a flow into chunks and says which part takes the next: the one with the
/// fewest bytes that its circuit has not taken yet, so that a faster circuit gets more; where
/// several are equal, each in its turn.
///
/// Belongs to one thread.
public final class Spreader {
  /// Bytes before those of a chunk: `offset u64, length u16`.
  public static final int HEADER = 10;

  /// The most bytes of the flow in one chunk.
  public static final int MAX_CHUNK = 16 << 10;

  /// Bytes that a part is given before its circuit has taken some of them.
  public static final int MAX_HANDED = 48 << 10;

  private final int[] handed;
  private int last;
  private long offset;

  public Spreader(int parts) {
    handed = new int[parts];
    last = parts - 1;
  }

  /// The part that takes the next chunk, -1 while none has room.
  public int choose() {
    int best = next();
    return handed[best] + HEADER < MAX_HANDED ? best : -1;
  }

  private int next() {
    int best = (last + 1) % handed.length;
    for (int i = 1; i < handed.length; i++) {
      int part = (last + 1 + i) % handed.length;
      if (handed[part] < handed[best]) {
        best = part;
      }
    }
    return best;
  }

  /// The next chunk, with its header, of what `in` holds, for a part that was chosen.
  public byte[] chunk(ByteBuffer in, int part) {
    int room = MAX_HANDED - handed[part] - HEADER;
    int count = Math.min(in.remaining(), Math.min(room, MAX_CHUNK));
    if (count < 1) {
      throw new IllegalArgumentException("a chunk must have bytes, and a part room for them");
    }
    byte[] chunk = headed(count, part);
    in.get(chunk, HEADER, count);
    offset += count;
    return chunk;
  }

  /// The part that takes the chunk which ends the flow; there is always room for it.
  public int chooseForEnd() {
    return next();
  }

  /// The chunk without bytes that ends the flow.
  public byte[] end(int part) {
    return headed(0, part);
  }

  private byte[] headed(int count, int part) {
    byte[] chunk = new byte[HEADER + count];
    BigEndian.putI64(chunk, 0, offset);
    BigEndian.putU16(chunk, 8, count);
    handed[part] += chunk.length;
    last = part;
    return chunk;
  }

  /// The circuit of a part has taken bytes, headers included.
  public void taken(int part, int bytes) {
    handed[part] -= bytes;
  }
}
