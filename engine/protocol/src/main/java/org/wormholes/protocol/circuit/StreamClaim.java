package org.wormholes.protocol.circuit;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Exit: a client on this circuit says that a stream is its own. Answered once, on the circuit's
/// thread, by one of [#resume], [#fresh], [#gone]; an answer after the circuit ended, or after the
/// client gave up, does nothing.
public final class StreamClaim extends Channel {
  final long peerReceived;
  final long peerLimit;
  private final CircuitEnd asked;
  private final StreamKey key;
  private final @Nullable Target target;
  private final @Nullable Part part;
  private Reason answer = Reason.GONE;
  private boolean answered;

  StreamClaim(
      CircuitEnd circuit,
      int id,
      StreamKey key,
      long peerReceived,
      long peerLimit,
      @Nullable Target target,
      @Nullable Part part) {
    this.asked = circuit;
    this.circuit = circuit;
    this.id = id;
    this.key = key;
    this.peerReceived = peerReceived;
    this.peerLimit = peerLimit;
    this.target = target;
    this.part = part;
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

  /// The circuit that the claim came on.
  public CircuitEnd askedOn() {
    return asked;
  }

  /// Whether the claim still waits for an answer.
  public boolean isOpen() {
    return circuit != null && !answered;
  }

  /// The stream is here: it goes on over this circuit. It must be detached ([StreamEnd#detach] on
  /// its old thread).
  ///
  /// @return false when the claim is over, or what the client says of the stream cannot be; the
  ///   stream then stays as it was
  /// @throws IllegalArgumentException when the stream is on a circuit or ended
  public boolean resume(StreamEnd stream) {
    if (stream.circuit != null || stream.isEnded()) {
      throw new IllegalArgumentException("only a detached stream can be resumed");
    }
    if (!isOpen()) {
      return false;
    }
    if (!stream.resumeAt(peerReceived, peerLimit)) {
      gone(Reason.PROTOCOL);
      return false;
    }
    answered = true;
    circuit = null;
    asked.replace(this, stream);
    return true;
  }

  /// The stream is not known and the claim has a target: open it anew. Then
  /// [CircuitListener#onStream] is called.
  ///
  /// @throws IllegalStateException when the claim has no target
  public void fresh() {
    if (target == null) {
      throw new IllegalStateException("a claim without a target cannot be opened anew");
    }
    if (isOpen()) {
      answered = true;
      circuit = null;
      asked.openAnew(this, target, part);
    }
  }

  /// There is no such stream any more.
  public void gone(Reason reason) {
    if (isOpen()) {
      answered = true;
      answer = reason;
      mark(END);
    }
  }

  @Override
  int writeControl(byte[] array, int start, int end, long now) {
    if (end - start <= Message.HEADER) {
      return start;
    }
    int at = Message.head(array, start, Message.RESET, 0, 1, id);
    array[at] = (byte) answer.code();
    pending = 0;
    asked.remove(this);
    return at + 1;
  }

  @Override
  boolean wantsTurn() {
    return false;
  }

  @Override
  int turnBytes() {
    return 0;
  }

  @Override
  int writeData(byte[] array, int at, int end) {
    return at;
  }
}
