package org.wormholes.protocol.rendezvous;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// What an introduction point hands on to one service. Clients that did the work which the service
/// asks for have a budget of their own, so that no number of idle ones keeps them out. See
/// `spec/protocol/rendezvous.md`, section 7.
final class IntroductionGate {
  /// Proofs that are remembered for each seed; more are idle until there is another seed.
  static final int MAX_PROVEN = 4_096;

  private final NodeId key;
  private final Budget idle;
  private final Budget worked;
  private List<Lock> locks = List.of();
  private Shed shed = Shed.NONE;

  /// A puzzle, and whose proofs were seen.
  private record Lock(Puzzle puzzle, Set<Bytes> seen) {}

  /// @param key the service's name here
  IntroductionGate(NodeId key, Instant now) {
    this.key = key;
    this.idle = new Budget(now);
    this.worked = new Budget(now);
  }

  /// What the service asks for from now on. Proofs for other seeds are worth nothing.
  void guard(Puzzle now, Puzzle before) {
    locks = List.of(locked(now), locked(before));
  }

  private Lock locked(Puzzle puzzle) {
    return locks.stream()
        .filter(lock -> lock.puzzle().equals(puzzle))
        .findFirst()
        .orElseGet(() -> new Lock(puzzle, new HashSet<>()));
  }

  /// Whether to hand an introduction on.
  ///
  /// @throws WireException if its proof is false, or was here before
  boolean admits(ServiceIntroduction.Head head, Instant now) throws WireException {
    if (hasWorked(head)) {
      if (worked.take(now)) {
        return true;
      }
      shed = shed.plusWorked();
      return false;
    }
    if (idle.take(now)) {
      return true;
    }
    shed = shed.plusIdle();
    return false;
  }

  private boolean hasWorked(ServiceIntroduction.Head head) throws WireException {
    Puzzle.Proof proof = head.proof();
    for (Lock lock : locks) {
      Puzzle puzzle = lock.puzzle();
      if (puzzle.effort() > 0
          && proof.effort() >= puzzle.effort()
          && puzzle.isMeantBy(proof)
          && lock.seen().size() < MAX_PROVEN) {
        if (!puzzle.accepts(key, head.share(), proof)) {
          throw new WireException("proof of work is false");
        }
        if (!lock.seen().add(head.share())) {
          throw new WireException("proof of work was here before");
        }
        return true;
      }
    }
    return false;
  }

  /// How many are remembered.
  int proofs() {
    return locks.stream().mapToInt(lock -> lock.seen().size()).sum();
  }

  /// What was refused since this was asked last.
  Shed shed() {
    Shed since = shed;
    shed = Shed.NONE;
    return since;
  }

  /// How many may pass.
  private static final class Budget {
    private double allowed = RendezvousRelay.BURST;
    private Instant counted;

    Budget(Instant now) {
      counted = now;
    }

    boolean take(Instant now) {
      if (now.isAfter(counted)) {
        double since = Duration.between(counted, now).toMillis() / 1_000.0;
        allowed = Math.min(RendezvousRelay.BURST, allowed + since * RendezvousRelay.PER_SECOND);
        counted = now;
      }
      if (allowed < 1) {
        return false;
      }
      allowed--;
      return true;
    }
  }
}
