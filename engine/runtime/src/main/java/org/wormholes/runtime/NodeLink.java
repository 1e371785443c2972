package org.wormholes.runtime;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.link.FrameSink;
import org.wormholes.protocol.link.LinkHandshake;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.link.LinkSession;
import org.wormholes.protocol.link.ResendBuffer;
import org.wormholes.protocol.wire.ByteSink;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.Loop;

/// Drives one link: carries bytes between a connection and the link's machines, and hands cells to
/// the circuits they belong to. Circuits that have something to send take turns, a cell each.
///
/// Life: dialing (only ours) → handshake → admission (to which network it belongs) → open → closed.
/// Belongs to one loop.
final class NodeLink implements ConnectionHandler, FrameSink, Shard.Flushable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeLink.class);

  static final Duration DIAL_TIMEOUT = Duration.ofSeconds(5);
  static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);
  static final Duration PING_EVERY = Duration.ofSeconds(10);

  /// The first pings follow each other faster: the very first waits behind the link's own opening.
  private static final Duration FIRST_PINGS_EVERY = Duration.ofMillis(150);

  private static final int FIRST_PINGS = 4;

  /// A link that answers no ping for this long is lost.
  static final Duration SILENCE = Duration.ofSeconds(30);

  /// How the link of a guest ends that has become a member.
  static final String VISITED = "the visit is over";

  private static final int MAX_CIRCUITS = 16_384;

  /// Circuits that one neighbour may ask for a second, and at once: each costs a third of a
  /// millisecond.
  private static final int SETUPS_A_SECOND = 500;

  private static final int SETUPS_AT_ONCE = 2_000;

  /// Accepted links of one loop that have not finished their handshake.
  private static final int MAX_STRANGERS = 512;

  /// What may wait for a peer that asks and does not read; cells alone never come near it.
  private static final long MAX_UNSENT_BYTES = 16 << 20;

  private enum State {
    DIALING,
    HANDSHAKE,
    ADMISSION,
    OPEN,
    CLOSED
  }

  final Shard shard;
  private final @Nullable NodeId dialed;
  private String carrier;

  /// Where this link belongs: known from the start where we dialled, for a guest never.
  private @Nullable NetworkHost network;

  /// What is said before the link is open.
  private @Nullable LinkAdmission admission;

  /// What a guest came for.
  private LinkAdmission.@Nullable Visit visit;

  /// Brings this link elsewhere when its connection dies; only where we dialled.
  private @Nullable LinkMover mover;

  /// What the first bytes of an accepted connection are, until that is clear.
  private @Nullable LinkArrival arrival;

  /// The attempt to move this link that is looked out for next; only where the peer dialled.
  private int nextMove;

  private final ResendBuffer unheard;
  private final List<Map.Entry<String, String>> ways = new ArrayList<>();

  /// Where the peer listens on the carriers that were not tried yet.
  private final ArrayDeque<Map.Entry<String, String>> untried = new ArrayDeque<>();

  private final CircuitTable<LinkCircuit> circuits = new CircuitTable<>();
  private final ArrayDeque<LinkCircuit> turn = new ArrayDeque<>();
  private final List<OpenListener> waiting = new ArrayList<>();
  private State state;
  private @Nullable Connection connection;
  private @Nullable LinkHandshake handshake;
  private @Nullable LinkSession session;
  private @Nullable ByteSink toCarrier;
  private final TokenBucket setups;
  private boolean flushAsked;
  private long roundTripNanos;
  private long pingSentAt;
  private int pingsSent;
  private long heardAt;
  private Loop.@Nullable Cancellable timer;
  private String failure = "";

  private boolean saysName = true;

  /// Pipes to others that the peer has open through this node; counted by [PipeRelay].
  int relayedPipes;

  /// What became of the carriers tried so far.
  private String refusals = "";

  private NodeLink(Shard shard, @Nullable NodeId dialed, String carrier, State state) {
    this.shard = shard;
    this.dialed = dialed;
    this.carrier = carrier;
    this.state = state;
    this.unheard = new ResendBuffer(shard.unheard, shard.node.memory::unheard);
    this.setups = new TokenBucket(SETUPS_A_SECOND, SETUPS_AT_ONCE, shard.now());
  }

  /// Who waits for a link to open hears of exactly one outcome, on the link's loop.
  interface OpenListener {
    void onOpen(NodeLink link);

    void onFailed(String why);
  }

  /// Dials a peer over the carriers that both sides have, one after the other until one connects.
  /// There is no other choice made behind the caller's back: no common carrier is a failed link.
  ///
  /// @param wanted what was asked for, to say so when it leads nowhere
  /// @param common those of it that this machine and the peer have
  static NodeLink dial(
      Shard shard,
      NetworkHost network,
      NodeId peer,
      Map<String, String> addresses,
      List<String> wanted,
      List<String> common) {
    if (!network.mayDial(peer)) {
      return failed(shard, peer, "this node is no friend");
    }
    if (common.isEmpty()) {
      return failed(shard, peer, "no carrier of " + wanted + " leads to this node");
    }
    NodeLink link = new NodeLink(shard, peer, common.getFirst(), State.DIALING);
    link.network = network;
    return link.dialed(addresses, common);
  }

  /// Calls a node of which this one is no member yet, as a guest.
  static NodeLink visit(
      Shard shard,
      NodeId host,
      Map<String, String> addresses,
      List<String> common,
      LinkAdmission.Visit visit) {
    NodeLink link = new NodeLink(shard, host, common.getFirst(), State.DIALING);
    link.visit = visit;
    return link.dialed(addresses, common);
  }

  private static NodeLink failed(Shard shard, NodeId peer, String why) {
    NodeLink link = new NodeLink(shard, peer, "", State.CLOSED);
    link.failure = why;
    return link;
  }

  private NodeLink dialed(Map<String, String> addresses, List<String> common) {
    for (String name : common) {
      untried.addLast(Map.entry(name, Objects.requireNonNull(addresses.get(name))));
    }
    ways.addAll(untried);
    dialNext();
    return this;
  }

  private void dialNext() {
    Map.Entry<String, String> next = untried.removeFirst();
    carrier = next.getKey();
    carrierTo(carrier).dial(shard.loop, next.getValue(), DIAL_TIMEOUT, new Dialing());
  }

  /// What brings bytes to the node that was dialed.
  Carrier carrierTo(String name) {
    return PipeCarrier.of(shard.node, network, Objects.requireNonNull(dialed), name).orElseThrow();
  }

  /// Serves a connection that a peer opened.
  static void accept(Shard shard, String carrier, Connection connection) {
    if (shard.strangers >= MAX_STRANGERS) {
      connection.abort();
      return;
    }
    shard.strangers++;
    NodeLink link = new NodeLink(shard, null, carrier, State.HANDSHAKE);
    link.handshake = LinkHandshake.responder(shard.node.key(), shard.node.entropy());
    link.arrival = new LinkArrival(shard.node.movableLinks());
    link.connected(connection);
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  /// The network it belongs to, and none other is spoken of on it.
  NetworkHost network() {
    NetworkHost known = network;
    if (known == null) {
      throw new IllegalStateException("the link is not admitted");
    }
    return known;
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  /// The node we dialed; empty for a link that was accepted.
  Optional<NodeId> dialedPeer() {
    return Optional.ofNullable(dialed);
  }

  /// The node at the other end, where it has proved who it is.
  Optional<NodeId> peer() {
    return dialed != null ? Optional.of(dialed) : session().peer();
  }

  String carrier() {
    return carrier;
  }

  /// What its carrier was chosen after: `carrier`, and where others were tried before, `refused`.
  Map<String, String> choice() {
    return refusals.isEmpty()
        ? Map.of("carrier", carrier)
        : Map.of("carrier", carrier, "refused", refusals);
  }

  LinkSession session() {
    LinkSession open = session;
    if (open == null) {
      throw new IllegalStateException("link is not open");
    }
    return open;
  }

  /// Whether it goes, or may come to go, through a relay: such a link is for peers only.
  boolean mayBeRelayed() {
    return carrier.equals(PipeCarrier.NAME)
        || ways.stream().anyMatch(way -> way.getKey().equals(PipeCarrier.NAME));
  }

  /// Whether the peer knows who we are.
  boolean saysName() {
    return saysName;
  }

  long roundTripNanos() {
    return roundTripNanos;
  }

  /// Gives back the memory of what the peer may lack: until it has all of it, the link cannot be
  /// moved.
  void forgetUnheard() {
    unheard.forget();
  }

  /// Whether the link is open and has no connection for now.
  boolean isCut() {
    return state == State.OPEN && connection == null;
  }

  /// Whether its connection belongs to an address that this machine no longer has.
  boolean isStranded() {
    Connection live = connection;
    return live != null && live.stranded();
  }

  /// How long nothing was heard.
  long silentNanos() {
    return shard.now() - heardAt;
  }

  /// How long the last question has waited for an answer, 0 when it has one.
  long unansweredNanos() {
    return pingSentAt > heardAt ? shard.now() - pingSentAt : 0;
  }

  List<LinkCircuit> circuits() {
    return circuits.all();
  }

  /// Circuits of others that come in by this link.
  int relayedCircuits() {
    return dialed == null ? circuits.size() : 0;
  }

  void whenOpen(OpenListener listener) {
    switch (state) {
      case OPEN -> listener.onOpen(this);
      case CLOSED -> listener.onFailed(failure);
      case DIALING, HANDSHAKE, ADMISSION -> waiting.add(listener);
    }
  }

  /// Adds a circuit; false when the link carries as many as it may, or the id is taken.
  boolean add(LinkCircuit circuit) {
    return circuits.size() < MAX_CIRCUITS && circuits.put(circuit.id, circuit);
  }

  /// A circuit has something to send.
  void wake(LinkCircuit circuit) {
    if (!circuit.inTurn && !circuit.detached) {
      circuit.inTurn = true;
      turn.addLast(circuit);
      flushLater();
    }
  }

  /// Whether a cell may go out at once without overtaking another circuit.
  boolean uncontended() {
    Connection live = connection;
    return state == State.OPEN
        && turn.isEmpty()
        && live != null
        && live.writable()
        && !session().full();
  }

  /// Ends a circuit from our side: the neighbour is told, the circuit hears of it.
  void destroy(LinkCircuit circuit, LinkReason reason) {
    if (forget(circuit)) {
      if (state == State.OPEN) {
        session().destroy(circuit.id, reason);
        flushLater();
      }
      circuit.onDestroyed(reason);
    }
  }

  private boolean forget(LinkCircuit circuit) {
    if (circuit.detached) {
      return false;
    }
    circuit.detached = true;
    circuits.remove(circuit.id);
    return true;
  }

  /// Something was written to the session; it leaves at the end of the turn.
  void flushLater() {
    if (!flushAsked) {
      flushAsked = true;
      shard.flushLater(this);
    }
  }

  @Override
  public void flushNow() {
    flushAsked = false;
    Connection live = connection;
    if (state == State.CLOSED) {
      return;
    }
    if (live == null) {
      keepUnsent();
      return;
    }
    if (state == State.OPEN) {
      pump(live);
      if (mover != null) {
        mover.watch();
      }
    } else if (state == State.ADMISSION) {
      session().flush(live::write);
    }
    live.flush();
  }

  /// Without a connection what was said waits where it is sent from again.
  private void keepUnsent() {
    if (state == State.OPEN) {
      session().flush((array, offset, length) -> {});
    }
  }

  /// Lets circuits write in turn for as long as the connection takes it.
  private void pump(Connection live) {
    LinkSession open = session();
    ByteSink out = toCarrier == null ? live::write : toCarrier;
    do {
      while (!open.full() && live.writable()) {
        LinkCircuit next = turn.pollFirst();
        if (next == null) {
          break;
        }
        if (!next.detached && next.pull()) {
          turn.addLast(next);
        } else {
          next.inTurn = false;
        }
      }
      open.flush(out);
    } while (!turn.isEmpty() && live.writable());
    if (live.pendingBytes() > MAX_UNSENT_BYTES) {
      fail("the peer does not read", LinkReason.OVERLOADED);
    }
  }

  // Connection.

  private void connected(Connection live) {
    connection = live;
    toCarrier = live::write;
    state = State.HANDSHAKE;
    heardAt = shard.now();
    live.handler(this);
    live.reading(true);
    timer = shard.after(HANDSHAKE_TIMEOUT, () -> fail("handshake timed out", LinkReason.TIMED_OUT));
  }

  @Override
  public void onRead(ByteBuffer in) {
    if (state == State.CLOSED) {
      in.position(in.limit());
      return;
    }
    heardAt = shard.now();
    try {
      if (state == State.HANDSHAKE && isNewLink(in)) {
        shakeHands(in);
      }
      if ((state == State.OPEN || state == State.ADMISSION) && in.hasRemaining()) {
        session().receive(in, this);
        if (state == State.OPEN && session().owesReceipt()) {
          session().receipt();
          flushLater();
        }
      }
    } catch (WireException e) {
      LOG.debug("link closed: {}", e.getMessage());
      fail(String.valueOf(e.getMessage()), LinkReason.PROTOCOL);
    }
    in.position(in.limit());
  }

  /// Whether what was accepted is a new link, as far as that is clear: else the connection leaves
  /// for the link that moves here.
  private boolean isNewLink(ByteBuffer in) throws WireException {
    LinkArrival first = arrival;
    if (first == null) {
      return true;
    }
    return switch (first.take(in)) {
      case UNDECIDED -> false;
      case NEW_LINK -> {
        arrival = null;
        shakeHands(ByteBuffer.wrap(first.bytes()));
        yield true;
      }
      case MOVE -> {
        giveAway(first);
        yield false;
      }
    };
  }

  /// Hands the connection to a link of this node, on that link's loop.
  private void giveAway(LinkArrival move) {
    Connection live = connection;
    NodeLink home = move.place().link();
    noLongerStranger();
    state = State.CLOSED;
    cancelTimer();
    connection = null;
    if (live != null) {
      live.reading(false);
      live.handler(Deaf.INSTANCE);
      live.moveTo(
          home.shard.loop,
          () -> {
            home.arrived(live, carrier, move.place().attempt(), move.bytes());
            home.shard.flush();
          });
    }
  }

  /// Our peer asks to go on over another connection.
  private void arrived(Connection fresh, String by, int attempt, byte[] first) {
    if (state != State.OPEN || attempt < nextMove) {
      fresh.abort();
      return;
    }
    shard.node.movableLinks().remove(this, nextMove);
    nextMove = attempt + 1;
    shard.node.movableLinks().add(this, nextMove);
    LinkMover.arrived(this, fresh, by, attempt, first);
  }

  /// While a move is talked about the old connection is not heard.
  void listenNoMore() {
    if (connection != null) {
      connection.reading(false);
    }
  }

  void listenAgain() {
    if (connection != null && state == State.OPEN) {
      connection.reading(true);
    }
  }

  /// Goes on over another connection.
  void moved(Connection fresh, String by, long peerHeard, ByteBuffer rest) {
    if (state != State.OPEN) {
      fresh.abort();
      return;
    }
    leaveConnection();
    if (!by.equals(carrier)) {
      shard.node.carrierHealth().linkDown(carrier);
      shard.node.carrierHealth().linkUp(by);
      carrier = by;
    }
    connection = fresh;
    toCarrier = fresh::write;
    heardAt = shard.now();
    fresh.handler(this);
    try {
      session().resend(peerHeard, fresh::write);
    } catch (WireException e) {
      lost(String.valueOf(e.getMessage()));
      return;
    }
    shard.node.linkMoved(this);
    fresh.reading(true);
    flushLater();
    if (rest.hasRemaining()) {
      onRead(rest);
    }
  }

  private void leaveConnection() {
    Connection old = connection;
    connection = null;
    if (old != null) {
      old.handler(Deaf.INSTANCE);
      old.abort();
    }
  }

  /// The connection has died without a word of the peer.
  private void cut(String why) {
    if (state != State.OPEN) {
      end(why);
      return;
    }
    leaveConnection();
    keepUnsent();
    shard.after(
        LinkMover.KEEP,
        () -> {
          if (isCut() && silentNanos() >= LinkMover.KEEP.toNanos()) {
            lost(why);
          }
        });
    if (mover != null) {
      mover.start();
    }
  }

  /// There is no way to go on.
  void lost(String why) {
    end(why);
  }

  /// Asks the peer for a sign of life.
  void ask() {
    pingSentAt = shard.now();
    session().ping(pingSentAt);
    flushLater();
  }

  private void shakeHands(ByteBuffer in) throws WireException {
    LinkHandshake shaking = handshake;
    ByteSink out = toCarrier;
    if (shaking == null || out == null) {
      throw new IllegalStateException("no handshake");
    }
    shaking.receive(in, out);
    flushLater();
    if (shaking.done()) {
      session = shaking.session();
      handshake = null;
      askAdmission();
    }
  }

  private void askAdmission() {
    state = State.ADMISSION;
    cancelTimer();
    session().keepSent(unheard);
    LinkAdmission asking =
        new LinkAdmission(
            shard.node,
            network,
            visit,
            peer(),
            session().binding(),
            message -> session().directory(message.toArray(), 0, message.size()));
    admission = asking;
    waitFor(asking, shard.now());
    asking.start().ifPresent(this::admitted);
    flushLater();
  }

  /// A guest that knocks is given longer than one that shows itself.
  private void waitFor(LinkAdmission asking, long since) {
    long left = asking.patience().toNanos() - (shard.now() - since);
    if (left <= 0) {
      fail("not admitted in time", LinkReason.REFUSED);
    } else {
      timer = shard.after(Duration.ofNanos(left), () -> waitFor(asking, since));
    }
  }

  private void admitted(LinkAdmission.Outcome outcome) {
    if (state != State.ADMISSION) {
      return;
    }
    admission = null;
    switch (outcome) {
      case LinkAdmission.Outcome.Admitted(NetworkHost host) -> {
        network = host;
        opened();
      }
      case LinkAdmission.Outcome.Done() -> fail(VISITED, LinkReason.FINISHED);
      case LinkAdmission.Outcome.Refused(String reason) -> {
        LOG.debug("link refused: {}", reason);
        fail("refused: " + reason, LinkReason.REFUSED);
      }
    }
  }

  private void opened() {
    noLongerStranger();
    state = State.OPEN;
    cancelTimer();
    if (dialed == null) {
      shard.node.movableLinks().add(this, nextMove);
    } else {
      mover = new LinkMover(this, ways);
      network().peers().note(dialed, carrier, true, "a link was made");
      mover.seekDirect();
    }
    shard.opened(this);
    List<OpenListener> told = List.copyOf(waiting);
    waiting.clear();
    for (OpenListener listener : told) {
      listener.onOpen(this);
    }
    ping();
  }

  private void ping() {
    timer = null;
    if (state != State.OPEN) {
      return;
    }
    long now = shard.now();
    if (now - heardAt > SILENCE.toNanos()) {
      fail("nothing heard for " + SILENCE.toSeconds() + " s", LinkReason.TIMED_OUT);
      return;
    }
    session().receipt();
    ask();
    pingsSent++;
    timer = shard.after(pingsSent < FIRST_PINGS ? FIRST_PINGS_EVERY : PING_EVERY, this::ping);
  }

  @Override
  public void onReadComplete() {
    shard.flush();
  }

  @Override
  public void onWritable() {
    flushLater();
    shard.flush();
  }

  @Override
  public void onInputFinished() {
    cut("the peer ended the link");
    shard.flush();
  }

  @Override
  public void onClosed(@Nullable String cause) {
    connection = null;
    cut(cause == null ? "closed" : cause);
    shard.flush();
  }

  // Frames.

  @Override
  public void onCell(
      boolean large, int command, int circuitId, byte[] array, int bodyOffset, int bodyLength)
      throws WireException {
    if (tooEarly()) {
      return;
    }
    LinkCircuit circuit = circuits.find(circuitId);
    if (circuit == null) {
      if (command == Cells.SETUP) {
        if (setups.take(shard.now())) {
          RelayedCircuit.setUp(this, circuitId, array, bodyOffset);
        } else {
          RelayedCircuit.refuse(this, circuitId, LinkReason.OVERLOADED);
        }
      } else if (command == Cells.PIPE_OPEN) {
        if (setups.take(shard.now())) {
          network().peers().onOpen(this, circuitId, array, bodyOffset, bodyLength);
        } else {
          RelayedCircuit.refuse(this, circuitId, LinkReason.OVERLOADED);
        }
      }
      // Else a late cell of a circuit that this side has just ended.
      return;
    }
    try {
      circuit.onCell(large, command, array, bodyOffset, bodyLength);
    } catch (WireException e) {
      LOG.debug("circuit destroyed: {}", e.getMessage());
      destroy(circuit, LinkReason.BROKEN_CELL);
    }
  }

  /// Before it is admitted a peer says who it is, and nothing else.
  private boolean tooEarly() {
    LinkAdmission asking = admission;
    if (state == State.ADMISSION && asking != null) {
      asking.onSomethingElse().ifPresent(this::admitted);
    }
    return state != State.OPEN;
  }

  @Override
  public void onDestroy(int circuitId, LinkReason reason) {
    if (tooEarly()) {
      return;
    }
    LinkCircuit circuit = circuits.find(circuitId);
    if (circuit != null && forget(circuit)) {
      circuit.onDestroyed(reason);
    }
  }

  @Override
  public void onCredit(int circuitId, int units) throws WireException {
    if (tooEarly()) {
      return;
    }
    LinkCircuit circuit = circuits.find(circuitId);
    if (circuit != null) {
      circuit.credit.granted(units);
      circuit.onCredit();
    }
  }

  @Override
  public void onDirectory(byte[] array, int offset, int length) {
    LinkAdmission asking = admission;
    if (state == State.OPEN) {
      network().onMessage(this, array, offset, length);
    } else if (state == State.ADMISSION && asking != null) {
      asking.onDirectory(Bytes.of(array, offset, length)).ifPresent(this::admitted);
      flushLater();
    }
  }

  @Override
  public void onPing(long nonce) {
    if (tooEarly()) {
      return;
    }
    session().pong(nonce);
    flushLater();
  }

  @Override
  public void onPong(long nonce) {
    if (tooEarly()) {
      return;
    }
    if (nonce == pingSentAt) {
      long sample = shard.now() - pingSentAt;
      roundTripNanos = roundTripNanos == 0 ? sample : RoundTrips.smoothed(roundTripNanos, sample);
      peer().ifPresent(node -> shard.node.roundTrips().sample(node, sample));
    }
  }

  @Override
  public void onClose(LinkReason reason) {
    end("the peer closed the link: " + reason);
  }

  // The end.

  /// Ends the link in order.
  void close(LinkReason reason) {
    fail("closed here", reason);
  }

  private void fail(String why, LinkReason reason) {
    Connection live = connection;
    if ((state == State.OPEN || state == State.ADMISSION) && live != null) {
      session().close(reason);
      session().flush(live::write);
      live.flush();
    }
    end(why);
  }

  private void end(String why) {
    if (state == State.CLOSED) {
      return;
    }
    noLongerStranger();
    if (state == State.OPEN && dialed == null) {
      shard.node.movableLinks().remove(this, nextMove);
    }
    state = State.CLOSED;
    unheard.forget();
    failure = why;
    cancelTimer();
    shard.closed(this);
    for (LinkCircuit circuit : circuits.all()) {
      if (forget(circuit)) {
        circuit.onDestroyed(LinkReason.LINK_LOST);
      }
    }
    Iterator<OpenListener> told = List.copyOf(waiting).iterator();
    waiting.clear();
    while (told.hasNext()) {
      told.next().onFailed(why);
    }
    if (connection != null) {
      connection.close();
    }
  }

  private void noLongerStranger() {
    if (dialed == null && (state == State.HANDSHAKE || state == State.ADMISSION)) {
      shard.strangers--;
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /// The outcome of dialing.
  private final class Dialing implements DialListener {
    @Override
    public void onConnected(Connection live) {
      if (state == State.CLOSED || dialed == null) {
        live.abort();
        return;
      }
      connected(live);
      saysName = network == null || !network.anonymousLinks();
      LinkHandshake shaking =
          saysName
              ? LinkHandshake.initiator(shard.node.key(), dialed, shard.node.entropy())
              : LinkHandshake.initiator(dialed, shard.node.entropy());
      handshake = shaking;
      shaking.start(live::write);
      live.flush();
    }

    @Override
    public void onFailed(DialFailure why) {
      if (state == State.CLOSED || dialed == null) {
        return;
      }
      shard.node.dialFailed(dialed, carrier, why);
      if (network != null) {
        network.peers().note(dialed, carrier, false, CarrierHealth.words(why));
      }
      String failed = carrier + ": " + CarrierHealth.words(why);
      refusals = refusals.isEmpty() ? failed : refusals + "; " + failed;
      if (untried.isEmpty()) {
        end("no carrier got through: " + refusals);
      } else {
        dialNext();
      }
      shard.flush();
    }
  }
}
