package org.wormholes.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.membership.Admission;
import org.wormholes.protocol.membership.Invitation;
import org.wormholes.protocol.wire.Bytes;

/// What is said on a fresh link before anything else: to which network it belongs, or, by a guest,
/// the code it was told. Belongs to the link's loop.
final class LinkAdmission {
  /// What became of it; nothing follows after one.
  sealed interface Outcome {
    /// The link belongs to this network.
    record Admitted(NetworkHost network) implements Outcome {}

    /// All is said: a guest has become a member. The link ends.
    record Done() implements Outcome {}

    /// @param reason for us; the peer is told no more than that it is refused
    record Refused(String reason) implements Outcome {}
  }

  private final Node node;
  private final NodeId self;
  private final Optional<NodeId> peer;
  private final Bytes binding;
  private final Consumer<Bytes> send;
  private final @Nullable Visit visit;
  private @Nullable Admission admission;
  private @Nullable Invitation invitation;

  /// A guest's wish to become a member.
  interface Visit {
    /// The machine for a link of this name to this host.
    Invitation begin(NodeId host, Bytes binding, Instant now);

    void onWelcome(Invitation.Output.Welcomed welcome);
  }

  /// @param wanted the network we dialled for; null where we did not dial, or come as a guest
  /// @param binding what names the link
  /// @param send puts a DIRECTORY frame on it
  LinkAdmission(
      Node node,
      @Nullable NetworkHost wanted,
      @Nullable Visit visit,
      Optional<NodeId> peer,
      Bytes binding,
      Consumer<Bytes> send) {
    this.node = node;
    this.self = node.id();
    this.peer = peer;
    this.binding = binding;
    this.send = send;
    this.visit = visit;
    if (visit == null) {
      admission =
          wanted == null
              ? Admission.responder(node::gate, peer)
              : Admission.initiator(wanted.gate(), peer.orElseThrow());
    }
  }

  /// How long the peer has, in all.
  Duration patience() {
    return visit == null && invitation == null ? Admission.PATIENCE : Invitation.PATIENCE;
  }

  Optional<Outcome> start() {
    if (visit != null) {
      invitation = visit.begin(peer.orElseThrow(), binding, node.clock().instant());
      return invited(invitation.start());
    }
    return asked(new Admission.Input.Start());
  }

  Optional<Outcome> onDirectory(Bytes message) {
    if (invitation == null && visit == null && Invitation.isAbout(message)) {
      Optional<Invitation> host =
          peer.flatMap(guest -> node.invitations().host(self, guest, binding));
      if (host.isEmpty()) {
        return Optional.of(new Outcome.Refused("knocks where nobody was invited"));
      }
      invitation = host.get();
      admission = null;
    }
    Invitation talk = invitation;
    return talk == null
        ? asked(new Admission.Input.Received(message))
        : invited(node.invitations().on(talk, message));
  }

  Optional<Outcome> onSomethingElse() {
    return Optional.of(new Outcome.Refused("said something else before it was admitted"));
  }

  private Optional<Outcome> asked(Admission.Input input) {
    Admission machine = admission;
    if (machine == null) {
      return onSomethingElse();
    }
    for (Admission.Output output : machine.on(input, node.clock().instant())) {
      switch (output) {
        case Admission.Output.Send(Bytes message) -> send.accept(message);
        case Admission.Output.WakeAt _ -> {}
        case Admission.Output.Admitted(Bytes network, var chain) -> {
          Optional<NetworkHost> host = node.network(network);
          host.ifPresent(it -> it.shown(chain));
          return Optional.of(
              host.<Outcome>map(Outcome.Admitted::new)
                  .orElse(new Outcome.Refused("the network was left")));
        }
        case Admission.Output.Refused(String reason) -> {
          return Optional.of(new Outcome.Refused(reason));
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Outcome> invited(List<Invitation.Output> outputs) {
    for (Invitation.Output output : outputs) {
      switch (output) {
        case Invitation.Output.Send(Bytes message) -> send.accept(message);
        case Invitation.Output.Redeemed redeemed -> {
          return welcome(redeemed);
        }
        case Invitation.Output.Welcomed welcome -> {
          if (visit != null) {
            visit.onWelcome(welcome);
          }
          return Optional.of(new Outcome.Done());
        }
        case Invitation.Output.Refused(String reason) -> {
          return Optional.of(new Outcome.Refused(reason));
        }
      }
    }
    return Optional.empty();
  }

  /// The guest has proved to know the code: it becomes a member here and now.
  private Optional<Outcome> welcome(Invitation.Output.Redeemed redeemed) {
    Invitation talk = invitation;
    Optional<NetworkHost> network = node.network(redeemed.terms().network());
    var chain = network.flatMap(host -> host.admit(redeemed.guest(), redeemed.terms()));
    if (talk == null || chain.isEmpty()) {
      return Optional.of(new Outcome.Refused("this node may not admit anybody any more"));
    }
    NetworkHost host = network.orElseThrow();
    return invited(talk.welcome(host.rules().name(), host.charter().orElseThrow(), chain.get()));
  }
}
