package org.wormholes.protocol.split;

import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.WireException;

/// Puts one direction of a split flow in order again. What is in order is handed on without a copy;
/// what a part brings before its turn is kept. How much that may be is the credit of the parts'
/// streams, since only bytes that [Sink] was given are to be reported as consumed; what it takes
/// says [#keptBytes].
///
/// Each part brings its chunks in rising order. So every byte has one place it can come from next,
/// and a gap, an overlap, a chunk after the end or an end within a chunk is noticed at once
/// (split.md, "Order").
///
/// Belongs to one thread.
public final class Merger {
  /// Where bytes go, in order.
  public interface Sink {
    /// Bytes of the flow; the array is valid for the call only.
    void onBytes(int part, byte[] array, int offset, int length);

    /// Bytes of a part that were of its framing only.
    void onFraming(int part, int bytes);

    /// The flow has no more bytes. Called once.
    void onEnd();
  }

  private static final long MAX_OFFSET = 1L << 62;
  private static final byte[] NOTHING = new byte[0];

  private final Inflow[] parts;
  private long expected;
  private long total = -1;
  private boolean done;

  public Merger(int count) {
    parts = new Inflow[count];
    for (int i = 0; i < count; i++) {
      parts[i] = new Inflow();
    }
  }

  /// Keeps what a part brought next.
  public void onBytes(int part, byte[] array, int offset, int length) throws WireException {
    if (parts[part].finished) {
      throw new WireException("part goes on after its end");
    }
    parts[part].append(array, offset, length);
  }

  /// Takes in what a part brought next, and hands on all that is in order by then.
  ///
  /// @throws WireException when what is missing can no longer come, or what came cannot be
  public void onBytes(int part, byte[] array, int offset, int length, Sink sink)
      throws WireException {
    Inflow inflow = parts[part];
    int passed = inflow.size == 0 && !inflow.finished ? pass(part, array, offset, length, sink) : 0;
    onBytes(part, array, offset + passed, length - passed);
    drain(sink);
  }

  /// Hands on what need not be kept, of a part of which nothing is.
  ///
  /// @return how many bytes are dealt with
  private int pass(int part, byte[] array, int offset, int length, Sink sink) throws WireException {
    Inflow inflow = parts[part];
    int passed = 0;
    while (inflow.hasHead || (!inflow.ended && length - passed >= Spreader.HEADER)) {
      if (!inflow.hasHead) {
        int at = offset + passed;
        inflow.head(BigEndian.i64(array, at), BigEndian.u16(array, at + 8));
        passed += Spreader.HEADER;
        sink.onFraming(part, Spreader.HEADER);
      }
      int count = inflow.at == expected ? Math.min(inflow.left, length - passed) : 0;
      if (count == 0) {
        break;
      }
      sink.onBytes(part, array, offset + passed, count);
      handed(inflow, count);
      passed += count;
    }
    return passed;
  }

  private void handed(Inflow inflow, int count) {
    inflow.at += count;
    inflow.left -= count;
    inflow.hasHead = inflow.left > 0;
    expected += count;
  }

  /// A part brings nothing more.
  public void onPartFinished(int part) {
    parts[part].finished = true;
  }

