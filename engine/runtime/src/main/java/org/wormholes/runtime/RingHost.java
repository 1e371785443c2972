package org.wormholes.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.ring.Casts;
import org.wormholes.protocol.ring.Responsible;
import org.wormholes.protocol.ring.Ring;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.ring.RingMessage;
import org.wormholes.protocol.ring.RingPeer;
import org.wormholes.protocol.ring.RingSettings;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.Network;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.spi.Loop;

/// The ring of one network, driven on the first loop over the links of that network
/// (`spec/protocol/ring.md`). A node that serves others may be a member; any other may look up.
/// What members say to each other beside the ring's own messages, for tables, goes through here
/// too. Thread-safe.
final class RingHost {
  private static final Logger LOG = LoggerFactory.getLogger(RingHost.class);

  /// Types of the messages that are not the ring's own and are handed on as they come.
  private static final int FIRST_OTHER = 144;

  private static final int FIRST = 128;
  private static final int LAST = 159;

  /// How often a node of the network that is not known to be a member is asked whether it is.
  private static final Duration MEET_EVERY = Duration.ofSeconds(10);

  /// Likewise where there are enough neighbours.
  private static final int ROUNDS_OF_MANY = 6;

  private static final int MANY = 4;

  /// Likewise by one who is alone.
  private static final Duration MEET_ALONE = Duration.ofSeconds(2);

  /// Nodes that are asked whether they are members, by one who is told of none.
  private static final int MAX_CONTACTS = 8;

  /// A ring as it is seen from this node now.
  ///
  /// @param predecessor empty when nobody said so
  /// @param successors in order; empty on a ring of one
  record View(
      boolean member,
      RingPeer self,
      Optional<RingPeer> predecessor,
      List<RingPeer> successors,
      List<RingPeer> fingers) {}

  /// Hears of the ring, on the first loop.
  interface Listener {
    /// A message of type 144 to 159 of a node that has proved its key. It need not be a member.
    void onMessage(RingPeer from, Bytes message);

    /// Other neighbours than before.
    void onNeighbours(View view);

    /// A member that was to be told something is not reached.
    void onUnreachable(RingPeer peer);
  }

  private final Node node;
  private final NetworkHost network;
  private final Shard home;
  private final Ring machine;
  private final RingLinks links;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Casts casts;
  private final Map<Long, CompletableFuture<Responsible>> searches = new HashMap<>();
  private final Map<Long, CompletableFuture<Duration>> pings = new HashMap<>();
  private final List<CompletableFuture<View>> joins = new ArrayList<>();
  private final List<RingPeer> contacts = new ArrayList<>();

  /// Members that spoke last, for lookups of one who is none; the latest at the end.
  private final LinkedHashSet<RingPeer> acquainted = new LinkedHashSet<>();

  private Instant due = Instant.MAX;
  private Loop.@Nullable Cancellable timer;
  private long numbers;
  private int rounds;
  private boolean meeting;
  private volatile View view;

  RingHost(Node node, NetworkHost network) {
    this.node = node;
    this.network = network;
    this.home = node.shards().getFirst();
    RingPeer self = peer(node.id());
    this.machine = new Ring(self, RingSettings.DEFAULT, node.random());
    this.casts = new Casts(network.id(), self);
    this.links = new RingLinks(node, network, this::kept, this::lost);
    this.view = new View(false, self, Optional.empty(), List.of(), List.of());
  }

  /// Whether a DIRECTORY frame is for the ring of its network.
  static boolean isAbout(Bytes message) {
    int type = message.size() == 0 ? 0 : message.at(0) & 0xff;
    return type >= FIRST && type <= LAST;
  }

  /// Where a node stands on this ring, member or not.
  RingPeer peer(NodeId id) {
    return RingPeer.of(network.id(), id);
  }

  /// From any thread.
  View view() {
    return view;
  }

  void listen(Listener listener) {
    listeners.add(listener);
  }

  // Belonging.

  /// Begins a ring of one, which grows together with the ring of its network where there is one.
  CompletionStage<View> create() {
    CompletableFuture<View> done = new CompletableFuture<>();
    home.run(() -> {
      if (mayBelong(done)) {
        on(new Ring.Input.Create());
        meetLater();
        done.complete(view);
      }
    });
    return done;
  }

  /// Enters the ring of the network.
  ///
  /// @param through a member; without one nodes of the network are asked
  CompletionStage<View> join(Optional<NodeId> through) {
    CompletableFuture<View> done = new CompletableFuture<>();
    home.run(() -> {
      if (!mayBelong(done)) {
        return;
      }
      if (machine.member()) {
        through.map(this::peer).ifPresent(other -> on(new Ring.Input.Meet(other)));
        done.complete(view);
        return;
      }
      joins.add(done);
      if (joins.size() == 1) {
        contacts.addAll(through.map(id -> List.of(peer(id))).orElseGet(this::others));
        joinNext();
      }
    });
    return done;
  }

