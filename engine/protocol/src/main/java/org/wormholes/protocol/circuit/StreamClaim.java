package org.wormholes.protocol.circuit;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Exit: a client on this circuit says that a stream is its own. Answered once, on the circuit's
/// thread, by one of [#resume], [#fresh], [#gone]; an answer after the circuit ended, or after the
/// client gave up, does nothing.
public final class StreamClaim {
  final CircuitEnd circuit;
  final int id;
  final long peerReceived;
  final long peerLimit;
  private final StreamKey key;
  private final @Nullable Target target;
  boolean open = true;

  StreamClaim(
      CircuitEnd circuit,
      int id,
      StreamKey key,
      long peerReceived,
      long peerLimit,
      @Nullable Target target) {
    this.circuit = circuit;
    this.id = id;
    this.key = key;
    this.peerReceived = peerReceived;
    this.peerLimit = peerLimit;
    this.target = target;
  }

  /// The secret that names the stream.
  public StreamKey key() {
    return key;
  }

  /// Where to connect when the stream is not known here: present when the client never heard of the
  /// exit having it.
  public Optional<Target> target() {
    return Optional.ofNullable(target);
  }

  /// Whether the claim still waits for an answer.
  public boolean isOpen() {
    return open && !circuit.isClosed();
  }

  /// The stream is here: it goes on over this circuit. It must be detached ([StreamEnd#detach] on
  /// its old thread).
  ///
  /// @return false when the claim is over; the stream then stays as it was
  public boolean resume(StreamEnd stream, long now) {
    return circuit.resume(this, stream, now);
  }

  /// The stream is not known and the claim has a target: open it anew. Then
  /// [CircuitListener#onStream] is called.
  public void fresh(long now) {
    circuit.fresh(this, now);
  }

  /// There is no such stream any more.
  public void gone(Reason reason) {
    circuit.gone(this, reason);
  }
}
