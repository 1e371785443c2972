package org.wormholes.runtime;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.CellChoice;
import org.wormholes.protocol.circuit.CircuitEnd;
import org.wormholes.protocol.circuit.CircuitLimits;
import org.wormholes.protocol.circuit.CircuitListener;
import org.wormholes.protocol.circuit.Host;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.StreamEnd;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.link.LinkSession;
import org.wormholes.protocol.onion.ClientOnion;
import org.wormholes.protocol.onion.ClientSetup;
import org.wormholes.protocol.onion.HopKey;
import org.wormholes.protocol.rendezvous.EndLayer;
import org.wormholes.protocol.rendezvous.RendezvousMessage;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.runtime.spi.Loop;

/// A circuit of this node's own: built over a complete path in one round trip. Streams may be
/// opened on it from the first moment; they wait, or travel with the set-up where the rule allows
/// that.
///
/// Life: new → linking → building → ready → over.
final class ClientCircuit implements CircuitListener {
  static final Duration BUILD_TIMEOUT = Duration.ofSeconds(10);

  /// Who decides what becomes of a circuit. Called on the circuit's loop.
  interface Owner {
    void onReady(ClientCircuit circuit);

    /// The circuit is over; its streams are detached and still in [ClientCircuit#flows].
    ///
    /// @param reason the link's word, not to be trusted beyond the first hop
    void onOver(ClientCircuit circuit, LinkReason reason);

    /// An answer to [CircuitEnd#ping].
    default void onPong(ClientCircuit circuit, long roundTripNanos) {}

    /// The last hop says something about a meeting.
    ///
    /// @throws WireException when it should not: the circuit ends
    default void onRendezvous(ClientCircuit circuit, RendezvousMessage message)
        throws WireException {
      throw new WireException("nobody asked for this message");
    }

    /// The client that a service has met opens a stream.
    default void onStream(ClientCircuit circuit, StreamEnd stream, Target target) {
      stream.refuse(Reason.UNSUPPORTED);
    }
  }

  final long number;
  final Shard shard;
  final Path path;
  final FlowSet flows = new FlowSet();
  final CircuitEnd end;

  /// Datagram flows on the circuit; counted by [ClientDatagrams].
  int datagramFlows;

  private final Map<Integer, NameReply> questions = new HashMap<>();
  private final Owner owner;
  private final NetworkHost network;
  private final List<String> carriers;
  private final boolean earlyData;
  private final long bornAt;
  private long sentAt;
  private long readyAt;
  private boolean over;

  /// What is said first to the last hop, while it has not left.
  private @Nullable RendezvousMessage opening;

  private @Nullable ClientSetup setup;
  private @Nullable ClientOnion onion;
  private @Nullable GuardSide side;
  private Loop.@Nullable Cancellable timeout;

  ClientCircuit(
      Shard shard,
      NetworkHost network,
      Path path,
      List<String> carriers,
      boolean earlyData,
      Owner owner) {
    this(shard, network, path, carriers, earlyData, owner, false);
  }

  /// A circuit on which a service will meet a client, whose exit it then is.
  static ClientCircuit serving(
      Shard shard, NetworkHost network, Path path, List<String> carriers, Owner owner) {
    return new ClientCircuit(shard, network, path, carriers, false, owner, true);
  }

  private ClientCircuit(
      Shard shard,
      NetworkHost network,
      Path path,
      List<String> carriers,
      boolean earlyData,
      Owner owner,
      boolean serves) {
    this.network = network;
    this.number = shard.node.nextCircuitNumber();
    this.shard = shard;
    this.path = path;
    this.carriers = carriers;
    this.earlyData = earlyData;
    this.owner = owner;
    this.bornAt = shard.now();
    CircuitLimits limits = CircuitLimits.DEFAULT;
    this.end =
        serves
            ? CircuitEnd.exit(limits, shard.chunks, shard.node.memory, this)
            : CircuitEnd.client(
                limits, shard.chunks, shard.node.memory, shard.node.entropy(), this);
  }

  void cells(CellChoice choice) {
    end.cells(choice);
  }

