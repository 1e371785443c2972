package org.wormholes.runtime;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.onion.OnionKeyPair;
import org.wormholes.protocol.rendezvous.IntroductionPoint;
import org.wormholes.protocol.rendezvous.IntroductionQueue;
import org.wormholes.protocol.rendezvous.Periods;
import org.wormholes.protocol.rendezvous.Puzzle;
import org.wormholes.protocol.rendezvous.RendezvousMessage;
import org.wormholes.protocol.rendezvous.ReplayMemory;
import org.wormholes.protocol.rendezvous.ServiceCredential;
import org.wormholes.protocol.rendezvous.ServiceDescriptor;
import org.wormholes.protocol.rendezvous.ServiceIntroduction;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Where introductions to a published service are checked, wait, and are opened
/// (`spec/protocol/rendezvous.md`, sections 6 and 7). Belongs to the first loop.
final class ServiceDoor {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceDoor.class);

  /// Worked introductions after which there is another seed.
  private static final int MAX_WORKED = 2_048;

  private final Node node;
  private final NodeId service;
  private final IntroductionQueue<Waiting> queue;
  private OnionKeyPair onionKey;
  private ReplayMemory replays = new ReplayMemory();
  private Puzzle puzzle;
  private Puzzle before;
  private int worked;
  private List<ServiceCredential> credentials = List.of();

  /// An introduction that was left for us.
  private record Waiting(NodeId pointKey, Bytes introduction) {}

  ServiceDoor(Node node, NodeId service) {
    this.node = node;
    this.service = service;
    this.queue = new IntroductionQueue<>(node.clock().instant());
    this.onionKey = freshKey();
    this.puzzle = freshPuzzle(0);
    this.before = puzzle;
  }

  private OnionKeyPair freshKey() {
    return OnionKeyPair.create(node.random().nextInt(), node.entropy());
  }

  private Puzzle freshPuzzle(int effort) {
    return new Puzzle(effort, Bytes.of(node.entropy().bytes(Puzzle.SEED_BYTES)));
  }

  /// Goes with the time.
  ///
  /// @return whether clients have to be told something new
  boolean tick(Instant now) {
    List<Long> periods = Periods.near(now);
    boolean newPeriod =
        !credentials.stream().map(ServiceCredential::period).toList().equals(periods);
    if (newPeriod) {
      credentials = periods.stream().map(period -> ServiceCredential.of(service, period)).toList();
    }
    boolean newKey = replays.full();
    if (newKey) {
      onionKey = freshKey();
      replays = new ReplayMemory();
    }
    return newPeriod || newKey || worked >= MAX_WORKED || queue.effort(now) != puzzle.effort();
  }

  /// Draws the next puzzle.
  ///
  /// @return what introduction points have to know of it
  RendezvousMessage.Guard renew(Instant now) {
    before = puzzle;
    puzzle = freshPuzzle(queue.effort(now));
    worked = 0;
    return new RendezvousMessage.Guard(puzzle, before);
  }

  List<ServiceCredential> credentials() {
    return credentials;
  }

  /// What clients have to know.
  ServiceDescriptor descriptor(List<IntroductionPoint> points) {
    return new ServiceDescriptor(onionKey.publicKey(), points, puzzle);
  }

  /// Takes in what a relay hands on unread: anybody may have written it.
  ///
  /// @return whether it waits now
  boolean take(NodeId pointKey, RendezvousMessage.Introduction handedOn) {
    Bytes introduction = handedOn.introduction();
    queue.refused(handedOn.shed());
    try {
      ServiceIntroduction.Head head = ServiceIntroduction.head(introduction.toArray());
      if (!puzzle.accepts(pointKey, head.share(), head.proof())
          && !before.accepts(pointKey, head.share(), head.proof())) {
        return false;
      }
      int effort = head.proof().effort();
      worked += effort > 0 ? 1 : 0;
      return queue.offer(new Waiting(pointKey, introduction), effort, node.clock().instant());
    } catch (WireException e) {
      LOG.debug("an introduction is not read: {}", e.getMessage());
      return false;
    }
  }

  /// The next client to come to.
  Optional<ServiceIntroduction> next() {
    while (true) {
      Optional<Waiting> waiting = queue.poll(node.clock().instant());
      if (waiting.isEmpty()) {
        return Optional.empty();
      }
      Optional<ServiceIntroduction> opened = open(waiting.get());
      if (opened.isPresent()) {
        return opened;
      }
    }
  }

  private Optional<ServiceIntroduction> open(Waiting waiting) {
    for (ServiceCredential credential : credentials) {
      try {
        return Optional.of(
            ServiceIntroduction.open(
                waiting.introduction().toArray(),
                credential,
                waiting.pointKey(),
                onionKey,
                replays));
      } catch (WireException e) {
        LOG.debug("an introduction is not taken: {}", e.getMessage());
      }
    }
    return Optional.empty();
  }
}
