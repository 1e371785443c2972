package org.wormholes.protocol.link;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.ByteSink;
import org.wormholes.protocol.wire.WireException;

/// How two neighbours come to share keys: three messages of fixed size, after which there is a
/// [LinkSession]. See `spec/protocol/link.md`, sections 2 and 3.
///
/// The initiator calls [#start], then both call [#receive] with what the carrier brings until
/// [#done()]; bytes that follow the handshake are left in the buffer for the session.
public final class LinkHandshake {
  private LinkHandshake() {}

  /// A client without a name: its static key is thrown away.
  public static LinkHandshake initiator(NodeId peer, Entropy entropy) {
    throw new UnsupportedOperationException("being written");
  }

  /// A node that proves its identity to the peer.
  public static LinkHandshake initiator(NodeKey self, NodeId peer, Entropy entropy) {
    throw new UnsupportedOperationException("being written");
  }

  public static LinkHandshake responder(NodeKey self, Entropy entropy) {
    throw new UnsupportedOperationException("being written");
  }

  /// The initiator's first message.
  public void start(ByteSink out) {
    throw new UnsupportedOperationException("being written");
  }

  /// Takes bytes until the handshake is done, and writes what is to be answered.
  ///
  /// @throws WireException if the peer is not who it should be or breaks the protocol; close the
  ///   carrier without a word
  public void receive(ByteBuffer in, ByteSink out) throws WireException {
    throw new UnsupportedOperationException("being written");
  }

  public boolean done() {
    throw new UnsupportedOperationException("being written");
  }

  /// @throws IllegalStateException if not done
  public LinkSession session() {
    throw new UnsupportedOperationException("being written");
  }

  /// The node that the peer proved to be; empty before the end, and for a client without a name.
  public Optional<NodeId> peer() {
    throw new UnsupportedOperationException("being written");
  }
}
