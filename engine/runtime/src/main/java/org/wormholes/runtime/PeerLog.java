package org.wormholes.runtime;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.runtime.control.AttemptView;

/// What was tried to reach nodes of one network by key, and what became of it: the last of each
/// node, in memory. Thread-safe.
final class PeerLog {
  private static final int MAX_PEERS = 256;
  private static final int MAX_ATTEMPTS = 16;

  private final Clock clock;
  private final Map<NodeId, ArrayDeque<AttemptView>> attempts = new LinkedHashMap<>();

  PeerLog(Clock clock) {
    this.clock = clock;
  }

  /// @param outcome in a few words, without an address
  synchronized void note(NodeId peer, String carrier, boolean succeeded, String outcome) {
    ArrayDeque<AttemptView> mine = attempts.remove(peer);
    if (mine == null) {
      mine = new ArrayDeque<>();
      if (attempts.size() >= MAX_PEERS) {
        Iterator<NodeId> oldest = attempts.keySet().iterator();
        oldest.next();
        oldest.remove();
      }
    }
    attempts.put(peer, mine); // behind all others
    AttemptView last = mine.peekLast();
    boolean again =
        last != null
            && last.carrier().equals(carrier)
            && last.succeeded() == succeeded
            && last.outcome().equals(outcome);
    if (again) {
      mine.removeLast();
    } else if (mine.size() >= MAX_ATTEMPTS) {
      mine.removeFirst();
    }
    int times = again ? last.times() + 1 : 1;
    mine.addLast(new AttemptView(clock.instant(), carrier, succeeded, outcome, times));
  }

  /// The oldest first.
  synchronized List<AttemptView> of(NodeId peer) {
    ArrayDeque<AttemptView> mine = attempts.get(peer);
    return mine == null ? List.of() : List.copyOf(mine);
  }
}
