package org.wormholes.protocol.membership;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// The beginning of a link: it is said to which network it belongs, and on one of a closed network
/// each side shows that it belongs to it; until then nothing else is said
/// (`spec/protocol/membership.md`, section 3). The handshake has already proved the names of both.
///
/// | state | input | output | next |
/// |---|---|---|---|
/// | initiator of an open network, new | Start | its proof, Admitted | done |
/// | initiator, new | Start | its proof | waits |
/// | responder, new | Start | | waits |
/// | initiator, waits | a proof that holds | Admitted | done |
/// | responder, waits | a proof that holds | its own unless the network is open, Admitted | done |
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

  private final Function<Bytes, Optional<Gate>> gates;
  private final @Nullable NodeId peer;
  private final @Nullable Gate wanted;
  private Phase phase = Phase.NEW;
  private Instant deadline = Instant.MAX;

  private Admission(
      Function<Bytes, Optional<Gate>> gates, @Nullable NodeId peer, @Nullable Gate wanted) {
    this.gates = gates;
    this.peer = peer;
    this.wanted = wanted;
  }

  /// The side that opened the link, for one network.
  public static Admission initiator(Gate gate, NodeId peer) {
    return new Admission(
        name -> Optional.of(gate).filter(it -> it.network().equals(name)), peer, gate);
  }

  /// The side that was called.
  ///
  /// @param gates finds the networks that this node belongs to by their names
  /// @param peer who called; empty for one without a name, which gets into open networks only
  public static Admission responder(Function<Bytes, Optional<Gate>> gates, Optional<NodeId> peer) {
    return new Admission(gates, peer.orElse(null), null);
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
    if (wanted != null && !present(wanted, now, out)) {
      refuse("this node does not belong to the network itself", out);
      return;
    }
    if (wanted != null && wanted.isOpen()) {
      phase = Phase.DONE;
      out.add(new Output.Admitted(wanted.network(), List.of()));
      return;
    }
    out.add(new Output.WakeAt(deadline));
  }

  /// Shows that this node belongs to a network; false when it does not.
  private static boolean present(Gate gate, Instant now, List<Output> out) {
    Optional<List<SignedStatement>> chain = gate.proof(now);
    chain.ifPresent(proof ->
        out.add(
            new Output.Send(
                new MembershipMessage.Present(
                        gate.network(), proof.stream().map(SignedStatement::encoded).toList())
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
      Optional<Gate> gate = gates.apply(network);
      if (gate.isEmpty()) {
        refuse("asks for a network that this node does not belong to", out);
        return;
      }
      if (gate.get().isOpen()) {
        phase = Phase.DONE;
        out.add(new Output.Admitted(network, List.of()));
        return;
      }
      if (peer == null) {
        refuse("has no name", out);
        return;
      }
      List<SignedStatement> chain = new ArrayList<>();
      for (Bytes each : encoded) {
        chain.add(SignedStatement.decode(each));
      }
      if (!gate.get().admits(peer, chain, now)) {
        refuse("does not belong to the network", out);
        return;
      }
      if (wanted == null && !present(gate.get(), now, out)) {
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
