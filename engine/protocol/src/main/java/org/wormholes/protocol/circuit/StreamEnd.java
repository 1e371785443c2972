package org.wormholes.protocol.circuit;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.WireException;

/// One end of a byte stream that lives longer than the circuits that carry it.
///
/// Bytes go in with [#offer] and stay here until the far end has them; what arrives goes straight
/// to the [StreamListener]. When the circuit dies the stream is detached, keeps its bytes, and goes
/// on over another circuit to the same exit: the client calls [CircuitEnd#attach], the exit finds
/// the stream by its key ([OrphanRegistry]). Each byte arrives exactly once and in order, in both
/// directions, half-close included.
///
/// Belongs to the thread of its circuit; while detached, to whoever detached it.
public final class StreamEnd extends Channel {
  /// How long after it first asked for a stream, without an answer, a client may ask again. Must be
  /// well below the time an exit remembers streams, or one could be opened twice.
  static final long ASK_AGAIN_NANOS = 20_000_000_000L;

  /// A stream whose oldest byte has waited longer for its acknowledgement stands still.
  private static final long MOVING_NANOS = 500_000_000;

  private static final StreamListener NOBODY =
      new StreamListener() {
        @Override
        public void onData(byte[] array, int offset, int length) {}

        @Override
        public void onFinished() {}

        @Override
        public void onReset(Reason reason) {}

        @Override
        public void onWritable() {}
      };

  private final boolean atClient;
  private final StreamKey key;
  private final Target target;
  private final @Nullable Part part;
  private final SendBuffer send;
  private final ReceiveState receive;
  private CircuitLimits limits;
  private MemoryAccount account;
  private StreamListener listener = NOBODY;
  private @Nullable OrphanRegistry registry;

  /// Client: when BEGIN was first written.
  private boolean begun;

  private long begunAt;

  /// Client: the exit has answered at least once, so it knows the stream.
  private boolean confirmed;

  /// Client: nothing is sent until the exit says how far it got.
  private boolean awaitsResumed;

  private boolean connected;
  private int family;
  private long peerLimit;
  private boolean finishing;
  private boolean finishSent;
  private boolean finishAcknowledged;
  private boolean wantsRoom;
  private boolean ended;
  private Reason endReason = Reason.DONE;

  StreamEnd(
      boolean atClient,
      StreamKey key,
      Target target,
      @Nullable Part part,
      long peerLimit,
      CircuitLimits limits,
      ChunkPool pool,
      MemoryAccount account) {
    this.atClient = atClient;
    this.key = key;
    this.target = target;
    this.part = part;
    this.peerLimit = peerLimit;
    this.limits = ownLimits(limits);
    this.account = account;
    this.send = new SendBuffer(pool, account);
    this.receive = new ReceiveState(limits.maxWindowBytes());
  }

  private CircuitLimits ownLimits(CircuitLimits ofCircuit) {
    return part == null ? ofCircuit : ofCircuit.forParts();
  }

  /// Sets who hears of this stream; at the exit from inside [CircuitListener#onStream].
  public void listener(StreamListener newListener) {
    listener = newListener;
  }

  void registry(OrphanRegistry newRegistry) {
    registry = newRegistry;
  }

  /// The stream's number on its present or last circuit, 0 until its opening message was sent.
  public int id() {
    return id;
  }

  /// The secret by which the stream is claimed on another circuit.
  public StreamKey key() {
    return key;
  }

  /// Where the stream goes beyond the exit.
  public Target target() {
    return target;
  }

  /// Which part of a split flow the stream is, empty for a whole flow.
  public Optional<Part> part() {
    return Optional.ofNullable(part);
  }

  /// The circuit that carries the stream, empty while it is detached and after it ended.
  public Optional<CircuitEnd> circuit() {
    return ended ? Optional.empty() : Optional.ofNullable(circuit);
  }

  /// Takes bytes to send: as many as the buffer has room for, the buffer's position says how many.
  /// After it took fewer than offered, [StreamListener#onWritable] tells when to try again. Takes
  /// bytes while detached too.
  ///
  /// @return the number of bytes taken; 0 after [#finish] or the end
  public int offer(ByteBuffer data, long now) {
    if (finishing || ended) {
      return 0;
    }
    int count = Math.min(data.remaining(), room());
    send.append(data, count, now);
    wantsRoom |= data.hasRemaining();
    offerTurn();
    return count;
  }

  /// How many bytes [#offer] would take now.
  public int room() {
    if (finishing || ended) {
      return 0;
    }
    if (account.isShort()) {
      return roomWhileShort();
    }
    return (int) Math.max(limits.maxUnsentBytes() - send.unsent(), 0);
  }

