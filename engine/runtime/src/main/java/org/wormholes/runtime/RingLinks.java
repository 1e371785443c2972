package org.wormholes.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.wire.Bytes;

/// The links of one network that its ring speaks over: those that are there, and others that are
/// dialed when there is something to say and closed when there was nothing for a while. Belongs to
/// the first loop, except where said.
final class RingLinks {
  /// Messages that one link may bring a second, and at once; more are not heard.
  private static final int MESSAGES_A_SECOND = 200;

  private static final int MESSAGES_AT_ONCE = 1_000;

  /// Messages that wait for a link to one node.
  private static final int MAX_WAITING = 64;

  private static final Duration IDLE = Duration.ofMinutes(2);

  private final Node node;
  private final NetworkHost network;
  private final Predicate<NodeId> kept;
  private final Consumer<NodeId> unreachable;
  private final Shard home;
  private final Map<NodeLink, TokenBucket> budgets = new ConcurrentHashMap<>();
  private final Map<NodeId, NodeLink> open = new HashMap<>();
  private final Map<NodeId, ArrayDeque<Bytes>> dialing = new HashMap<>();

  /// When a link that was dialed from here was last used.
  private final Map<NodeLink, Long> used = new LinkedHashMap<>();

  /// @param kept whether a link to a node is worth keeping
  /// @param unreachable told of who was to be told something and cannot be
  RingLinks(Node node, NetworkHost network, Predicate<NodeId> kept, Consumer<NodeId> unreachable) {
    this.node = node;
    this.network = network;
    this.kept = kept;
    this.unreachable = unreachable;
    this.home = node.shards().getFirst();
  }

  /// Called on the link's loop.
  void up(NodeLink link) {
    budgets.put(link, new TokenBucket(MESSAGES_A_SECOND, MESSAGES_AT_ONCE, link.shard.now()));
    link.peer().ifPresent(peer -> home.run(() -> open.putIfAbsent(peer, link)));
  }

  /// Called on the link's loop.
  void down(NodeLink link) {
    budgets.remove(link);
    home.run(() -> {
      open.values().remove(link);
      used.remove(link);
    });
  }

  /// Whether one more message of a link is within its share. Called on the link's loop.
  boolean hears(NodeLink link) {
    TokenBucket budget = budgets.get(link);
    return budget != null && budget.take(link.shard.now());
  }

  boolean isLinked(NodeId id) {
    return open.containsKey(id);
  }

  /// Tells a node something, over a link that is there or is made for it.
  void send(NodeId to, Bytes message) {
    send(to, List.of(message));
  }

  /// Likewise, messages that belong together: all of them or none.
  void send(NodeId to, List<Bytes> messages) {
    NodeLink link = open.get(to);
    if (link != null && !link.isClosed()) {
      used.computeIfPresent(link, (key, before) -> home.now());
      messages.forEach(each -> send(link, each));
      return;
    }
    ArrayDeque<Bytes> waiting = dialing.get(to);
    if (waiting != null) {
      if (waiting.size() + messages.size() <= MAX_WAITING) {
        waiting.addAll(messages);
      }
      return;
    }
    waiting = new ArrayDeque<>(messages);
    dialing.put(to, waiting);
    dial(to);
  }

  private void dial(NodeId to) {
    NodeLink fresh = home.link(network, to, network.addressesOf(to), node.carrierNames());
    boolean forTheRing = !fresh.isOpen();
    // In a turn of its own: what cannot be dialed is known at once, and whoever speaks is still
    // doing so.
    home.run(() ->
        fresh.whenOpen(
            new NodeLink.OpenListener() {
              @Override
              public void onOpen(NodeLink link) {
                if (forTheRing) {
                  used.putIfAbsent(link, home.now());
                }
                open.put(to, link);
                ArrayDeque<Bytes> waiting = dialing.remove(to);
                if (waiting != null) {
                  waiting.forEach(message -> send(link, message));
                }
              }

              @Override
              public void onFailed(String why) {
                dialing.remove(to);
                unreachable.accept(to);
              }
            }));
  }

  /// Says something on a link, on the link's loop.
  void send(NodeLink link, Bytes message) {
    byte[] bytes = message.toArray();
    link.shard.tell(() -> {
      if (link.isOpen()) {
        link.session().directory(bytes, 0, bytes.length);
        link.flushLater();
      }
    });
  }

  /// Closes links that were made for the ring alone and are not needed any more.
  void closeIdle() {
    long now = home.now();
    List<NodeLink> idle =
        used.entrySet().stream()
            .filter(each -> now - each.getValue() > IDLE.toNanos())
            .map(Map.Entry::getKey)
            .filter(link -> link.circuits().isEmpty())
            .filter(link -> link.peer().filter(kept).isEmpty())
            .toList();
    idle.forEach(link -> link.close(LinkReason.FINISHED));
  }
}
