package org.wormholes.protocol.circuit;

import java.time.Duration;
import java.util.List;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.wire.WireException;

/// One end of a circuit: turns streams, datagram flows and questions into the payloads of cells,
/// and back (`spec/protocol/circuit.md`). The onion below it is reliable and in order; nothing is
/// sent twice on one circuit.
///
/// It is pulled: the driver asks [#ready], picks a cell size with [#prefersLarge], and lets [#fill]
/// write the payload. What arrives goes to [#onPayload]. Times are nanoseconds of one monotonic
/// clock; [#deadline] says when `ready` becomes true by the passing of time alone. Belongs to one
/// thread. No allocation per cell.
public final class CircuitEnd {
  private CircuitEnd() {}

  /// The end at the client, which opens streams and flows and asks for names.
  ///
  /// @param pool chunks for what streams queue, one pool a loop
  /// @param account told of every chunk held
  /// @param entropy for the streams' keys
  public static CircuitEnd client(
      CircuitLimits limits,
      ChunkPool pool,
      MemoryAccount account,
      Entropy entropy,
      CircuitListener listener) {
    throw new UnsupportedOperationException();
  }

  /// The end at the exit, which accepts them.
  public static CircuitEnd exit(
      CircuitLimits limits, ChunkPool pool, MemoryAccount account, CircuitListener listener) {
    throw new UnsupportedOperationException();
  }

  /// Client: opens a stream. Bytes may be offered at once and travel with the opening message.
  ///
  /// @throws IllegalStateException when the circuit is closed or carries as many streams as it may
  ///   ([#hasRoom])
  public StreamEnd open(Target target, StreamListener listener) {
    throw new UnsupportedOperationException();
  }

  /// Client: goes on with a detached stream over this circuit, which must lead to the same exit.
  /// When the exit does not know it any more, `onReset(GONE)` follows.
  ///
  /// @throws IllegalStateException as for [#open], or when the stream is attached or has ended
  public void attach(StreamEnd stream, long now) {
    throw new UnsupportedOperationException();
  }

  /// Client: opens a datagram flow.
  ///
  /// @throws IllegalStateException when the circuit is closed or carries as many flows as it may
  public DatagramEnd openDatagrams(DatagramListener listener) {
    throw new UnsupportedOperationException();
  }

  /// Client: asks the exit for the addresses of a name.
  ///
  /// @param family 4, 6, or 0 for both
  /// @return the number that the answer will carry, or -1 when [CircuitLimits#MAX_RESOLVES]
  ///   questions wait already
  public int resolve(Host.Name name, int family) {
    throw new UnsupportedOperationException();
  }

  /// Exit: answers a question; at most 16 addresses are sent. An empty list is an answer of
  /// `NAME_NOT_FOUND`.
  public void resolved(int query, List<Host> addresses, Duration timeToLive) {
    throw new UnsupportedOperationException();
  }

  /// Exit: answers a question in the negative.
  public void unresolved(int query, Reason reason) {
    throw new UnsupportedOperationException();
  }

  /// Asks the far end for a sign of life; [CircuitListener#onPong] follows. One at a time, more are
  /// ignored.
  public void ping() {
    throw new UnsupportedOperationException();
  }

  /// Ends the circuit in order: everything still on it is reset with the reason (no listener of a
  /// stream is called), a last message tells the far end. Pull until [#ready] is false, then
  /// destroy the circuit.
  public void close(Reason reason) {
    throw new UnsupportedOperationException();
  }

  /// The circuit is gone (destroyed by a hop, its link lost). Streams are detached and returned, to
  /// be attached to another circuit or put into the [OrphanRegistry]; datagram flows and questions
  /// end with `LOST`.
  public List<StreamEnd> lost() {
    throw new UnsupportedOperationException();
  }

  /// Forces a size of cell.
  public void cells(CellChoice choice) {
    throw new UnsupportedOperationException();
  }

  /// Whether [#fill] has something to write now.
  public boolean ready(long now) {
    throw new UnsupportedOperationException();
  }

  /// When [#ready] turns true although nothing happens (a delayed acknowledgement),
  /// `Long.MAX_VALUE` for never. May move after each call into the circuit; a timer that fires
  /// early is harmless.
  public long deadline() {
    throw new UnsupportedOperationException();
  }

  /// Whether the next cell should be a large one.
  public boolean prefersLarge() {
    throw new UnsupportedOperationException();
  }

  /// Writes the payload of the next cell.
  ///
  /// @param capacity bytes from `offset` that the cell holds, at least 512; the set-up cell's early
  ///   payload counts as a cell
  /// @return the bytes used, 0 when there was nothing; the rest up to `capacity` is zeroed
  public int fill(byte[] array, int offset, int capacity, long now) {
    throw new UnsupportedOperationException();
  }

  /// Takes in the payload of a cell that arrived.
  ///
  /// @throws WireException when the far end broke the protocol; the circuit must then be destroyed
  public void onPayload(byte[] array, int offset, int length, long now) throws WireException {
    throw new UnsupportedOperationException();
  }

  /// Whether another stream may be opened or attached.
  public boolean hasRoom() {
    throw new UnsupportedOperationException();
  }

  /// Whether the circuit was closed by either end, or lost.
  public boolean isClosed() {
    throw new UnsupportedOperationException();
  }

  /// Streams on the circuit.
  public int streams() {
    throw new UnsupportedOperationException();
  }

  /// Bytes that streams and flows want to send.
  public long unsentBytes() {
    throw new UnsupportedOperationException();
  }

  /// When the oldest byte held by any stream of the circuit was offered, `Long.MAX_VALUE` if none
  /// is. Walks the streams.
  public long oldestQueuedAt() {
    throw new UnsupportedOperationException();
  }

  /// Smoothed round-trip time in nanoseconds, 0 before the first sample.
  public long roundTripNanos() {
    throw new UnsupportedOperationException();
  }

  /// Bytes under way that the far end has not acknowledged.
  public long inFlightBytes() {
    throw new UnsupportedOperationException();
  }

  /// Bytes that may be under way.
  public long congestionWindowBytes() {
    throw new UnsupportedOperationException();
  }

  boolean resume(StreamClaim claim, StreamEnd stream, long now) {
    throw new UnsupportedOperationException();
  }

  void fresh(StreamClaim claim, long now) {
    throw new UnsupportedOperationException();
  }

  void gone(StreamClaim claim, Reason reason) {
    throw new UnsupportedOperationException();
  }
}