  /// While memory is short a stream that moves may go on, with little; one that stands still, which
  /// is what made memory short, gets next to nothing.
  private int roomWhileShort() {
    long queuedAt = send.oldestAt();
    boolean moves = circuit != null && circuit.clock() - queuedAt < MOVING_NANOS;
    long most = moves ? Math.min(CircuitLimits.INITIAL_WINDOW, limits.maxUnsentBytes()) : 0;
    long held = moves ? send.unsent() : send.retained() - Chunk.SMALL;
    return (int) Math.max(most - held, 0);
  }

  /// No more bytes will be offered: half-close, after what is queued.
  public void finish() {
    if (!ended) {
      finishing = true;
      offerTurn();
    }
  }

  /// Ends both directions at once; queued bytes are dropped. The listener is not called.
  public void reset(Reason reason) {
    if (ended) {
      return;
    }
    boolean unheardOf = atClient && !begun;
    end(reason);
    turnNode.leave();
    if (circuit == null) {
      return;
    }
    if (unheardOf) {
      circuit.remove(this);
    } else {
      // An opening message that still pends names the stream that is then reset.
      pending &= OPEN;
      mark(END);
    }
  }

  /// Exit: the destination answered.
  ///
  /// @param addressFamily 4, 6, or 0 if not known
  public void connected(int addressFamily) {
    if (!ended && !connected) {
      connected = true;
      family = addressFamily;
      mark(CONNECTED);
    }
  }

  /// Exit: there will be no connection. The listener is not called.
  public void refuse(Reason reason) {
    reset(reason);
  }

  /// The application is done with this many bytes it got from `onData`; this is what lets the
  /// sender send more.
  public void consumed(int bytes) {
    if (!ended && receive.consume(bytes) && !awaitsResumed) {
      mark(ACK_NOW);
    }
  }

  /// Takes the stream off its circuit: the circuit died, or the stream moves to a newer one.
  public void detach() {
    if (circuit != null) {
      circuit.remove(this);
    }
  }

  /// Whether the exit reached the destination, as far as this end knows.
  public boolean isConnected() {
    return connected;
  }

  /// Whether the stream ended, in order or not.
  public boolean isEnded() {
    return ended;
  }

  /// Whether the far end has no more bytes: everything it sent was handed to the listener.
  public boolean isFinishedByPeer() {
    return receive.isFinished();
  }

  /// Bytes offered that were never sent, or must be sent again on the new circuit.
  public long unsentBytes() {
    return send.unsent();
  }

  /// Bytes held because the far end has not acknowledged them, the unsent ones included.
  public long retainedBytes() {
    return send.retained();
  }

  /// Bytes received in all, in order.
  public long receivedBytes() {
    return receive.received();
  }

  /// Bytes that the far end acknowledged in all.
  public long acknowledgedBytes() {
    return send.acknowledged();
  }

  /// When the oldest byte still held was offered (the loop's nanoseconds), `Long.MAX_VALUE` if none
  /// is.
  public long oldestQueuedAt() {
    return send.oldestAt();
  }

  // From one circuit to the next.

  /// Client: the circuit was given this stream, new or detached.
  void join(CircuitEnd newCircuit, long now) {
    circuit = newCircuit;
    id = 0;
    if (begun && !confirmed && now - begunAt > ASK_AGAIN_NANOS) {
      fail(Reason.LOST);
      return;
    }
    awaitsResumed = begun;
    mark(OPEN);
  }

  /// Exit: the client claimed this stream for a circuit and says how far it got.
  ///
  /// @return false when that cannot be
  boolean resumeAt(long received, long limit) {
    if (!canBeAcknowledged(received) || limit < peerLimit || !isLimit(limit, received)) {
      return false;
    }
    rewind(received, limit);
    return true;
  }

  void move(CircuitEnd newCircuit, int newId) {
    circuit = newCircuit;
    id = newId;
    limits = ownLimits(newCircuit.limits());
    account = newCircuit.account();
    send.move(newCircuit.pool(), account);
  }

  /// Exit: what the client must hear first on the new circuit.
  void sayResumed() {
    mark(connected ? RESUMED | CONNECTED : RESUMED);
    offerTurn();
    // What the client had received after all may have made room.
    tellWritable();
  }

  private void rewind(long received, long limit) {
    peerLimit = limit;
    finishAcknowledged = received > send.end();
    finishSent = finishAcknowledged;
    send.rewind(Math.min(received, send.end()));
  }

  // What the far end says.

  void onConnected(int addressFamily) throws WireException {
    if (ended) {
      return;
    }
    if (awaitsResumed) {
      throw new WireException("exit is connected before it resumed");
    }
    confirmed = true;
    if (!connected) {
      connected = true;
      family = addressFamily;
      listener.onConnected(family);
    }
  }

