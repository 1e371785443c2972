package org.wormholes.runtime.control;

import java.util.List;

/// Who may serve at one hop of a tunnel's path, judged one hop at a time.
///
/// @param hop position from 1, the one nearest to this node
/// @param role `relay` or `exit`
/// @param candidates every node considered, eligible ones first
public record HopCandidates(int hop, String role, List<Candidate> candidates) {
  public HopCandidates {
    candidates = List.copyOf(candidates);
  }
}