  /// Hands on all that is in order.
  ///
  /// @throws WireException when what is missing can no longer come, or what came cannot be
  public void drain(Sink sink) throws WireException {
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int i = 0; i < parts.length; i++) {
        moved |= drain(i, sink);
      }
    }
    checkEnds();
    checkGap();
    if (heldBytes() == 0) {
      for (Inflow part : parts) {
        part.ring = NOTHING;
      }
    }
  }

  private boolean drain(int part, Sink sink) throws WireException {
    Inflow inflow = parts[part];
    boolean moved = false;
    while (inflow.readHead(part, sink) && inflow.at == expected) {
      if (inflow.left == 0) {
        finish(inflow, sink);
        return true;
      }
      int count = inflow.contiguous();
      if (count == 0) {
        return moved;
      }
      sink.onBytes(part, inflow.ring, inflow.start, count);
      inflow.skip(count);
      handed(inflow, count);
      moved = true;
    }
    if (inflow.hasHead && inflow.at < expected) {
      throw new WireException("two parts bring byte " + inflow.at);
    }
    return moved;
  }

  private void finish(Inflow inflow, Sink sink) {
    inflow.hasHead = false;
    done = true;
    sink.onEnd();
  }

  private void checkEnds() throws WireException {
    for (Inflow part : parts) {
      if (part.finished && part.isWithinChunk()) {
        throw new WireException("part ends within a chunk");
      }
    }
  }

  /// Parts bring rising offsets: when all are further, or over, nobody brings what is missing.
  private void checkGap() throws WireException {
    if (done) {
      return;
    }
    for (Inflow part : parts) {
      boolean isFurther = part.hasHead && part.at > expected;
      boolean isOver = part.finished && !part.hasHead && part.size == 0;
      if (!isFurther && !isOver) {
        return;
      }
    }
    throw new WireException("no part brings byte " + expected);
  }

  /// Whether everything was handed on, and the end too.
  public boolean isDone() {
    return done;
  }

  /// Bytes that wait for others before them.
  public int heldBytes() {
    int sum = 0;
    for (Inflow part : parts) {
      sum += part.size;
    }
    return sum;
  }

  /// What it takes to hold them.
  public int keptBytes() {
    int sum = 0;
    for (Inflow part : parts) {
      sum += part.ring.length;
    }
    return sum;
  }

  /// What one part brought and was not handed on, from the head of a chunk or within one.
  private final class Inflow {
    private static final int FIRST_SIZE = 16 << 10;

    byte[] ring = NOTHING;
    int start;
    int size;
    boolean finished;
    boolean ended;

    /// Whether the header of the chunk at [#at] was read, of which [#left] bytes are to come.
    boolean hasHead;

    long at;
    int left;

    /// Where the last chunk ended.
    long reach;

    boolean isWithinChunk() {
      return hasHead ? size < left : size > 0 && size < Spreader.HEADER;
    }

    void append(byte[] array, int offset, int length) {
      if (length == 0) {
        return;
      }
      if (size + length > ring.length) {
        grow(size + length);
      }
      int end = (start + size) % ring.length;
      int first = Math.min(length, ring.length - end);
      System.arraycopy(array, offset, ring, end, first);
      System.arraycopy(array, offset + first, ring, 0, length - first);
      size += length;
    }

    private void grow(int least) {
      byte[] wider = new byte[Math.max(least, Math.max(2 * ring.length, FIRST_SIZE))];
      int first = Math.min(size, ring.length - start);
      System.arraycopy(ring, start, wider, 0, first);
      System.arraycopy(ring, 0, wider, first, size - first);
      ring = wider;
      start = 0;
    }

    /// Bytes of the present chunk that lie in one piece from [#start].
    int contiguous() {
      return Math.min(left, Math.min(size, ring.length - start));
    }

    void skip(int count) {
      size -= count;
      start = (start + count) % ring.length;
      if (size == 0) {
        start = 0;
        // A part that ran ahead once does not keep a wide ring.
        ring = ring.length > 4 * FIRST_SIZE ? NOTHING : ring;
      }
    }

    boolean readHead(int part, Sink sink) throws WireException {
      if (hasHead) {
        return true;
      }
      if (size == 0) {
        return false;
      }
      if (ended) {
        throw new WireException("part goes on after the end of the flow");
      }
      if (size < Spreader.HEADER) {
        return false;
      }
      byte[] header = new byte[Spreader.HEADER];
      int first = Math.min(header.length, ring.length - start);
      System.arraycopy(ring, start, header, 0, first);
      System.arraycopy(ring, 0, header, first, header.length - first);
      skip(header.length);
      head(BigEndian.i64(header, 0), BigEndian.u16(header, 8));
      sink.onFraming(part, Spreader.HEADER);
      return true;
    }

    private void head(long offset, int length) throws WireException {
      if (offset < reach || offset > MAX_OFFSET) {
        throw new WireException("chunk at " + offset + " after one that ends at " + reach);
      }
      if (length > Spreader.MAX_CHUNK) {
        throw new WireException("chunk of " + length + " bytes");
      }
      if (length == 0) {
        end(offset);
      }
      if (total >= 0 && offset + length > total) {
        throw new WireException("chunk beyond the end of the flow");
      }
      hasHead = true;
      at = offset;
      left = length;
      reach = offset + length;
    }

    private void end(long offset) throws WireException {
      if (total >= 0 || offset < expected) {
        throw new WireException("flow ends twice, or before its last byte");
      }
      for (Inflow other : parts) {
        if (other.reach > offset) {
          throw new WireException("flow ends before its last byte");
        }
      }
      total = offset;
      ended = true;
    }
  }
}