  void onRefused(Reason reason) throws WireException {
    if (connected) {
      throw new WireException("exit refuses a stream that it connected");
    }
    onReset(reason);
  }

  void onReset(Reason reason) {
    boolean done = reason == Reason.DONE && awaitsResumed && receive.isFinished();
    if (ended) {
      // Both ends gave up at the same time.
      detach();
    } else if (done) {
      complete();
    } else {
      fail(reason == Reason.DONE ? Reason.GONE : reason);
    }
  }

  /// Takes in the place and the bytes of a DATA message.
  void onData(byte[] array, int offset, int length, boolean limited) throws WireException {
    if (ended) {
      return;
    }
    checkResumed();
    receive.onData(BigEndian.i64(array, offset), length - 8, limited);
    mark(ACK);
    listener.onData(array, offset + 8, length - 8);
  }

  void onFinish(long offset) throws WireException {
    if (ended) {
      return;
    }
    checkResumed();
    receive.onFinish(offset);
    mark(ACK);
    listener.onFinished();
  }

  private void checkResumed() throws WireException {
    if (awaitsResumed) {
      throw new WireException("exit sends before it resumed");
    }
    confirmed = true;
  }

  void onAcknowledged(long received, long limit) throws WireException {
    if (ended) {
      return;
    }
    checkResumed();
    checkProgress(received, limit);
    peerLimit = limit;
    finishAcknowledged = received > send.end();
    send.acknowledge(Math.min(received, send.end()));
    offerTurn();
    tellWritable();
    endIfComplete();
  }

  void onResumed(long received, long limit) throws WireException {
    if (ended) {
      return;
    }
    if (!awaitsResumed) {
      throw new WireException("exit resumes what was not claimed");
    }
    checkProgress(received, limit);
    awaitsResumed = false;
    confirmed = true;
    rewind(received, limit);
    // What the application consumed since RESUME was written.
    mark(ACK_NOW);
    offerTurn();
    tellWritable();
    endIfComplete();
  }

  private void checkProgress(long received, long limit) throws WireException {
    if (!canBeAcknowledged(received)) {
      throw new WireException("acknowledges byte " + received + ", sent up to " + send.sent());
    }
    if (limit < peerLimit || !isLimit(limit, received)) {
      throw new WireException("grants up to " + limit + ", before it was " + peerLimit);
    }
  }

  private boolean canBeAcknowledged(long received) {
    long least = send.acknowledged() + (finishAcknowledged ? 1 : 0);
    long most = send.sent() + (finishSent ? 1 : 0);
    return received >= least && received <= most;
  }

  private static boolean isLimit(long limit, long received) {
    return limit <= received + CircuitLimits.MAX_WINDOW;
  }

  // How it ends.

  /// Ended by the far end or by circumstances.
  void fail(Reason reason) {
    end(reason);
    detach();
    listener.onReset(reason);
  }

  /// Ended with the whole circuit by this end's own wish.
  void drop(Reason reason) {
    end(reason);
    detach();
  }

  void endIfComplete() {
    if (isComplete()) {
      complete();
    }
  }

  private boolean isComplete() {
    return !ended && finishAcknowledged && receive.isFinished() && pending == 0;
  }

  private void complete() {
    end(Reason.DONE);
    detach();
    listener.onEnded();
  }

  private void end(Reason reason) {
    ended = true;
    endReason = reason;
    send.clear();
    if (registry != null) {
      registry.onEnded(this, reason);
    }
  }

  /// Calls the listener when the buffer it found full has room again.
  void tellWritable() {
    if (hasRoomToTell()) {
      wantsRoom = false;
      listener.onWritable();
    }
  }

  /// Whether [#tellWritable] or [#endIfComplete] would do something.
  boolean mustBeTold() {
    return hasRoomToTell() || isComplete();
  }

  private boolean hasRoomToTell() {
    return wantsRoom && room() >= (account.isShort() ? 1 : limits.maxUnsentBytes() / 2);
  }

  // What goes into cells.