  /// Starts it, and says this to the last hop first: with the set-up where it fits, so that the
  /// answer is there when the circuit is.
  void start(RendezvousMessage first) {
    opening = first;
    start();
  }

  void start() {
    timeout = shard.after(BUILD_TIMEOUT, this::onTimeout);
    shard
        .link(network, path.first().id(), path.first().carriers(), carriers)
        .whenOpen(
            new NodeLink.OpenListener() {
              @Override
              public void onOpen(NodeLink link) {
                build(link);
              }

              @Override
              public void onFailed(String why) {
                finish(LinkReason.LINK_LOST);
              }
            });
  }

  /// Says this to the last hop, once the circuit is ready.
  void say(RendezvousMessage message) {
    GuardSide guard = side;
    if (guard == null || !isReady()) {
      throw new IllegalStateException("circuit is not built");
    }
    guard.say(message);
  }

  /// The other end has come: what is said from now on is for it.
  void met(EndLayer layer) {
    GuardSide guard = side;
    if (guard != null) {
      guard.met(layer);
    }
  }

  boolean isReady() {
    return onion != null && !over;
  }

  boolean isOver() {
    return over;
  }

  /// Whether it ended because its first hop could not be reached any more, or at all.
  boolean lostItsEntrance() {
    GuardSide guard = side;
    return guard == null || guard.link.isClosed();
  }

  /// Hops that may be to blame for its end. A first hop that was there to say that the way is
  /// broken is not.
  ///
  /// @param reason what the circuit ended with
  List<NodeDescriptor> blamed(LinkReason reason) {
    List<NodeDescriptor> hops = path.hops();
    if (lostItsEntrance()) {
      return List.of(path.first());
    }
    boolean behind = reason == LinkReason.LINK_LOST || reason == LinkReason.UNREACHABLE;
    return behind && hops.size() > 1 ? hops.subList(1, hops.size()) : hops;
  }

  /// Asks the exit about a name.
  ///
  /// @param family of the addresses asked for, 4 or 6; -1 for records of the question's type
  /// @return false when too many questions wait already
  boolean ask(NameQuestion question, int family, NameReply reply) {
    int number =
        family < 0 ? end.ask(question) : end.resolve(new Host.Name(question.name()), family);
    if (number > 0) {
      questions.put(number, reply);
    }
    return number > 0;
  }

  /// Whether a question waits for its answer.
  boolean isAsking() {
    return !questions.isEmpty();
  }

  long bornAt() {
    return bornAt;
  }

  /// From the set-up packet to its answer, in nanoseconds.
  OptionalLong buildNanos() {
    return readyAt == 0 ? OptionalLong.empty() : OptionalLong.of(readyAt - sentAt);
  }

  private void build(NodeLink link) {
    if (over) {
      return;
    }
    try {
      List<HopKey> hops =
          path.hops().stream().map(hop -> new HopKey(hop.id(), hop.onionKey())).toList();
      setup = ClientSetup.build(hops, early(hops.size()), shard.node.entropy());
    } catch (WireException e) {
      finish(LinkReason.STALE_KEY);
      return;
    }
    GuardSide guard = new GuardSide(link, link.session().nextCircuitId());
    if (!link.add(guard)) {
      finish(LinkReason.OVERLOADED);
      return;
    }
    side = guard;
    sentAt = shard.now();
    LinkSession session = link.session();
    int body = session.beginCell(true, Cells.SETUP, guard.id);
    System.arraycopy(setup.packet(), 0, session.array(), body, Cells.LARGE_BODY);
    guard.credit.sent(true);
    link.flushLater();
  }

  /// What may travel with the set-up: the first message, which hides nothing that lasts; of streams
  /// nothing, unless the rule accepts its weaker secrecy.
  private byte[] early(int hops) {
    RendezvousMessage first = opening;
    if (first != null) {
      byte[] said = first.encode();
      if (said.length > ClientSetup.earlyCapacity(hops)) {
        return new byte[0];
      }
      opening = null;
      return said;
    }
    long now = shard.now();
    if (!earlyData || !end.ready(now)) {
      return new byte[0];
    }
    byte[] early = new byte[ClientSetup.earlyCapacity(hops)];
    int used = end.fill(early, 0, early.length, now);
    return Arrays.copyOf(early, used);
  }

