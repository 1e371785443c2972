package org.wormholes.protocol.ring;

import java.util.ArrayList;
import java.util.List;

/// The members that stand next before an id, of those it is offered: the nearest first, none twice.
final class Nearest {
  private final RingId target;
  private final int most;
  private final List<RingPeer> list;
  private final List<RingId> distances;

  Nearest(RingId target, int most) {
    this.target = target;
    this.most = most;
    this.list = new ArrayList<>(most + 1);
    this.distances = new ArrayList<>(most + 1);
  }

  RingId target() {
    return target;
  }

  List<RingPeer> list() {
    return list;
  }

  void offer(RingPeer peer) {
    RingId distance = peer.id().distanceTo(target);
    int at = list.size();
    while (at > 0 && distance.compareTo(distances.get(at - 1)) < 0) {
      at--;
    }
    if (at == most || (at > 0 && distance.equals(distances.get(at - 1)))) {
      return;
    }
    list.add(at, peer);
    distances.add(at, distance);
    if (list.size() > most) {
      list.removeLast();
      distances.removeLast();
    }
  }
}
