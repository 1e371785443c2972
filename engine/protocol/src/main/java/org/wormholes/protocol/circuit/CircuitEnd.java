package org.wormholes.protocol.circuit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;

/// One end of a circuit: turns streams, datagram flows and questions into the payloads of cells,
/// and back (`spec/protocol/circuit.md`). The onion below it is reliable and in order; nothing is
/// sent twice on one circuit.
///
/// It is pulled: the driver asks [#ready], picks a cell size with [#prefersLarge], and lets [#fill]
/// write the payload. What arrives goes to [#onPayload]. Times are nanoseconds of one monotonic
/// clock; [#deadline] says when `ready` becomes true by the passing of time alone. Belongs to one
/// thread. No allocation per cell.
public final class CircuitEnd {
  /// Room in a cell below which data is not worth its header.
  private static final int LEAST_ROOM = Message.DATA_OVERHEAD + 16;

  /// What goes before questions and answers in a cell: CIRCUIT_ACK, PONG, PING and CLOSE.
  private static final int AHEAD = 61;

  private static final Entropy NO_ENTROPY =
      out -> {
        throw new IllegalStateException("an exit chooses no keys");
      };

  private final boolean atClient;
  private final CircuitLimits limits;
  private final ChunkPool pool;
  private final MemoryAccount account;
  private final Entropy entropy;
  private final CircuitListener listener;

  private final ChannelTable table = new ChannelTable();
  private final ChannelList urgent = new ChannelList();
  private final ChannelList lazy = new ChannelList();
  private final Rotation rotation = new Rotation();
  private final Questions questions;
  private final Congestion congestion;
  private final Acknowledger acknowledger = new Acknowledger();
  private final MessageReader reader = new MessageReader();

  /// Streams to look at again once a cell is full.
  private final ArrayDeque<StreamEnd> touched = new ArrayDeque<>();

  private CellChoice cells = CellChoice.AUTOMATIC;
  private int lastId;
  private int streams;
  private int flows;
  private long clock;
  private boolean announced;
  private boolean filling;
  private boolean closed;
  private @Nullable Reason closing;

  private boolean pingWaits;
  private boolean pingUnderWay;
  private long pingNumber;
  private long pingSentAt;
  private boolean pongWaits;
  private long pongNumber;