  /// Ends the circuit from our side; streams on it are reset.
  void close(Reason reason) {
    if (over) {
      return;
    }
    end.close(reason);
    GuardSide guard = side;
    if (guard != null && isReady()) {
      // The last word of the circuit's end goes out before the circuit is dropped.
      while (guard.pull()) {}
    }
    finish(LinkReason.FINISHED);
  }

  private void onTimeout() {
    timeout = null;
    if (!isReady()) {
      finish(LinkReason.TIMED_OUT);
    }
  }

  private void finish(LinkReason reason) {
    if (over) {
      return;
    }
    over = true;
    cancelTimeout();
    GuardSide guard = side;
    if (guard != null) {
      guard.stopAlarm();
      guard.dropAhead();
      guard.link.destroy(guard, reason == LinkReason.FINISHED ? reason : LinkReason.TIMED_OUT);
    }
    if (!end.isClosed()) {
      end.lost();
    }
    owner.onOver(this, reason);
    List<NameReply> left = List.copyOf(questions.values());
    questions.clear();
    left.forEach(reply -> reply.onNothing(Reason.LOST, Duration.ZERO));
  }

  private void cancelTimeout() {
    if (timeout != null) {
      timeout.cancel();
      timeout = null;
    }
  }

  // CircuitListener.

  @Override
  public void onReady() {
    if (side != null) {
      side.ready();
    }
  }

  @Override
  public void onStream(StreamEnd stream, Target target) {
    owner.onStream(this, stream, target);
  }

  @Override
  public void onPong(long roundTripNanos) {
    owner.onPong(this, roundTripNanos);
  }

  @Override
  public void onResolved(int query, List<Host> addresses, Duration timeToLive) {
    NameReply reply = questions.remove(query);
    if (reply != null) {
      reply.onAddresses(addresses, timeToLive);
    }
  }

  @Override
  public void onAnswered(int query, byte[] message, Duration timeToLive) {
    NameReply reply = questions.remove(query);
    if (reply != null) {
      reply.onRecords(message, timeToLive);
    }
  }

  @Override
  public void onUnresolved(int query, Reason reason, Duration timeToLive) {
    NameReply reply = questions.remove(query);
    if (reply != null) {
      reply.onNothing(reason, timeToLive);
    }
  }

  @Override
  public void onClosed(Reason reason) {
    finish(LinkReason.FINISHED);
  }

  /// The circuit on the link to its first hop.
  private final class GuardSide extends EndCircuit {
    GuardSide(NodeLink link, int id) {
      super(link, id, ClientCircuit.this.end, ClientCircuit.this.flows);
    }

    @Override
    boolean established() {
      return onion != null;
    }

    @Override
    void seal(byte[] array, int offset, int length) {
      onionOrThrow().seal(array, offset, length);
    }

    @Override
    void onRendezvous(RendezvousMessage message) throws WireException {
      owner.onRendezvous(ClientCircuit.this, message);
    }

    private ClientOnion onionOrThrow() {
      ClientOnion built = onion;
      if (built == null) {
        throw new IllegalStateException("circuit is not built");
      }
      return built;
    }

    @Override
    void onCell(boolean large, int command, byte[] array, int offset, int length)
        throws WireException {
      credit.received(large);
      released(large);
      if (command == Cells.SETUP_REPLY && setup != null) {
        onion = setup.finish(array, offset);
        setup = null;
        readyAt = shard.now();
        cancelTimeout();
        RendezvousMessage unsaid = opening;
        if (unsaid != null) {
          opening = null;
          say(unsaid);
        }
        owner.onReady(ClientCircuit.this);
        ready();
      } else if (command == Cells.RELAY && onion != null) {
        int payload = onion.open(array, offset, length);
        deliver(onion.opened(), payload, Cells.payload(large));
      } else {
        throw new WireException("cell of command " + command + " comes out of turn");
      }
    }

    @Override
    void onDestroyed(LinkReason reason) {
      stopAlarm();
      finish(reason);
    }
  }
}
