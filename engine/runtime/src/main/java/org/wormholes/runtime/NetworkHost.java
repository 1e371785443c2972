package org.wormholes.runtime;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.SignedDescriptor;
import org.wormholes.protocol.membership.Charter;
import org.wormholes.protocol.membership.Gate;
import org.wormholes.protocol.membership.Invitations;
import org.wormholes.protocol.membership.Member;
import org.wormholes.protocol.membership.SignedStatement;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.Network;
import org.wormholes.runtime.control.EngineEvent;

/// One network that this node belongs to: its directory, its links, who may have one. Networks of a
/// process share its event loops and the node's key, nothing else. Thread-safe.
final class NetworkHost {
  private final Node node;
  private final Network rules;
  private final Bytes id;
  private final DirectoryHost directory;
  private final Introductions introductions;
  private final RendezvousDesk rendezvous;
  private final RingHost ring;
  private final TableHost tables;
  private final Optional<MemberRoll> roll;
  private final Gate gate;
  private final PeerDesk peers;
  private final Map<NodeId, List<NodeLink>> links = new ConcurrentHashMap<>();
  private volatile Set<NodeId> friends = Set.of();

  /// @param rules with founders, where it is open to invited nodes
  /// @param changed called when there is something new to keep
  /// @param tables the folder for records of tables
  NetworkHost(Node node, Network rules, Runnable changed, Optional<Path> tables) {
    this.node = node;
    this.rules = rules;
    this.id = Bytes.of(rules.idBytes());
    boolean amongFriends = rules.openTo() == Network.OpenTo.FRIENDS;
    this.directory =
        new DirectoryHost(node.shards().getFirst(), node.clock(), this::mayBeKnown, amongFriends);
    this.introductions = new Introductions(node, this);
    this.rendezvous = new RendezvousDesk(node);
    this.peers = new PeerDesk(node, this);
    this.ring = new RingHost(node, this);
    this.tables = new TableHost(node, this, tables);
    this.roll =
        rules.openTo() == Network.OpenTo.INVITED
            ? Optional.of(
                new MemberRoll(
                    new Charter(id, Founders.of(rules)),
                    node.key(),
                    node.clock(),
                    changes(changed)))
            : Optional.empty();
    this.gate =
        switch (rules.openTo()) {
          case ANYONE -> Gate.open(id);
          case INVITED -> roll.orElseThrow();
          case FRIENDS -> new FriendsGate();
        };
  }

  void start() {
    directory.start();
    introductions.start();
  }

  void stop() {
    tables.stop();
    introductions.stop();
    directory.stop();
  }

  Network rules() {
    return rules;
  }

  /// The hash of its rules.
  Bytes id() {
    return id;
  }

  DirectoryHost directory() {
    return directory;
  }

  Introductions introductions() {
    return introductions;
  }

  /// What this node does in it for services and their clients.
  RendezvousDesk rendezvous() {
    return rendezvous;
  }

  /// What this node does in it for nodes that meet by key.
  PeerDesk peers() {
    return peers;
  }

  /// Who of its nodes stands where.
  RingHost ring() {
    return ring;
  }

  /// What its nodes keep together.
  TableHost tables() {
    return tables;
  }

  Gate gate() {
    return gate;
  }

  /// Where another node listens, by its own word in this network; empty when it is not known.
  Map<String, String> addressesOf(NodeId peer) {
    return directory.find(peer).map(NodeDescriptor::carriers).orElse(Map.of());
  }

  /// Whether this node may call another one for this network at all.
  boolean mayDial(NodeId peer) {
    return rules.openTo() != Network.OpenTo.FRIENDS || friends.contains(peer);
  }

  /// Whether links of it are made without saying who calls.
  boolean anonymousLinks() {
    return rules.openToAnyone() && node.anonymousLinks() && !peers.isReachable();
  }

  private boolean mayBeKnown(NodeDescriptor other) {
    if (!other.networks().contains(id)) {
      return false;
    }
    return other.id().equals(node.id())
        || switch (rules.openTo()) {
          case ANYONE -> true;
          case INVITED -> roll.orElseThrow().members().containsKey(other.id());
          case FRIENDS -> friends.contains(other.id());
        };
  }

  // Links.

  /// A link that is there, whoever dialed; it may be on any loop.
  Optional<NodeLink> linkTo(NodeId peer) {
    return links.getOrDefault(peer, List.of()).stream()
        .filter(link -> link.isOpen() && !link.isCut())
        .findFirst();
  }

