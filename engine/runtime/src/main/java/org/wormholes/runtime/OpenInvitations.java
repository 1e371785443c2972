package org.wormholes.runtime;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.membership.Invitation;
import org.wormholes.protocol.membership.InvitationCode;
import org.wormholes.protocol.membership.Invitations;
import org.wormholes.protocol.wire.Bytes;

/// The invitations that this node has given, for all loops. They end with the process. Thread-safe.
final class OpenInvitations {
  private final Invitations book;
  private final Clock clock;
  private final Entropy entropy;

  /// Whether any was ever given: a node that has given none does not answer who knocks.
  private boolean everGiven;

  OpenInvitations(Clock clock, Entropy entropy) {
    this.book = new Invitations(entropy);
    this.clock = clock;
    this.entropy = entropy;
  }

  synchronized InvitationCode invite(Invitations.Terms terms) {
    InvitationCode code = book.invite(terms, clock.instant());
    everGiven = true;
    return code;
  }

  synchronized List<Invitations.Open> open() {
    return book.open(clock.instant());
  }

  synchronized boolean withdraw(int number) {
    return book.withdraw(number);
  }

  /// The talk with somebody who knocks; empty where nobody was invited.
  synchronized Optional<Invitation> host(NodeId self, NodeId guest, Bytes binding) {
    return everGiven
        ? Optional.of(Invitation.host(book, self, guest, binding, entropy, clock.instant()))
        : Optional.empty();
  }

  /// Takes in what the other side of a talk said.
  synchronized List<Invitation.Output> on(Invitation talk, Bytes message) {
    return talk.on(message, clock.instant());
  }
}