  private boolean mayBelong(CompletableFuture<View> done) {
    Optional<String> hindrance =
        network.rules().openTo() == Network.OpenTo.FRIENDS
            ? Optional.of(
                "network %s is among friends: a ring needs that each member may call each other one"
                    .formatted(network.rules().name()))
            : node.anonymousLinks()
                ? Optional.of(
                    "this node serves nobody, so no member could call it: give it a role, such as relay")
                : Optional.empty();
    hindrance.ifPresent(why -> done.completeExceptionally(new IOException(why)));
    return hindrance.isEmpty();
  }

  private void joinNext() {
    if (contacts.isEmpty()) {
      joins.forEach(each ->
          each.completeExceptionally(
              new IOException(
                  "no member of the ring of network %s answered: name one, or begin the ring"
                      .formatted(network.rules().name()))));
      joins.clear();
    } else {
      on(new Ring.Input.Join(contacts.removeFirst()));
    }
  }

  /// Other nodes of the network, those first to which there is a link.
  private List<RingPeer> others() {
    List<NodeId> known = new ArrayList<>(network.directory().view().keySet());
    Collections.shuffle(known, node.random());
    known.sort(Comparator.comparing(id -> !links.isLinked(id)));
    return known.stream()
        .filter(id -> !id.equals(node.id()))
        .limit(MAX_CONTACTS)
        .map(this::peer)
        .toList();
  }

  /// Members that were heard of, and else nodes that may be members.
  private List<RingPeer> members() {
    return acquainted.isEmpty() ? others() : List.copyOf(acquainted.reversed());
  }

  private void acquaint(RingPeer from, RingMessage message) {
    if (message instanceof RingMessage.Neighbours || message instanceof RingMessage.Closer) {
      acquainted.addLast(from);
      if (acquainted.size() > MAX_CONTACTS) {
        acquainted.removeFirst();
      }
    } else if (message instanceof RingMessage.Leaving) {
      acquainted.remove(from);
    }
  }

  /// Belongs no more; the neighbours are told.
  CompletionStage<View> leave() {
    CompletableFuture<View> done = new CompletableFuture<>();
    home.run(() -> {
      on(new Ring.Input.Leave());
      done.complete(view);
    });
    return done;
  }

  private void meetLater() {
    if (!meeting) {
      meeting = true;
      home.after(MEET_ALONE, this::meet);
      meetOne();
    }
  }

  private void meet() {
    meeting = machine.member();
    if (meeting) {
      rounds++;
      if (machine.successors().size() < MANY || rounds % ROUNDS_OF_MANY == 0) {
        meetOne();
      }
      links.closeIdle();
      home.after(machine.successors().isEmpty() ? MEET_ALONE : MEET_EVERY, this::meet);
    }
  }

  private void meetOne() {
    others().stream()
        .filter(other -> !kept(other.node()))
        .findFirst()
        .ifPresent(other -> on(new Ring.Input.Meet(other)));
  }

  private boolean kept(NodeId id) {
    RingPeer other = peer(id);
    return machine.successors().contains(other)
        || machine.predecessor().equals(Optional.of(other))
        || machine.fingers().contains(other);
  }

  // Looking up.

  /// Who is responsible for an id, and who follows. Fails with an [IOException] when too many are
  /// silent.
  CompletionStage<Responsible> lookup(RingId target) {
    CompletableFuture<Responsible> done = new CompletableFuture<>();
    home.run(() -> {
      long number = numbers++;
      searches.put(number, done);
      on(new Ring.Input.Search(number, target, machine.member() ? List.of() : members()));
    });
    return done;
  }

  /// How long a member takes to answer. Fails with an [IOException] when it does not.
  CompletionStage<Duration> ping(RingPeer peer) {
    CompletableFuture<Duration> done = new CompletableFuture<>();
    home.run(() -> {
      if (peer.equals(machine.self())) {
        done.complete(Duration.ZERO);
        return;
      }
      long number = numbers++;
      pings.put(number, done);
      on(new Ring.Input.Ping(number, peer));
    });
    return done;
  }

  /// Tells all members something, signed.
  ///
  /// @return how many were told from here
  CompletionStage<Integer> cast(String text) {
    CompletableFuture<Integer> done = new CompletableFuture<>();
    Bytes bytes = Bytes.of(text.getBytes(StandardCharsets.UTF_8));
    if (bytes.size() < 1 || bytes.size() > RingMessage.MAX_TEXT) {
      return CompletableFuture.failedFuture(
          new IOException("a text has 1 to %d bytes".formatted(RingMessage.MAX_TEXT)));
    }
    home.run(() -> {
      if (!machine.member()) {
        done.completeExceptionally(
            new IOException(
                "this node is no member of the ring of network " + network.rules().name()));
        return;
      }
      Casts.Outcome outcome = casts.begin(node.key(), bytes, known(), node.clock().instant());
      if (outcome.told().isEmpty()) {
        done.completeExceptionally(
            new IOException("too much was told already: wait a few minutes"));
        return;
      }
      tell(outcome);
      done.complete(outcome.sends().size());
    });
    return done;
  }

  private List<RingPeer> known() {
    List<RingPeer> known = new ArrayList<>(machine.successors());
    known.addAll(machine.fingers());
    return known;
  }

