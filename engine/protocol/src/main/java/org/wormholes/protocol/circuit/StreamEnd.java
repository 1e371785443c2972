package org.wormholes.protocol.circuit;

import java.nio.ByteBuffer;
import java.util.Optional;

/// One end of a byte stream that lives longer than the circuits that carry it.
///
/// Bytes go in with [#offer] and stay here until the far end has them; what arrives goes straight
/// to the [StreamListener]. When the circuit dies the stream is detached, keeps its bytes, and goes
/// on over another circuit to the same exit: the client calls [CircuitEnd#attach], the exit finds
/// the stream by its key ([OrphanRegistry]). Each byte arrives exactly once and in order, in both
/// directions, half-close included.
///
/// Belongs to the thread of its circuit; while detached, to whoever detached it.
public final class StreamEnd {
  StreamEnd() {}

  /// Sets who hears of this stream; at the exit from inside [CircuitListener#onStream].
  public void listener(StreamListener listener) {
    throw new UnsupportedOperationException();
  }

  /// The stream's number on its present or last circuit.
  public int id() {
    throw new UnsupportedOperationException();
  }

  /// The secret by which the stream is claimed on another circuit.
  public StreamKey key() {
    throw new UnsupportedOperationException();
  }

  /// Where the stream goes beyond the exit.
  public Target target() {
    throw new UnsupportedOperationException();
  }

  /// The circuit that carries the stream, empty while it is detached and after it ended.
  public Optional<CircuitEnd> circuit() {
    throw new UnsupportedOperationException();
  }

  /// Takes bytes to send: as many as the buffer has room for, the buffer's position says how many.
  /// After it took fewer than offered, [StreamListener#onWritable] tells when to try again. Takes
  /// bytes while detached too.
  ///
  /// @return the number of bytes taken; 0 after [#finish] or the end
  public int offer(ByteBuffer data, long now) {
    throw new UnsupportedOperationException();
  }

  /// How many bytes [#offer] would take now.
  public int room() {
    throw new UnsupportedOperationException();
  }

  /// No more bytes will be offered: half-close, after what is queued.
  public void finish() {
    throw new UnsupportedOperationException();
  }

  /// Ends both directions at once; queued bytes are dropped. The listener is not called.
  public void reset(Reason reason) {
    throw new UnsupportedOperationException();
  }

  /// Exit: the destination answered.
  ///
  /// @param family 4, 6, or 0 if not known
  public void connected(int family) {
    throw new UnsupportedOperationException();
  }

  /// Exit: there will be no connection. The listener is not called.
  public void refuse(Reason reason) {
    throw new UnsupportedOperationException();
  }

  /// The application is done with this many bytes it got from `onData`; this is what lets the
  /// sender send more.
  public void consumed(int bytes) {
    throw new UnsupportedOperationException();
  }

  /// Takes the stream off its circuit: the circuit died, or the stream moves to a newer one.
  public void detach() {
    throw new UnsupportedOperationException();
  }

  /// Whether the exit reached the destination, as far as this end knows.
  public boolean isConnected() {
    throw new UnsupportedOperationException();
  }

  /// Whether the stream ended, in order or not.
  public boolean isEnded() {
    throw new UnsupportedOperationException();
  }

  /// Bytes offered that were never sent, or must be sent again on the new circuit.
  public long unsentBytes() {
    throw new UnsupportedOperationException();
  }

  /// Bytes held because the far end has not acknowledged them, the unsent ones included.
  public long retainedBytes() {
    throw new UnsupportedOperationException();
  }

  /// Bytes received in all, in order.
  public long receivedBytes() {
    throw new UnsupportedOperationException();
  }

  /// Bytes that the far end acknowledged in all.
  public long acknowledgedBytes() {
    throw new UnsupportedOperationException();
  }

  /// When the oldest byte still held was offered (the loop's nanoseconds), `Long.MAX_VALUE` if none
  /// is.
  public long oldestQueuedAt() {
    throw new UnsupportedOperationException();
  }
}
