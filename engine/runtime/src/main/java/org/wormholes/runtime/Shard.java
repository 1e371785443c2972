package org.wormholes.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.ChunkPool;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.link.ResendBuffer;
import org.wormholes.protocol.onion.FreshShares;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.runtime.spi.Loop;

/// What one event loop owns: its links, and every circuit and stream on them. Nothing in here is
/// shared with another loop, so nothing is locked.
final class Shard {
  /// Idle chunks kept for streams.
  private static final int MAX_IDLE_CHUNK_BYTES = 8 << 20;

  private static final Duration RELIEF_PAUSE = Duration.ofMillis(5);

  final Loop loop;
  final Node node;
  final ChunkPool chunks = new ChunkPool(MAX_IDLE_CHUNK_BYTES);
  final FreshShares shares;
  final ResendBuffer.Pool unheard = new ResendBuffer.Pool();
  final CellPool cells = new CellPool();

  /// Where cells are opened on their way to a stream.
  final byte[] scratch = new byte[Cells.LARGE_BODY];

  private final CheckedNames.ByAnchors directNames =
      new CheckedNames.ByAnchors(
          this, (about, step, answer) -> NameAdmission.askSystem(this, step, answer));
  private final Map<Way, NodeLink> dialed = new HashMap<>();
  private final List<NodeLink> links = new ArrayList<>();
  private final ArrayDeque<Flushable> unflushed = new ArrayDeque<>();

  /// Accepted links that have not finished their handshake; counted by [NodeLink].
  int strangers;

  private boolean flushing;
  private boolean reliefPaused;

  Shard(Loop loop, Node node) {
    this.loop = loop;
    this.node = node;
    this.shares = new FreshShares(node.entropy());
  }

  /// A node of a network, and the carriers to it in the order in which they are tried.
  private record Way(NetworkHost network, NodeId peer, List<String> carriers) {}

  /// Something with bytes that wait for the end of the present turn.
  interface Flushable {
    void flushNow();
  }

  long now() {
    return loop.nanoTime();
  }

  /// What this machine's resolver says, with signatures checked.
  CheckedNames.ByAnchors directNames() {
    return directNames;
  }

  /// Runs a task on this loop and sends what it caused.
  void run(Runnable task) {
    loop.execute(() -> {
      task.run();
      flush();
    });
  }

  /// Runs a task that another loop asks for, unless this one has ended, as it does with its
  /// process.
  void tell(Runnable task) {
    try {
      run(task);
    } catch (RejectedExecutionException ended) {
      return;
    }
  }

  Loop.Cancellable after(Duration delay, Runnable task) {
    return loop.schedule(
        delay,
        () -> {
          task.run();
          flush();
        });
  }

  /// Asks for a flush at the end of this turn; whoever asks remembers that it has asked.
  void flushLater(Flushable flushable) {
    unflushed.addLast(flushable);
  }

  /// Ends a turn: everything written during it goes out, each neighbour with as few system calls as
  /// possible.
  void flush() {
    if (flushing) {
      return;
    }
    flushing = true;
    try {
      do {
        Flushable next;
        while ((next = unflushed.pollFirst()) != null) {
          next.flushNow();
        }
        if (node.memory.isFull() && !reliefPaused) {
          relieve();
        }
      } while (!unflushed.isEmpty());
    } finally {
      flushing = false;
    }
  }

  /// The link of a network to a node over the first of `carriers` that works, dialed if there is
  /// none. A link over any other carrier, or of another network, is never handed out.
  NodeLink link(
      NetworkHost network, NodeId peer, Map<String, String> addresses, List<String> carriers) {
    List<String> common =
        carriers.stream()
            .filter(name -> addresses.containsKey(name) && PipeCarrier.exists(node, name))
            .toList();
    Way way = new Way(network, peer, common);
    NodeLink link = dialed.get(way);
    if (link == null || link.isClosed() || link.isCut()) {
      link = common.isEmpty() ? null : openLink(network, peer, common.getFirst());
    }
    if (link != null) {
      return link;
    }
    NodeLink fresh = NodeLink.dial(this, network, peer, addresses, carriers, common);
    if (!fresh.isClosed()) {
      dialed.put(way, fresh);
    }
    return fresh;
  }

  private @Nullable NodeLink openLink(NetworkHost network, NodeId peer, String carrier) {
    for (Map.Entry<Way, NodeLink> each : dialed.entrySet()) {
      NodeLink link = each.getValue();
      if (each.getKey().network() == network
          && each.getKey().peer().equals(peer)
          && link.isOpen()
          && !link.isCut()
          && link.mayBeRelayed() == carrier.equals(PipeCarrier.NAME)
          && (link.mayBeRelayed() || link.carrier().equals(carrier))) {
        return link;
      }
    }
    return null;
  }

  @Nullable NodeLink openLink(NetworkHost network, NodeId peer) {
    for (Map.Entry<Way, NodeLink> each : dialed.entrySet()) {
      if (each.getKey().network() == network
          && each.getKey().peer().equals(peer)
          && each.getValue().isOpen()) {
        return each.getValue();
      }
    }
    return null;
  }

  void opened(NodeLink link) {
    links.add(link);
    node.linkOpened(this, link);
  }

  void closed(NodeLink link) {
    dialed.values().remove(link);
    if (links.remove(link)) {
      node.linkClosed(this, link);
    }
  }

  List<NodeLink> links() {
    return links;
  }

  /// Closes circuits, the ones with the oldest queued bytes first, until memory is no longer
  /// pressing.
  void relieve() {
    if (node.memory.pressing()) {
      // Before anybody's circuit ends, links give up that they could be moved.
      links.forEach(NodeLink::forgetUnheard);
    }
    while (node.memory.pressing()) {
      LinkCircuit oldest = null;
      long since = Long.MAX_VALUE;
      for (NodeLink link : links) {
        for (LinkCircuit circuit : link.circuits()) {
          long at = circuit.oldestQueuedAt();
          if (at < since) {
            since = at;
            oldest = circuit;
          }
        }
      }
      if (oldest == null) {
        break;
      }
      oldest.shed();
    }
    if (node.memory.pressing()) {
      // What is left belongs to other loops, or is being sent: look again soon.
      reliefPaused = true;
      after(
          RELIEF_PAUSE,
          () -> {
            reliefPaused = false;
            relieve();
          });
    } else {
      node.memory.relieved();
    }
  }

  /// Ends the links of a network with one node.
  void closeLinks(NetworkHost network, NodeId peer) {
    List<NodeLink> ending = new ArrayList<>(links);
    ending.removeIf(
        link -> link.network() != network || !link.peer().filter(peer::equals).isPresent());
    ending.forEach(link -> link.close(LinkReason.REFUSED));
  }

  /// Hands the links of a network on which this node has not said its name to nobody any more;
  /// those in use stay until then.
  void dropAnonymousLinks(NetworkHost network) {
    for (NodeLink link : List.copyOf(links)) {
      if (link.network() == network && !link.saysName()) {
        dialed.values().remove(link);
        if (link.circuits().isEmpty()) {
          link.close(LinkReason.FINISHED);
        }
      }
    }
  }

  void closeLinks() {
    for (NodeLink link : List.copyOf(links)) {
      link.close(LinkReason.SHUTTING_DOWN);
    }
    for (NodeLink link : List.copyOf(dialed.values())) {
      link.close(LinkReason.SHUTTING_DOWN);
    }
  }
}