  private void tell(Casts.Outcome outcome) {
    outcome
        .told()
        .ifPresent(cast ->
            node.tell(
                EngineEvent.Kind.RING_CAST,
                cast.author().address(),
                new String(cast.text().toArray(), StandardCharsets.UTF_8),
                Map.of("network", network.rules().name())));
    outcome
        .sends()
        .forEach(send -> links.send(send.to().node(), send.message().encode(network.id())));
  }

  // Messages.

  /// Tells a node of the network something.
  ///
  /// @param message of a type from 144 to 159, at most 16,000 bytes
  void send(RingPeer to, Bytes message) {
    int type = message.at(0) & 0xff;
    if (type < FIRST_OTHER || type > LAST) {
      throw new IllegalArgumentException("messages of type " + type + " are not handed on");
    }
    home.run(() -> links.send(to.node(), message));
  }

  /// Tells a node of the network what is no message of the ring.
  void sendAll(RingPeer to, List<Bytes> frames) {
    home.tell(() -> links.send(to.node(), frames));
  }

  /// Answers over the link that a question came over.
  void answer(NodeLink link, List<Bytes> frames) {
    frames.forEach(each -> links.send(link, each));
  }

  void linkUp(NodeLink link) {
    links.up(link);
  }

  void linkDown(NodeLink link) {
    links.down(link);
  }

  /// Called on the link's loop. What is more than a link's share is not heard.
  void onMessage(NodeLink link, Bytes message) {
    if (!links.hears(link)) {
      return;
    }
    Optional<RingPeer> from = link.peer().map(this::peer);
    int type = message.at(0) & 0xff;
    if (type >= FIRST_OTHER) {
      from.ifPresent(
          sender -> home.run(() -> listeners.forEach(each -> each.onMessage(sender, message))));
      return;
    }
    try {
      RingMessage decoded = RingMessage.decode(network.id(), message);
      home.run(() -> {
        if (from.isPresent()) {
          acquaint(from.get(), decoded);
          if (decoded instanceof RingMessage.Cast cast && machine.member()) {
            tell(casts.received(cast, known(), node.clock().instant()));
          }
          on(new Ring.Input.Received(from.get(), decoded));
        } else {
          machine
              .toStranger(decoded)
              .ifPresent(answer -> links.send(link, answer.encode(network.id())));
        }
      });
    } catch (WireException e) {
      LOG.debug("ring: {}", e.getMessage());
      link.close(LinkReason.PROTOCOL);
    }
  }

  private void lost(NodeId id) {
    RingPeer peer = peer(id);
    acquainted.remove(peer);
    on(new Ring.Input.Unreachable(peer));
    listeners.forEach(each -> each.onUnreachable(peer));
  }

  private void on(Ring.Input input) {
    boolean joined = false;
    boolean refused = false;
    for (Ring.Output output : machine.on(input, node.clock().instant())) {
      switch (output) {
        case Ring.Output.Send(RingPeer to, RingMessage message) ->
            links.send(to.node(), message.encode(network.id()));
        case Ring.Output.Joined() -> joined = true;
        case Ring.Output.NotJoined() -> refused = true;
        case Ring.Output.Found(long number, Responsible responsible) ->
            ended(number).ifPresent(search -> search.complete(responsible));
        case Ring.Output.Answered(long number, Duration roundTrip) ->
            answered(number).ifPresent(ping -> ping.complete(roundTrip));
        case Ring.Output.Silent(long number) ->
            answered(number)
                .ifPresent(ping ->
                    ping.completeExceptionally(
                        new IOException("it does not answer, or is no member of the ring")));
        case Ring.Output.NotFound(long number) ->
            ended(number)
                .ifPresent(search ->
                    search.completeExceptionally(
                        new IOException(
                            "nobody of the ring of network %s answered"
                                .formatted(network.rules().name()))));
      }
    }
    show();
    wake();
    if (joined) {
      joins.forEach(each -> each.complete(view));
      joins.clear();
      contacts.clear();
      meetLater();
    } else if (refused) {
      joinNext();
    }
  }

  private Optional<CompletableFuture<Responsible>> ended(long number) {
    return Optional.ofNullable(searches.remove(number));
  }

  private Optional<CompletableFuture<Duration>> answered(long number) {
    return Optional.ofNullable(pings.remove(number));
  }

  private void show() {
    View now =
        new View(
            machine.member(),
            machine.self(),
            machine.predecessor(),
            machine.successors(),
            machine.fingers());
    View before = view;
    view = now;
    if (now.member() != before.member()
        || !now.predecessor().equals(before.predecessor())
        || !now.successors().equals(before.successors())) {
      listeners.forEach(each -> each.onNeighbours(now));
    }
  }

  private void wake() {
    Instant next = machine.deadline();
    if (next.equals(due)) {
      return;
    }
    due = next;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (!next.equals(Instant.MAX)) {
      Duration left = Duration.between(node.clock().instant(), next);
      timer = home.after(left.isNegative() ? Duration.ZERO : left, this::deadline);
    }
  }

  private void deadline() {
    timer = null;
    due = Instant.MAX;
    on(new Ring.Input.DeadlineReached());
  }
}
