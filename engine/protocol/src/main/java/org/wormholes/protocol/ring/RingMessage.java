package org.wormholes.protocol.ring;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// What two members of a ring say to each other (`spec/protocol/ring.md`, section 2). The link it
/// comes over says who sent it. At most [#MAX_BYTES] long.
public sealed interface RingMessage {
  /// Members in one list of a message.
  int MAX_PEERS = 32;

  /// The longest text that is told to all, in bytes.
  int MAX_TEXT = 1_024;

  /// The longest message.
  int MAX_BYTES =
      1 + RingId.BYTES + RingId.BYTES + NodeId.BYTES + 8 + 2 + MAX_TEXT + NodeKey.SIGNATURE_BYTES;

  /// Asks for a [Neighbours].
  record Ask(long nonce) implements RingMessage {}

  /// Who the sender has beside it.
  ///
  /// @param successors in the order they follow the sender
  record Neighbours(long nonce, Optional<RingPeer> predecessor, List<RingPeer> successors)
      implements RingMessage {
    public Neighbours {
      successors = List.copyOf(successors);
    }
  }

  /// The sender has the receiver as its successor.
  record Notify() implements RingMessage {}

  /// Asks for a [Closer].
  record Find(long nonce, RingId target) implements RingMessage {}

  /// The way to an id.
  ///
  /// @param end whether `peers` are the members from the id on; else they stand before it, the
  ///   nearest first
  record Closer(long nonce, boolean end, List<RingPeer> peers) implements RingMessage {
    public Closer {
      peers = List.copyOf(peers);
    }
  }

  /// The sender is no member any more.
  record Leaving() implements RingMessage {}

  /// Something that is told to all members. Whoever gets it tells those that stand between itself
  /// and `until`.
  ///
  /// @param author who signed it; not who sent it here
  /// @param sent when, in milliseconds since 1970
  /// @param text 1 to [#MAX_TEXT] bytes of UTF-8
  /// @param signature of the author, over all but `until`
  record Cast(RingId until, NodeId author, long sent, Bytes text, Bytes signature)
      implements RingMessage {
    public Cast {
      if (text.size() < 1 || text.size() > MAX_TEXT) {
        throw new IllegalArgumentException("a text has 1 to " + MAX_TEXT + " bytes");
      }
    }
  }

  /// @param ring the hash that names the ring, 32 bytes
  default Bytes encode(Bytes ring) {
    WireWriter out = new WireWriter(MAX_BYTES);
    switch (this) {
      case Ask(long nonce) -> out.u8(128).bytes(ring).i64(nonce);
      case Neighbours(long nonce, Optional<RingPeer> predecessor, List<RingPeer> successors) -> {
        out.u8(129).bytes(ring).i64(nonce).u8(predecessor.isPresent() ? 1 : 0);
        predecessor.ifPresent(peer -> out.bytes(peer.node().key()));
        write(successors, out);
      }
      case Notify() -> out.u8(130).bytes(ring);
      case Find(long nonce, RingId target) ->
          out.u8(131).bytes(ring).i64(nonce).bytes(target.encode());
      case Closer(long nonce, boolean end, List<RingPeer> peers) -> {
        out.u8(132).bytes(ring).i64(nonce).u8(end ? 1 : 0);
        write(peers, out);
      }
      case Leaving() -> out.u8(133).bytes(ring);
      case Cast(RingId until, NodeId author, long sent, Bytes text, Bytes signature) ->
          out.u8(134)
              .bytes(ring)
              .bytes(until.encode())
              .bytes(author.key())
              .i64(sent)
              .u16(text.size())
              .bytes(text)
              .bytes(signature);
    }
    return Bytes.of(out.toArray());
  }

  /// Reads a message and works out where the members in it stand.
  ///
  /// @throws WireException when it is of another ring or a byte is not as the format says
  static RingMessage decode(Bytes ring, Bytes message) throws WireException {
    if (message.size() > MAX_BYTES) {
      throw new WireException("ring message of " + message.size() + " bytes");
    }
    WireReader in = new WireReader(message.toArray());
    int type = in.u8();
    if (!Bytes.of(in.bytes(RingId.BYTES)).equals(ring)) {
      throw new WireException("message of another ring");
    }
    RingMessage decoded =
        switch (type) {
          case 128 -> new Ask(in.i64());
          case 129 -> new Neighbours(in.i64(), optional(ring, in), read(ring, in));
          case 130 -> new Notify();
          case 131 -> new Find(in.i64(), RingId.decode(in.bytes(RingId.BYTES), 0));
          case 132 -> new Closer(in.i64(), flag(in), read(ring, in));
          case 133 -> new Leaving();
          case 134 ->
              new Cast(
                  RingId.decode(in.bytes(RingId.BYTES), 0),
                  NodeId.decode(in.bytes(NodeId.BYTES), 0),
                  in.i64(),
                  text(in),
                  Bytes.of(in.bytes(NodeKey.SIGNATURE_BYTES)));
          default -> throw new WireException("unknown ring message " + type);
        };
    in.end();
    return decoded;
  }

  private static void write(List<RingPeer> peers, WireWriter out) {
    out.u8(peers.size());
    peers.forEach(peer -> out.bytes(peer.node().key()));
  }

  private static boolean flag(WireReader in) throws WireException {
    int value = in.u8();
    if (value > 1) {
      throw new WireException("flag must be 0 or 1, was " + value);
    }
    return value == 1;
  }

  private static Bytes text(WireReader in) throws WireException {
    int length = in.u16();
    if (length < 1 || length > MAX_TEXT) {
      throw new WireException("text of " + length + " bytes");
    }
    return Bytes.of(in.bytes(length));
  }

  private static Optional<RingPeer> optional(Bytes ring, WireReader in) throws WireException {
    return flag(in) ? Optional.of(peer(ring, in)) : Optional.empty();
  }

  private static List<RingPeer> read(Bytes ring, WireReader in) throws WireException {
    int count = in.u8();
    if (count > MAX_PEERS) {
      throw new WireException("list of " + count + " members");
    }
    List<RingPeer> peers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      RingPeer peer = peer(ring, in);
      if (peers.contains(peer)) {
        throw new WireException("member twice in a list");
      }
      peers.add(peer);
    }
    return peers;
  }

  private static RingPeer peer(Bytes ring, WireReader in) throws WireException {
    return RingPeer.of(ring, NodeId.decode(in.bytes(NodeId.BYTES), 0));
  }
}