  void linkUp(NodeLink link) {
    link.peer()
        .ifPresent(peer ->
            links.merge(
                peer,
                List.of(link),
                (old, fresh) -> Stream.concat(old.stream(), fresh.stream()).toList()));
    roll.ifPresent(members -> members.linkUp(link));
    directory.linkUp(link);
    ring.linkUp(link);
    tables.linkUp(link);
  }

  void linkDown(NodeLink link) {
    link.peer()
        .ifPresent(peer ->
            links.computeIfPresent(
                peer,
                (id, old) -> {
                  List<NodeLink> left = old.stream().filter(each -> each != link).toList();
                  return left.isEmpty() ? null : left;
                }));
    roll.ifPresent(members -> members.linkDown(link));
    directory.linkDown(link);
    ring.linkDown(link);
    tables.linkDown(link);
  }

  /// Called on the link's loop.
  void onMessage(NodeLink link, byte[] array, int offset, int length) {
    Bytes message = Bytes.of(array, offset, length);
    if (roll.isPresent() && org.wormholes.protocol.membership.Membership.isAbout(message)) {
      roll.get().onMessage(link, message);
    } else if (RingHost.isAbout(message)) {
      ring.onMessage(link, message);
    } else if (TableHost.isAbout(message)) {
      tables.onMessage(link, message);
    } else {
      directory.onMessage(link, message);
    }
  }

  void publish(SignedDescriptor own) {
    directory.publish(own);
  }

  void tick() {
    roll.ifPresent(MemberRoll::tick);
    if (peers.tick()) {
      node.publishIn(this);
    }
  }

  // Members.

  /// What a closed network starts from.
  Optional<Charter> charter() {
    return roll.map(MemberRoll::charter);
  }

  Optional<MemberRoll> roll() {
    return roll;
  }

  /// What a peer has shown of itself when its link began.
  void shown(List<SignedStatement> chain) {
    roll.ifPresent(members -> members.publish(chain));
  }

  /// Makes a guest a member, as was promised.
  Optional<List<SignedStatement>> admit(NodeId guest, Invitations.Terms terms) {
    return roll.flatMap(
        members -> members.admit(guest, terms.roles(), terms.reach(), terms.life()));
  }

  /// What a node may do here, by its certificates.
  Set<String> rolesOf(NodeId other) {
    Member member = roll.map(members -> members.members().get(other)).orElse(null);
    return member == null ? Set.of() : member.roles();
  }

  private MemberRoll.Listener changes(Runnable changed) {
    return new MemberRoll.Listener() {
      @Override
      public void onJoined(Member member) {
        node.tell(
            EngineEvent.Kind.MEMBER_JOINED,
            member.id().address(),
            "belongs to network " + rules.name() + " now",
            Map.of("network", rules.name()));
      }

      @Override
      public void onLeft(NodeId member) {
        directory.forget(member);
        node.tell(
            EngineEvent.Kind.MEMBER_LEFT,
            member.address(),
            "does not belong to network " + rules.name() + " any more",
            Map.of("network", rules.name()));
      }

      @Override
      public void onExpiring(Instant end) {
        node.tell(
            EngineEvent.Kind.MEMBERSHIP_EXPIRING,
            rules.name(),
            "the membership of this node in network %s ends at %s, and nobody has renewed it"
                .formatted(rules.name(), end),
            Map.of("end", end.toString()));
      }

      @Override
      public void onChanged() {
        changed.run();
      }
    };
  }

  // Friends.

  Set<NodeId> friends() {
    return friends;
  }

  /// From now on these are friends, and nobody else. Links of others end.
  void friends(Set<NodeId> chosen) {
    Set<NodeId> before = friends;
    friends = Set.copyOf(chosen);
    before.stream().filter(old -> !chosen.contains(old)).forEach(this::part);
  }

  private void part(NodeId other) {
    directory.forget(other);
    for (Shard shard : node.shards()) {
      shard.run(() -> shard.closeLinks(this, other));
    }
  }

  /// Each speaks to those it calls friends itself.
  private final class FriendsGate implements Gate {
    @Override
    public Bytes network() {
      return id;
    }

    @Override
    public boolean isOpen() {
      return false;
    }

    @Override
    public Optional<List<SignedStatement>> proof(Instant now) {
      return Optional.of(List.of());
    }

    @Override
    public boolean admits(NodeId peer, List<SignedStatement> chain, Instant now) {
      return friends.contains(peer);
    }
  }
}
