package org.wormholes.protocol.membership;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;

/// Who may have a link of one network (`spec/protocol/membership.md`, section 3). Asked by an
/// [Admission]; whoever implements it sees to it that it may be asked on any link's thread.
public interface Gate {
  /// The network's name, 32 bytes.
  Bytes network();

  /// Whether every node may have one, also one without a name. Nothing is proved then, and nobody
  /// waits for an answer.
  boolean isOpen();

  /// What this node shows to prove that it belongs here; empty when it does not belong.
  Optional<List<SignedStatement>> proof(Instant now);

  /// Whether a peer, whose name the handshake proved, may have a link, by what is known or by the
  /// chain it shows.
  boolean admits(NodeId peer, List<SignedStatement> chain, Instant now);

  /// A network open to anyone.
  static Gate open(Bytes network) {
    return new Gate() {
      @Override
      public Bytes network() {
        return network;
      }

      @Override
      public boolean isOpen() {
        return true;
      }

      @Override
      public Optional<List<SignedStatement>> proof(Instant now) {
        return Optional.of(List.of());
      }

      @Override
      public boolean admits(NodeId peer, List<SignedStatement> chain, Instant now) {
        return true;
      }
    };
  }

  /// A closed network, as one of its members knows it.
  static Gate of(Membership membership) {
    return new Gate() {
      @Override
      public Bytes network() {
        return membership.charter().network();
      }

      @Override
      public boolean isOpen() {
        return false;
      }

      @Override
      public Optional<List<SignedStatement>> proof(Instant now) {
        return membership.chain(membership.self(), now);
      }

      @Override
      public boolean admits(NodeId peer, List<SignedStatement> chain, Instant now) {
        return membership.admits(peer, chain, now);
      }
    };
  }
}
