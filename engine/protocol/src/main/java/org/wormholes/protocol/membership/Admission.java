package org.wormholes.protocol.membership;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// The beginning of a link of a closed network: each side shows that it belongs to it, and until
/// then nothing else is said (`spec/protocol/membership.md`, section 3). The handshake has already
/// proved the names of both.
///
/// | state | input | output | next |
/// |---|---|---|---|
/// | initiator, new | Start | its proof | waits |
/// | responder, new | Start | | waits |
/// | initiator, waits | a proof that holds | Admitted | done |
/// | responder, waits | a proof that holds | its own, Admitted | done |
/// | waits | anything else, or the deadline | Refused | done |
public final class Admission {
  /// How long the other side has.
  public static final Duration PATIENCE = Duration.ofSeconds(5);

  /// What happened.
  public sealed interface Input {
    /// The handshake is over.
    record Start() implements Input {}

    /// A DIRECTORY frame arrived.
    record Received(Bytes message) implements Input {}

    /// Any other frame arrived.
    record SomethingElse() implements Input {}

    record DeadlineReached() implements Input {}
  }

  /// What is to be done.
  public sealed interface Output {
    /// Send a DIRECTORY frame of at most 2,100 bytes.
    record Send(Bytes message) implements Output {}

    record WakeAt(Instant deadline) implements Output {}

    /// The link belongs to this network from now on.
    ///
    /// @param chain what the peer has shown: news for the [Membership]
    record Admitted(Bytes network, List<SignedStatement> chain) implements Output {
      public Admitted {
        chain = List.copyOf(chain);
      }
    }

    /// Close the link. The peer is told no more than that it is refused; the reason is for us.
    record Refused(String reason) implements Output {}
  }

  private enum Phase {
    NEW,
    WAITS,
    DONE
  }

  private final Map<Bytes, Membership> memberships;
  private final @Nullable NodeId peer;
  private final @Nullable Membership wanted;
  private Phase phase = Phase.NEW;
  private Instant deadline = Instant.MAX;

  private Admission(
      Map<Bytes, Membership> memberships, @Nullable NodeId peer, @Nullable Membership wanted) {
    this.memberships = Map.copyOf(memberships);
    this.peer = peer;
    this.wanted = wanted;
  }

  /// The side that opened the link, for one network.
  public static Admission initiator(Membership membership, NodeId peer) {
    return new Admission(Map.of(membership.charter().network(), membership), peer, membership);
  }

  /// The side that was called.
  ///
  /// @param memberships the closed networks that this node belongs to, by their names
  /// @param peer who called; empty for one without a name, which belongs to nothing
  public static Admission responder(Map<Bytes, Membership> memberships, Optional<NodeId> peer) {
    return new Admission(memberships, peer.orElse(null), null);
  }

  /// Takes in what happened and says what to do, in order. Nothing after Admitted or Refused.
  public List<Output> on(Input input, Instant now) {
    List<Output> out = new ArrayList<>();
    switch (input) {
      case Input.Start() -> start(now, out);
      case Input.Received(Bytes message) -> {
        if (phase == Phase.WAITS) {
          onMessage(message, now, out);
        }
      }
      case Input.SomethingElse() -> refuse("said something else before it was admitted", out);
      case Input.DeadlineReached() -> {
        if (!now.isBefore(deadline)) {
          refuse("did not present itself in time", out);
        }
      }
    }
    return out;
  }

  private void start(Instant now, List<Output> out) {
    if (phase != Phase.NEW) {
      throw new IllegalStateException("only a new admission starts");
    }
    phase = Phase.WAITS;
    deadline = now.plus(PATIENCE);
    if (peer == null) {
      refuse("has no name", out);
      return;
    }
    if (wanted != null && !present(wanted, now, out)) {
      refuse("this node does not belong to the network itself", out);
      return;
    }
    out.add(new Output.WakeAt(deadline));
  }

  /// Shows that this node belongs to a network; false when it does not.
  private static boolean present(Membership membership, Instant now, List<Output> out) {
    Optional<List<SignedStatement>> chain = membership.chain(membership.self(), now);
    chain.ifPresent(proof ->
        out.add(
            new Output.Send(
                new MembershipMessage.Present(
                        membership.charter().network(),
                        proof.stream().map(SignedStatement::encoded).toList())
                    .encode())));
    return chain.isPresent();
  }

  private void onMessage(Bytes message, Instant now, List<Output> out) {
    try {
      if (!(MembershipMessage.decode(message)
          instanceof MembershipMessage.Present(Bytes network, List<Bytes> encoded))) {
        refuse("said something else before it was admitted", out);
        return;
      }
      Membership membership = memberships.get(network);
      if (membership == null || peer == null) {
        refuse("asks for a network that this node does not belong to", out);
        return;
      }
      List<SignedStatement> chain = new ArrayList<>();
      for (Bytes each : encoded) {
        chain.add(SignedStatement.decode(each));
      }
      if (!membership.admits(peer, chain, now)) {
        refuse("does not belong to the network", out);
        return;
      }
      if (wanted == null && !present(membership, now, out)) {
        refuse("this node does not belong to the network itself", out);
        return;
      }
      phase = Phase.DONE;
      out.add(new Output.Admitted(network, chain));
    } catch (WireException e) {
      refuse(String.valueOf(e.getMessage()), out);
    }
  }

  private void refuse(String reason, List<Output> out) {
    if (phase != Phase.DONE) {
      phase = Phase.DONE;
      out.add(new Output.Refused(reason));
    }
  }
}
