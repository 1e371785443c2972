package org.wormholes.runtime;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.wormholes.protocol.link.LinkMove;
import org.wormholes.protocol.wire.Bytes;

/// The first bytes of a connection that a peer opened: a new link, or one that moves here. A new
/// link begins with a fresh public key, which is nobody's ticket.
final class LinkArrival {
  private final MovableLinks links;
  private final byte[] first = new byte[LinkMove.MESSAGE_1];
  private int filled;
  private Optional<MovableLinks.Place> moving = Optional.empty();

  LinkArrival(MovableLinks links) {
    this.links = links;
  }

  /// What became of the bytes so far.
  enum Kind {
    UNDECIDED,
    NEW_LINK,
    MOVE
  }

  /// Takes bytes until it is clear what they are, and of a move all of its first message.
  Kind take(ByteBuffer in) {
    fill(in, LinkMove.TICKET);
    if (filled < LinkMove.TICKET) {
      return Kind.UNDECIDED;
    }
    if (filled == LinkMove.TICKET) {
      moving = links.find(Bytes.of(first, 0, LinkMove.TICKET));
    }
    if (moving.isEmpty()) {
      return Kind.NEW_LINK;
    }
    fill(in, LinkMove.MESSAGE_1);
    return filled == LinkMove.MESSAGE_1 ? Kind.MOVE : Kind.UNDECIDED;
  }

  private void fill(ByteBuffer in, int upTo) {
    int part = Math.clamp((long) upTo - filled, 0, in.remaining());
    in.get(first, filled, part);
    filled += part;
  }

  /// The bytes taken.
  byte[] bytes() {
    return Arrays.copyOf(first, filled);
  }

  /// Where a move leads.
  MovableLinks.Place place() {
    return moving.orElseThrow();
  }
}
