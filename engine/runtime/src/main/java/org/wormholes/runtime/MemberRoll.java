package org.wormholes.runtime;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.membership.Charter;
import org.wormholes.protocol.membership.Gate;
import org.wormholes.protocol.membership.Member;
import org.wormholes.protocol.membership.Membership;
import org.wormholes.protocol.membership.SignedStatement;
import org.wormholes.protocol.wire.Bytes;

/// Drives the membership machine of one closed network for all loops. Thread-safe: links ask it on
/// their own loops, seldom and briefly.
final class MemberRoll implements Gate {
  private static final Logger LOG = LoggerFactory.getLogger(MemberRoll.class);

  private final Membership machine;
  private final NodeId self;
  private final Clock clock;
  private final Listener listener;
  private final Map<NodeLink, Integer> numbers = new HashMap<>();
  private final Map<Integer, NodeLink> links = new HashMap<>();
  private int lastNumber;
  private volatile Map<NodeId, Member> view = Map.of();
  private volatile Optional<Instant> expiring = Optional.empty();

  /// Hears what changes, on the loop where it was heard first; must not block.
  interface Listener {
    void onJoined(Member member);

    void onLeft(NodeId member);

    void onExpiring(Instant end);

    /// Statements have come that the next start should know.
    void onChanged();
  }

  MemberRoll(Charter charter, NodeKey key, Clock clock, Listener listener) {
    this.machine = new Membership(charter, key);
    this.self = key.id();
    this.clock = clock;
    this.listener = listener;
    look();
  }

  @Override
  public Bytes network() {
    return machine.charter().network();
  }

  @Override
  public boolean isOpen() {
    return false;
  }

  @Override
  public synchronized Optional<List<SignedStatement>> proof(Instant now) {
    return machine.chain(self, now);
  }

  @Override
  public synchronized boolean admits(NodeId peer, List<SignedStatement> chain, Instant now) {
    return Gate.of(machine).admits(peer, chain, now);
  }

  Charter charter() {
    return machine.charter();
  }

  /// Who belongs to the network, as of the last change or second. From any thread, never waits.
  Map<NodeId, Member> members() {
    return view;
  }

  /// When this node's own membership ends, if that is soon and nobody has renewed it.
  Optional<Instant> expiring() {
    return expiring;
  }

  synchronized List<SignedStatement> statements() {
    return machine.statements();
  }

  synchronized Optional<List<SignedStatement>> chain(NodeId member) {
    return machine.chain(member, clock.instant());
  }

  synchronized void publish(List<SignedStatement> statements) {
    if (!statements.isEmpty()) {
      on(new Membership.Input.Publish(statements));
    }
  }

  /// Admits somebody, and gives what proves it; empty where this node may not.
  synchronized Optional<List<SignedStatement>> admit(
      NodeId member, Set<String> roles, int reach, Duration life) {
    Instant now = clock.instant();
    Optional<SignedStatement> signed = machine.admit(member, roles, reach, life, now);
    signed.ifPresent(it -> on(new Membership.Input.Publish(List.of(it))));
    return signed.isPresent() ? machine.chain(member, now) : Optional.empty();
  }

  /// Takes back that somebody belongs; false where this node may not.
  synchronized boolean revoke(NodeId member) {
    Optional<SignedStatement> signed = machine.revoke(member, clock.instant());
    signed.ifPresent(it -> on(new Membership.Input.Publish(List.of(it))));
    return signed.isPresent();
  }

  synchronized void tick() {
    on(new Membership.Input.Tick());
  }

  synchronized void linkUp(NodeLink link) {
    int number = ++lastNumber;
    numbers.put(link, number);
    links.put(number, link);
    if (link.peer().flatMap(peer -> machine.member(peer, clock.instant())).isEmpty()) {
      close(link, LinkReason.REFUSED); // it was revoked while it was admitted
      return;
    }
    on(new Membership.Input.LinkUp(number, link.dialedPeer().isPresent()));
  }

  synchronized void linkDown(NodeLink link) {
    Integer number = numbers.remove(link);
    if (number != null) {
      links.remove(number);
      on(new Membership.Input.LinkDown(number));
    }
  }

  synchronized void onMessage(NodeLink link, Bytes message) {
    Integer number = numbers.get(link);
    if (number != null) {
      on(new Membership.Input.Received(number, message));
    }
  }

  private void on(Membership.Input input) {
    List<Membership.Output> outputs = machine.on(input, clock.instant());
    if (outputs.isEmpty()) {
      return;
    }
    look();
    boolean changed = false;
    for (Membership.Output output : outputs) {
      switch (output) {
        case Membership.Output.Send(int link, Bytes message) -> send(link, message);
        case Membership.Output.Keep _ -> changed = true;
        case Membership.Output.Joined(Member member) -> listener.onJoined(member);
        case Membership.Output.Left(NodeId member) -> {
          leave(member);
          listener.onLeft(member);
        }
        case Membership.Output.Expiring(Instant end) -> {
          expiring = Optional.of(end);
          listener.onExpiring(end);
        }
        case Membership.Output.Violation(int link, String reason) -> {
          LOG.debug("membership: {}", reason);
          close(links.get(link), LinkReason.PROTOCOL);
        }
      }
    }
    if (changed) {
      listener.onChanged();
    }
  }

  private void look() {
    Collection<Member> now = machine.members(clock.instant());
    Map<NodeId, Member> fresh = new HashMap<>();
    now.forEach(member -> fresh.put(member.id(), member));
    view = Map.copyOf(fresh);
    Member mine = fresh.get(self);
    if (mine != null && !mine.expires().equals(expiring)) {
      expiring = Optional.empty(); // it was renewed
    }
  }

  /// A member is none any more, or this node is not.
  private void leave(NodeId member) {
    for (NodeLink link : new ArrayList<>(numbers.keySet())) {
      if (member.equals(self) || link.peer().filter(member::equals).isPresent()) {
        close(link, LinkReason.REFUSED);
      }
    }
  }

  private static void send(NodeLink link, Bytes message) {
    byte[] bytes = message.toArray();
    link.shard.tell(() -> {
      if (link.isOpen()) {
        link.session().directory(bytes, 0, bytes.length);
        link.flushLater();
      }
    });
  }

  private void send(int number, Bytes message) {
    NodeLink link = links.get(number);
    if (link != null) {
      send(link, message);
    }
  }

  private static void close(@org.jspecify.annotations.Nullable NodeLink link, LinkReason reason) {
    if (link != null) {
      link.shard.tell(() -> link.close(reason));
    }
  }
}
