package org.wormholes.protocol.ring;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The members that follow one, in order, none twice, never the one itself. What others say is
/// taken as far as it stands in the order of the ring.
final class Successors {
  private final RingPeer self;
  private final int most;
  private final List<RingPeer> list = new ArrayList<>();
  private boolean silent;
  private List<RingPeer> shown = List.of();
  private long changes;

  Successors(RingPeer self, int most) {
    this.self = self;
    this.most = most;
  }

  List<RingPeer> list() {
    return shown;
  }

  /// How often the list has changed.
  long changes() {
    return changes;
  }

  private void show() {
    if (!shown.equals(list)) {
      shown = List.copyOf(list);
      changes++;
    }
  }

  /// Without a last one that is silent.
  List<RingPeer> answering() {
    return silent ? List.of() : list();
  }

  Optional<RingPeer> head() {
    return list.isEmpty() ? Optional.empty() : Optional.of(list.getFirst());
  }

  /// Whether no other has become the first since this one was asked.
  boolean stillHead(RingPeer peer) {
    return !list.isEmpty() && list.getFirst().equals(peer);
  }

  /// Whether a member that answered should be the first.
  boolean nearer(RingPeer peer) {
    return list.isEmpty() || silent || peer.id().between(self.id(), list.getFirst().id());
  }

  /// Takes a member that has answered as the first, and those that it says follow it.
  void adopt(RingPeer first, List<RingPeer> next) {
    list.clear();
    silent = false;
    if (!first.equals(self)) {
      list.add(first);
      append(next);
    }
    show();
  }

  /// Adds those that follow, up to the one that is out of order.
  void adoptAll(List<RingPeer> next) {
    append(next);
    show();
  }

  private void append(List<RingPeer> next) {
    for (RingPeer peer : next) {
      RingPeer last = list.isEmpty() ? self : list.getLast();
      if (list.size() >= most || !peer.id().between(last.id(), self.id())) {
        return;
      }
      list.add(peer);
    }
  }

  /// The first does not answer.
  ///
  /// @return whether there is another one to ask
  boolean drop(RingPeer peer) {
    if (!stillHead(peer)) {
      return false;
    }
    if (list.size() == 1) {
      silent = true;
      return false;
    }
    list.removeFirst();
    show();
    return true;
  }

  /// One said itself that it goes.
  void gone(RingPeer peer) {
    list.remove(peer);
    silent = silent && !list.isEmpty();
    show();
  }

  void clear() {
    list.clear();
    silent = false;
    show();
  }
}