  private CircuitEnd(
      boolean atClient,
      CircuitLimits limits,
      ChunkPool pool,
      MemoryAccount account,
      Entropy entropy,
      CircuitListener listener) {
    this.atClient = atClient;
    this.limits = limits;
    this.pool = pool;
    this.account = account;
    this.entropy = entropy;
    this.listener = listener;
    this.questions = new Questions(account);
    this.congestion = new Congestion(limits.maxCongestionBytes());
  }

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
    return new CircuitEnd(true, limits, pool, account, entropy, listener);
  }

  /// The end at the exit, which accepts them.
  public static CircuitEnd exit(
      CircuitLimits limits, ChunkPool pool, MemoryAccount account, CircuitListener listener) {
    return new CircuitEnd(false, limits, pool, account, NO_ENTROPY, listener);
  }

  // What the engine asks for.

  /// Client: opens a stream. Bytes may be offered at once and travel with the opening message.
  ///
  /// @throws IllegalStateException when the circuit is closed or carries as many streams as it may
  ///   ([#hasRoom])
  public StreamEnd open(Target target, StreamListener streamListener) {
    return open(target, null, streamListener);
  }

  /// Client: opens a stream that is one part of a split flow, or, without a part, a whole one.
  /// Nothing may be offered to a part before it is connected.
  ///
  /// @throws IllegalStateException as for [#open(Target, StreamListener)]
  public StreamEnd open(Target target, @Nullable Part part, StreamListener streamListener) {
    checkRoom();
    StreamKey key = StreamKey.of(entropy.bytes(StreamKey.LENGTH), 0);
    StreamEnd stream =
        new StreamEnd(true, key, target, part, CircuitLimits.INITIAL_WINDOW, limits, pool, account);
    stream.listener(streamListener);
    streams++;
    stream.join(this, clock);
    return stream;
  }

  /// Client: goes on with a detached stream over this circuit, which must lead to the same exit.
  /// When the exit does not know it any more, `onReset` follows; at once, when the exit never
  /// answered and so much time has passed that it may have forgotten.
  ///
  /// @throws IllegalStateException as for [#open], or when the stream is attached or has ended
  public void attach(StreamEnd stream, long now) {
    checkRoom();
    if (stream.circuit != null || stream.isEnded()) {
      throw new IllegalStateException("only a detached stream can be attached");
    }
    clock = now;
    streams++;
    stream.move(this, 0);
    stream.join(this, now);
  }

  /// Client: opens a datagram flow.
  ///
  /// @throws IllegalStateException when the circuit is closed or carries as many flows as it may
  public DatagramEnd openDatagrams(DatagramListener flowListener) {
    checkClient();
    if (isClosed() || flows >= limits.maxDatagramFlows()) {
      throw new IllegalStateException("circuit has no room for another datagram flow");
    }
    DatagramEnd flow = new DatagramEnd(this, true);
    flow.listener(flowListener);
    flows++;
    flow.mark(Channel.OPEN);
    return flow;
  }

  /// Client: asks the exit for the addresses of a name.
  ///
  /// @param family 4, 6, or 0 for both
  /// @return the number that the answer will carry, or -1 when [CircuitLimits#MAX_RESOLVES]
  ///   questions wait already or the circuit is closed
  public int resolve(Host.Name name, int family) {
    checkClient();
    if (family != 0 && family != 4 && family != 6) {
      throw new IllegalArgumentException("family must be 0, 4 or 6, was " + family);
    }
    int query = isClosed() ? -1 : questions.ask(name, family);
    wake();
    return query;
  }

  /// Client: asks the exit for records.
  ///
  /// @return as [#resolve]; both kinds of questions are counted together
  public int ask(NameQuestion question) {
    checkClient();
    int query = isClosed() ? -1 : questions.ask(question);
    wake();
    return query;
  }

  /// Exit: answers a question for addresses; at most 16 are sent. An empty list says that the name
  /// exists and has none of that family. Answers nobody waits for are ignored.
  ///
  /// @param addresses without names
  /// @param timeToLive how long the client may remember it, at most a day
  public void resolved(int query, List<Host> addresses, Duration timeToLive) {
    questions.answer(query, Reason.DONE, addresses, timeToLive);
    wake();
  }

  /// Exit: answers a question for records with a message of DNS. One that no cell of this circuit
  /// holds is an answer of `LIMIT`.
  public void answered(int query, byte[] message, Duration timeToLive) {
    int most =
        cells == CellChoice.SMALL
            ? Cells.SMALL_PAYLOAD - AHEAD - Message.HEADER - Message.ANSWER_FIXED
            : CircuitLimits.MAX_DATAGRAM;
    if (message.length == 0 || message.length > most) {
      unresolved(query, Reason.LIMIT, Duration.ZERO);
      return;
    }
    questions.answer(query, Reason.DONE, message, timeToLive);
    wake();
  }

  /// Exit: answers any question in the negative.
  ///
  /// @param timeToLive how long the client may remember it, at most a day
  public void unresolved(int query, Reason reason, Duration timeToLive) {
    questions.fail(query, reason == Reason.DONE ? Reason.NAME_FAILED : reason, timeToLive);
    wake();
  }

  /// Asks the far end for a sign of life; [CircuitListener#onPong] follows. One at a time, more are
  /// ignored.
  public void ping() {
    if (!pingUnderWay) {
      pingWaits = true;
      wake();
    }
  }

  /// Ends the circuit in order: everything still on it is dropped (no listener of a stream or flow
  /// is called), a last message tells the far end. Pull until [#ready] is false, then destroy the
  /// circuit.
  public void close(Reason reason) {
    if (isClosed()) {
      return;
    }
    closing = reason;
    for (Channel channel : everything()) {
      switch (channel) {
        case StreamEnd stream -> stream.drop(reason);
        case DatagramEnd flow -> flow.drop();
        case StreamClaim claim -> remove(claim);
      }
    }
    questions.clear();
    wake();
  }

  /// The circuit is gone (destroyed by a hop, its link lost). Streams are detached and returned, to
  /// be attached to another circuit or put into the [OrphanRegistry]; datagram flows and questions
  /// end with `LOST`.
  public List<StreamEnd> lost() {
    List<StreamEnd> left = new ArrayList<>();
    closed = true;
    for (Channel channel : everything()) {
      switch (channel) {
        case StreamEnd stream -> {
          stream.detach();
          if (!stream.isEnded()) {
            left.add(stream);
          }
        }
        case DatagramEnd flow -> flow.onClosed(Reason.LOST);
        case StreamClaim claim -> remove(claim);
      }
    }
    forgetQuestions(Reason.LOST);
    return left;
  }

  private void forgetQuestions(Reason reason) {
    for (int query : questions.clear()) {
      if (atClient) {
        listener.onUnresolved(query, reason, Duration.ZERO);
      }
    }
  }

  /// Everything with a number, and what still waits for one.
  private List<Channel> everything() {
    List<Channel> all = table.all();
    for (ChannelList.Node node = urgent.first(); node != null; node = node.next()) {
      if (node.channel.id == 0) {
        all.add(node.channel);
      }
    }
    return all;
  }

  /// Forces a size of cell.
  public void cells(CellChoice choice) {
    cells = choice;
  }

  /// The size of cell that is asked for.
  public CellChoice cells() {
    return cells;
  }

  private void checkRoom() {
    checkClient();
    if (!hasRoom()) {
      throw new IllegalStateException("circuit has no room for another stream");
    }
  }

  private void checkClient() {
    if (!atClient) {
      throw new IllegalStateException("only a client opens and asks");
    }
  }

  // What the engine sees.

  /// Whether another stream may be opened or attached.
  public boolean hasRoom() {
    return !isClosed() && streams < limits.maxStreams() && lastId < Integer.MAX_VALUE;
  }

  /// Whether the circuit was closed by either end, or lost.
  public boolean isClosed() {
    return closed || closing != null;
  }

  /// Whether everything that the congestion window allows is under way.
  public boolean isCongested() {
    return !congestion.isOpen();
  }

  /// Streams on the circuit, claims included.
  public int streams() {
    return streams;
  }

  /// Bytes that streams want to send. Walks the streams.
  public long unsentBytes() {
    long sum = 0;
    for (Channel channel : everything()) {
      sum += channel instanceof StreamEnd stream ? stream.unsentBytes() : 0;
    }
    return sum;
  }

  /// When the oldest byte held by any stream of the circuit was offered, `Long.MAX_VALUE` if none
  /// is. Walks the streams.
  public long oldestQueuedAt() {
    long oldest = Long.MAX_VALUE;
    for (Channel channel : everything()) {
      if (channel instanceof StreamEnd stream) {
        oldest = Math.min(oldest, stream.oldestQueuedAt());
      }
    }
    return oldest;
  }

  /// Smoothed round-trip time in nanoseconds, 0 before the first sample.
  public long roundTripNanos() {
    return congestion.roundTrip();
  }

  /// Bytes of payload under way that the far end has not acknowledged.
  public long inFlightBytes() {
    return congestion.inFlight();
  }

  /// Bytes of payload that may be under way.
  public long congestionWindowBytes() {
    return congestion.window();
  }

  // What the channels need.

  /// The latest time that the driver mentioned.
  long clock() {
    return clock;
  }

  CircuitLimits limits() {
    return limits;
  }

  ChunkPool pool() {
    return pool;
  }

  MemoryAccount account() {
    return account;
  }

  /// Gives the channel the next number, because its opening message is being written.
  void number(Channel channel) {
    channel.id = ++lastId;
    table.put(channel);
  }

  void onMarked(Channel channel) {
    ChannelList list = channel.isUrgent() ? urgent : lazy;
    if (list == urgent || !channel.controlNode.isIn()) {
      channel.controlNode.leave();
      list.add(channel.controlNode);
    }
    wake();
  }

  void onTurnWanted(Channel channel) {
    rotation.join(channel, clock);
    wake();
  }

  /// Takes a channel off the circuit.
  void remove(Channel channel) {
    channel.circuit = null;
    channel.pending = 0;
    channel.controlNode.leave();
    channel.turnNode.leave();
    table.remove(channel);
    if (channel instanceof DatagramEnd) {
      flows--;
    } else {
      streams--;
    }
  }

  /// A claim was answered with a stream that goes on here.
  void replace(StreamClaim claim, StreamEnd stream) {
    stream.move(this, claim.id);
    table.put(stream);
    stream.sayResumed();
  }

  /// A claim was answered with a new stream.
  void openAnew(StreamClaim claim, Target target, @Nullable Part part) {
    StreamEnd stream =
        new StreamEnd(false, claim.key(), target, part, claim.peerLimit, limits, pool, account);
    replace(claim, stream);
    listener.onStream(stream, target);
  }

  /// Tells the driver once that there is something to send.
  private void wake() {
    if (!announced && !filling && hasSomething(clock)) {
      announced = true;
      listener.onReady();
    }
  }

  // Sending.

  /// Whether [#fill] has something to write now.
  public boolean ready(long now) {
    clock = now;
    announced = hasSomething(now);
    return announced;
  }

  private boolean hasSomething(long now) {
    return !closed
        && (closing != null
            || pingWaits
            || pongWaits
            || !urgent.isEmpty()
            || !questions.isEmpty()
            || acknowledger.isDue(now)
            || (congestion.isOpen() && !rotation.isEmpty()));
  }

  /// When [#ready] turns true although nothing happens (a delayed acknowledgement),
  /// `Long.MAX_VALUE` for never. May move after each call into the circuit; a timer that fires
  /// early is harmless.
  public long deadline() {
    return closed ? Long.MAX_VALUE : acknowledger.deadline();
  }

  /// Whether the next cell should be a large one.
  public boolean prefersLarge() {
    return switch (cells) {
      case SMALL -> false;
      case LARGE -> true;
      case AUTOMATIC ->
          questions.nextBytes() > Cells.SMALL_PAYLOAD - AHEAD
              || (congestion.isOpen() && rotation.wantsMoreThan(Cells.SMALL_PAYLOAD - LEAST_ROOM));
    };
  }

  /// Writes the payload of the next cell.
  ///
  /// @param capacity bytes from `offset` that the cell holds, at least 512; the set-up cell's early
  ///   payload, and its reply's, count as cells
  /// @return the bytes used, 0 when there was nothing and the cell must not be sent; the rest up to
  ///   `capacity` is zeroed
  public int fill(byte[] array, int offset, int capacity, long now) {
    clock = now;
    if (closed) {
      announced = false;
      return 0;
    }
    filling = true;
    int end = offset + capacity;
    int at = writeCircuit(array, offset, end, now);
    if (!closed) {
      at = writeControl(urgent, array, at, end, now);
      at = writeControl(lazy, array, at, end, now);
      at = congestion.isOpen() ? writeTurns(array, at, end, now) : at;
    }
    filling = false;
    if (at == offset) {
      announced = false;
      return 0;
    }
    Arrays.fill(array, at, end, (byte) 0);
    if (isEliciting(array, offset, at)) {
      congestion.onSent(capacity, now);
    }
    settleTouched();
    return at - offset;
  }

  /// Messages of the circuit as a whole.
  private int writeCircuit(byte[] array, int start, int end, long now) {
    int at = start;
    if (acknowledger.isWaiting()) {
      at = Message.head(array, at, Message.CIRCUIT_ACK, 0, 12, 0);
      BigEndian.putI64(array, at, acknowledger.cells());
      BigEndian.putI32(array, at + 8, acknowledger.delayMicros(now));
      at += 12;
      acknowledger.onSent();
    }
    if (pongWaits) {
      at = writeNumber(Message.PONG, pongNumber, array, at);
      pongWaits = false;
    }
    if (pingWaits) {
      at = writeNumber(Message.PING, ++pingNumber, array, at);
      pingSentAt = now;
      pingWaits = false;
      pingUnderWay = true;
    }
    if (closing != null) {
      at = Message.head(array, at, Message.CLOSE, 0, 1, 0);
      array[at++] = (byte) closing.code();
      closed = true;
    }
    return questions.write(array, at, end);
  }

  private static int writeNumber(int type, long number, byte[] array, int start) {
    int at = Message.head(array, start, type, 0, 8, 0);
    BigEndian.putI64(array, at, number);
    return at + 8;
  }

  /// What channels have to say, as far as it fits.
  private int writeControl(ChannelList list, byte[] array, int start, int end, long now) {
    int at = start;
    ChannelList.Node node = list.first();
    while (node != null) {
      ChannelList.Node next = node.next();
      Channel channel = node.channel;
      at = channel.writeControl(array, at, end, now);
      if (channel.pending != 0) {
        // The cell is full, or only the less urgent part is left: it stays first in line.
        return at;
      }
      node.leave();
      touch(channel);
      node = next;
    }
    return at;
  }

  private int writeTurns(byte[] array, int start, int end, long now) {
    int at = start;
    while (end - at >= LEAST_ROOM) {
      Channel channel = rotation.next();
      if (channel == null) {
        return at;
      }
      int wrote = channel.writeData(array, at, end) - at;
      if (wrote == 0 && !makeFit(channel, at == start)) {
        return at;
      }
      at += wrote;
      rotation.took(channel, wrote, now);
      touch(channel);
    }
    return at;
  }

  /// A datagram that does not even fit an otherwise empty small cell is dropped when there will be
  /// no larger one.
  ///
  /// @return whether something was dropped
  private boolean makeFit(Channel channel, boolean nothingBefore) {
    if (cells == CellChoice.SMALL && nothingBefore && channel instanceof DatagramEnd flow) {
      flow.dropHead();
      return true;
    }
    return false;
  }

  private void touch(Channel channel) {
    if (channel instanceof StreamEnd stream && stream.mustBeTold()) {
      touched.add(stream);
    }
  }

  private void settleTouched() {
    for (StreamEnd stream = touched.poll(); stream != null; stream = touched.poll()) {
      stream.tellWritable();
      stream.endIfComplete();
    }
  }

  private static boolean isEliciting(byte[] array, int start, int end) {
    int at = start;
    while (at < end) {
      if (Message.isEliciting(array[at])) {
        return true;
      }
      at += Message.HEADER + BigEndian.u16(array, at + 2);
    }
    return false;
  }

  // Receiving.

  /// Takes in the payload of a cell that arrived.
  ///
  /// @throws WireException when the far end broke the protocol; the circuit must then be destroyed
  public void onPayload(byte[] array, int offset, int length, long now) throws WireException {
    clock = now;
    if (isClosed()) {
      return;
    }
    boolean eliciting = false;
    reader.start(array, offset, length);
    while (reader.next()) {
      eliciting |= Message.isEliciting(reader.type());
      onMessage(now);
      if (isClosed()) {
        return;
      }
    }
    if (eliciting) {
      acknowledger.onCell(length, now);
    }
    wake();
  }

  private void onMessage(long now) throws WireException {
    int type = reader.type();
    switch (type) {
      case Message.CIRCUIT_ACK ->
          congestion.onAck(reader.int64(0), 1_000L * (reader.int32(8) & 0x7fff_ffff), now);
      case Message.PING -> {
        pongWaits = true;
        pongNumber = reader.int64(0);
      }
      case Message.PONG -> onPong(now);
      case Message.CLOSE -> onClose(reader.reason());
      case Message.BEGIN -> onBegin();
      case Message.RESUME -> onResume();
      case Message.DATAGRAM_OPEN -> onDatagramOpen();
      case Message.RESOLVE -> onResolve();
      case Message.RESOLVED -> onResolved();
      case Message.ASK -> onAsk();
      case Message.ANSWER -> onAnswer();
      default -> onChannelMessage(type);
    }
  }

  private void onPong(long now) throws WireException {
    if (!pingUnderWay || reader.int64(0) != pingNumber) {
      throw new WireException("answer to a ping that was not sent");
    }
    pingUnderWay = false;
    listener.onPong(now - pingSentAt);
  }

  private void onClose(Reason reason) {
    closed = true;
    for (Channel channel : everything()) {
      switch (channel) {
        case StreamEnd stream -> stream.onReset(reason == Reason.DONE ? Reason.LOST : reason);
        case DatagramEnd flow -> flow.onClosed(reason);
        case StreamClaim claim -> remove(claim);
      }
    }
    forgetQuestions(reason);
    listener.onClosed(reason);
  }

  private void checkIs(boolean client, String what) throws WireException {
    if (atClient != client) {
      throw new WireException((atClient ? "exit" : "client") + " sends " + what);
    }
  }

  /// The number of a channel that the client opens: one more than the last.
  private int newId() throws WireException {
    // circuit.md, "Numbers": "The client counts channels from 1, without a gap."
    if (reader.stream() != lastId + 1) {
      throw new WireException("channel must be " + (lastId + 1) + ", was " + reader.stream());
    }
    // Twice, because those that were turned away still wait for their answer to be sent.
    if (table.size() >= 2L * (limits.maxStreams() + limits.maxDatagramFlows())) {
      throw new WireException("more channels than the circuit may carry");
    }
    return ++lastId;
  }

  private void onBegin() throws WireException {
    checkIs(false, "BEGIN");
    int id = newId();
    byte[] array = reader.array();
    int body = reader.body();
    StreamKey key = StreamKey.of(array, body);
    long limit = reader.offset(StreamKey.LENGTH + 1);
    if (limit > CircuitLimits.MAX_WINDOW) {
      throw new WireException("first window of " + limit + " bytes");
    }
    int protocol = reader.uint8(StreamKey.LENGTH);
    Part part = protocol == Message.PROTOCOL_TCP_PART ? part(body + Message.BEGIN_FIXED) : null;
    int fixed = Message.BEGIN_FIXED + (part == null ? 0 : Part.LENGTH);
    int targetAt = body + fixed;
    int targetRoom = reader.length() - fixed;
    int targetLength = TargetCodec.measure(array, targetAt, targetRoom);
    if (targetLength != targetRoom) {
      throw new WireException("bytes after the target");
    }
    Target target = TargetCodec.read(array, targetAt, targetLength);
    boolean again = reader.has(Message.FLAG_AGAIN);
    boolean isTcp = protocol == Message.PROTOCOL_TCP || part != null;
    StreamClaim claim = claim(id, key, 0, limit, target, part);
    if (!isTcp) {
      claim.gone(Reason.UNSUPPORTED);
    } else if (streams > limits.maxStreams()) {
      claim.gone(Reason.LIMIT);
    } else if (again) {
      listener.onClaim(claim);
    } else {
      begin(claim, target, part);
    }
  }

  private Part part(int at) throws WireException {
    if (reader.length() < Message.BEGIN_FIXED + Part.LENGTH + TargetCodec.MIN_LENGTH) {
      throw new WireException("BEGIN of a part of " + reader.length() + " bytes");
    }
    return Part.decode(reader.array(), at);
  }

  private void begin(StreamClaim claim, Target target, @Nullable Part part) {
    StreamEnd stream =
        new StreamEnd(false, claim.key(), target, part, claim.peerLimit, limits, pool, account);
    stream.move(this, claim.id);
    table.put(stream);
    listener.onStream(stream, target);
  }

  private void onResume() throws WireException {
    checkIs(false, "RESUME");
    int id = newId();
    StreamKey key = StreamKey.of(reader.array(), reader.body());
    long received = reader.offset(StreamKey.LENGTH);
    long limit = reader.offset(StreamKey.LENGTH + 8);
    StreamClaim claim = claim(id, key, received, limit, null, null);
    if (streams > limits.maxStreams()) {
      claim.gone(Reason.LIMIT);
    } else {
      listener.onClaim(claim);
    }
  }

  private StreamClaim claim(
      int id,
      StreamKey key,
      long received,
      long limit,
      @Nullable Target target,
      @Nullable Part part) {
    StreamClaim claim = new StreamClaim(this, id, key, received, limit, target, part);
    table.put(claim);
    streams++;
    return claim;
  }

  private void onDatagramOpen() throws WireException {
    checkIs(false, "DATAGRAM_OPEN");
    int id = newId();
    DatagramEnd flow = new DatagramEnd(this, false);
    flow.id = id;
    table.put(flow);
    flows++;
    if (flows > limits.maxDatagramFlows()) {
      flow.close(Reason.LIMIT);
    } else {
      listener.onDatagramFlow(flow);
    }
  }

  private void onResolve() throws WireException {
    checkIs(false, "RESOLVE");
    int family = reader.uint8(0);
    if (family != 0 && family != 4 && family != 6) {
      throw new WireException("family must be 0, 4 or 6, was " + family);
    }
    Host.Name name = TargetCodec.readName(reader.array(), reader.body() + 1, reader.length() - 1);
    questions.onResolve(reader.stream());
    listener.onResolve(reader.stream(), name, family);
  }

  private void onResolved() throws WireException {
    checkIs(true, "RESOLVED");
    int query = reader.stream();
    Questions.Addresses answer = questions.onAddresses(query, body());
    if (answer.reason() == Reason.DONE) {
      listener.onResolved(query, answer.addresses(), answer.timeToLive());
    } else {
      listener.onUnresolved(query, answer.reason(), answer.timeToLive());
    }
  }

  private void onAsk() throws WireException {
    checkIs(false, "ASK");
    int query = reader.stream();
    listener.onAsk(query, questions.onAsk(query, reader.array(), reader.body(), reader.length()));
  }

  private void onAnswer() throws WireException {
    checkIs(true, "ANSWER");
    int query = reader.stream();
    Questions.Records answer = questions.onRecords(query, body());
    if (answer.reason() == Reason.DONE) {
      listener.onAnswered(query, answer.message().toArray(), answer.timeToLive());
    } else {
      listener.onUnresolved(query, answer.reason(), answer.timeToLive());
    }
  }

  private WireReader body() {
    return new WireReader(reader.array(), reader.body(), reader.length());
  }

  private void onChannelMessage(int type) throws WireException {
    Channel channel = table.find(reader.stream());
    switch (channel) {
      case null -> {
        // A channel that this end has closed already; the far end did not know yet.
        if (reader.stream() > lastId) {
          throw new WireException("message " + type + " for a channel that was never opened");
        }
      }
      case StreamEnd stream -> onStreamMessage(stream, type);
      case DatagramEnd flow -> onFlowMessage(flow, type);
      case StreamClaim claim -> onClaimMessage(claim, type);
    }
  }

  private void onStreamMessage(StreamEnd stream, int type) throws WireException {
    switch (type) {
      case Message.DATA ->
          stream.onData(
              reader.array(), reader.body(), reader.length(), reader.has(Message.FLAG_LIMITED));
      case Message.ACK -> stream.onAcknowledged(reader.offset(0), reader.offset(8));
      case Message.FIN -> stream.onFinish(reader.offset(0));
      case Message.RESET -> stream.onReset(reader.reason());
      case Message.CONNECTED -> {
        checkIs(true, "CONNECTED");
        stream.onConnected(family());
      }
      case Message.REFUSED -> {
        checkIs(true, "REFUSED");
        stream.onRefused(reader.reason());
      }
      case Message.RESUMED -> {
        checkIs(true, "RESUMED");
        stream.onResumed(reader.offset(0), reader.offset(8));
      }
      default -> throw new WireException("message " + type + " on a stream");
    }
  }

  private int family() throws WireException {
    int family = reader.uint8(0);
    if (family != 0 && family != 4 && family != 6) {
      throw new WireException("family must be 0, 4 or 6, was " + family);
    }
    return family;
  }

  private void onFlowMessage(DatagramEnd flow, int type) throws WireException {
    switch (type) {
      case Message.DATAGRAM -> flow.onDatagram(reader.array(), reader.body(), reader.length());
      case Message.DATAGRAM_CLOSE -> flow.onClosed(reader.reason());
      default -> throw new WireException("message " + type + " on a datagram flow");
    }
  }

  private void onClaimMessage(StreamClaim claim, int type) throws WireException {
    // circuit.md, "Resumption": "Until RESUMED has come the client sends nothing but RESET."
    if (type != Message.RESET && claim.isOpen()) {
      throw new WireException("message " + type + " on a stream that is only claimed");
    }
    if (type == Message.RESET) {
      remove(claim);
    }
  }

  @Override
  public String toString() {
    return (atClient ? "client" : "exit") + " CircuitEnd[" + streams + " streams]";
  }
}
