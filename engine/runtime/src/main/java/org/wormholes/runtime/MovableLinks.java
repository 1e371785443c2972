package org.wormholes.runtime;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.wormholes.protocol.link.LinkMove;
import org.wormholes.protocol.wire.Bytes;

/// The links that others opened to this node, by the tickets with which each may be moved next.
/// Used from every loop.
final class MovableLinks {
  private final ConcurrentHashMap<Bytes, Place> byTicket = new ConcurrentHashMap<>();

  /// A link, and the attempt that a ticket is for.
  record Place(NodeLink link, int attempt) {}

  /// Looks out for attempts from this one on.
  void add(NodeLink link, int attempt) {
    for (int i = attempt; i < attempt + LinkMove.ATTEMPTS_AHEAD; i++) {
      byTicket.put(LinkMove.ticket(link.session(), i), new Place(link, i));
    }
  }

  /// No longer looks out for those attempts.
  void remove(NodeLink link, int attempt) {
    for (int i = attempt; i < attempt + LinkMove.ATTEMPTS_AHEAD; i++) {
      byTicket.remove(LinkMove.ticket(link.session(), i));
    }
  }

  Optional<Place> find(Bytes ticket) {
    return Optional.ofNullable(byTicket.get(ticket));
  }
}