  @Override
  int writeControl(byte[] array, int start, int end, long now) {
    int at = start;
    if ((pending & OPEN) != 0) {
      at = writeOpen(array, at, end, now);
      if ((pending & OPEN) != 0) {
        return at;
      }
    }
    if ((pending & RESUMED) != 0 && end - at >= Message.HEADER + 16) {
      at = writeProgress(Message.RESUMED, array, at);
      pending &= ~(RESUMED | ACK | ACK_NOW);
    }
    if ((pending & (RESUMED | CONNECTED)) == CONNECTED && end - at > Message.HEADER) {
      at = Message.head(array, at, Message.CONNECTED, 0, 1, id);
      array[at++] = (byte) family;
      pending &= ~CONNECTED;
    }
    if ((pending & (ACK | ACK_NOW)) != 0
        && (pending & RESUMED) == 0
        && end - at >= Message.HEADER + 16) {
      at = writeProgress(Message.ACK, array, at);
      pending &= ~(ACK | ACK_NOW);
    }
    if ((pending & END) != 0 && end - at > Message.HEADER) {
      boolean refused = !atClient && !connected;
      at = Message.head(array, at, refused ? Message.REFUSED : Message.RESET, 0, 1, id);
      array[at++] = (byte) endReason.code();
      pending &= ~END;
      detach();
    }
    return at;
  }

  private int writeProgress(int type, byte[] array, int start) {
    int at = Message.head(array, start, type, 0, 16, id);
    BigEndian.putI64(array, at, receive.acknowledged());
    BigEndian.putI64(array, at + 8, receive.grant(!account.isShort()));
    return at + 16;
  }

  private int writeOpen(byte[] array, int start, int end, long now) {
    return confirmed ? writeResume(array, start, end) : writeBegin(array, start, end, now);
  }

  private int writeBegin(byte[] array, int start, int end, long now) {
    int fixed = Message.BEGIN_FIXED + (part == null ? 0 : Part.LENGTH);
    int length = fixed + TargetCodec.length(target);
    if (end - start < Message.HEADER + length) {
      return start;
    }
    open();
    int flags = begun ? Message.FLAG_AGAIN : 0;
    int at = Message.head(array, start, Message.BEGIN, flags, length, id);
    key.encode(array, at);
    array[at + StreamKey.LENGTH] =
        (byte) (part == null ? Message.PROTOCOL_TCP : Message.PROTOCOL_TCP_PART);
    BigEndian.putI64(array, at + StreamKey.LENGTH + 1, receive.grant(!account.isShort()));
    if (!begun) {
      begun = true;
      begunAt = now;
    }
    if (part != null) {
      part.encode(array, at + Message.BEGIN_FIXED);
    }
    return TargetCodec.write(target, array, at + fixed);
  }

  private int writeResume(byte[] array, int start, int end) {
    if (end - start < Message.HEADER + StreamKey.LENGTH + 16) {
      return start;
    }
    open();
    int at = Message.head(array, start, Message.RESUME, 0, StreamKey.LENGTH + 16, id);
    key.encode(array, at);
    BigEndian.putI64(array, at + StreamKey.LENGTH, receive.acknowledged());
    BigEndian.putI64(array, at + StreamKey.LENGTH + 8, receive.grant(!account.isShort()));
    return at + StreamKey.LENGTH + 16;
  }

  private void open() {
    if (circuit != null) {
      circuit.number(this);
    }
    pending &= ~(OPEN | ACK | ACK_NOW);
    offerTurn();
  }

  @Override
  boolean wantsTurn() {
    return circuit != null
        && !ended
        && !awaitsResumed
        && (pending & (OPEN | RESUMED)) == 0
        && (mayFinish() || sendable() > 0);
  }

  private boolean mayFinish() {
    return finishing && !finishSent && send.unsent() == 0;
  }

  /// Bytes that may be sent now: queued, granted by the peer, and not more under way than our own
  /// window.
  private long sendable() {
    long limit = Math.min(peerLimit, send.acknowledged() + limits.maxWindowBytes());
    return Math.min(send.unsent(), limit - send.sent());
  }

  @Override
  int turnBytes() {
    return Message.DATA_OVERHEAD + (int) Math.min(sendable(), 1 << 20);
  }

  @Override
  int writeData(byte[] array, int start, int end) {
    int at = start;
    int count = (int) Math.min(sendable(), end - at - Message.DATA_OVERHEAD);
    if (count > 0) {
      long offset = send.sent();
      boolean limited = offset + count == peerLimit && send.unsent() > count;
      int flags = limited ? Message.FLAG_LIMITED : 0;
      at = Message.head(array, at, Message.DATA, flags, 8 + count, id);
      BigEndian.putI64(array, at, offset);
      send.send(array, at + 8, count);
      at += 8 + count;
    }
    if (mayFinish() && end - at >= Message.HEADER + 8) {
      at = Message.head(array, at, Message.FIN, 0, 8, id);
      BigEndian.putI64(array, at, send.end());
      at += 8;
      finishSent = true;
    }
    return at;
  }

  /// Redacted: where a stream goes stays out of logs.
  @Override
  public String toString() {
    return "StreamEnd[" + id + (ended ? ", ended " + endReason : "") + "]";
  }
}
