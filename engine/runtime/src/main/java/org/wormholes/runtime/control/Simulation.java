package org.wormholes.runtime.control;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a ruleset would do on a map of nodes: many paths, picked by the code that picks real ones.
///
/// Every path is that of a client of its own, with guards of its own where the rule asks for them:
/// the numbers say how little an observer knows who does not know the client beforehand.
///
/// @param ruleset its name
/// @param nodes in the map, those of other networks included
/// @param seed the same seed on the same map gives the same paths
/// @param tunnels in the ruleset's order
/// @param splits the split groups in the ruleset's order
public record Simulation(
    String ruleset, int nodes, long seed, List<TunnelOutcome> tunnels, List<SplitOutcome> splits) {
  public Simulation {
    tunnels = List.copyOf(tunnels);
    splits = List.copyOf(splits);
  }

  /// What came of one tunnel.
  ///
  /// @param paths how many were asked for
  /// @param found how many there were
  /// @param blocked why there was none, commonest first
  /// @param roundTrip there and back through whole paths, where it can be told
  /// @param hops by position, nearest first; empty where no path was found
  /// @param path all hops together: how sure an observer is of the whole way
  /// @param pathIsFloor whether `path` is limited by the number of paths: the real one is higher
  /// @param worst of each kind of observer the one who sees most, the most dangerous kind first
  public record TunnelOutcome(
      String tunnel,
      int paths,
      int found,
      List<Cause> blocked,
      Optional<RoundTrip> roundTrip,
      List<HopSpread> hops,
      Optional<Spread> path,
      boolean pathIsFloor,
      List<Observer> worst) {
    public TunnelOutcome {
      blocked = List.copyOf(blocked);
      hops = List.copyOf(hops);
      worst = List.copyOf(worst);
    }
  }

  /// What came of one split group.
  ///
  /// @param parts circuits that each flow goes over
  /// @param flows how many were tried
  /// @param found how many of them found circuits for all parts
  /// @param blocked why others did not, commonest first
  /// @param apart share of those found in which no relay before the exit serves two parts
  /// @param exit how sure an observer is of the exit
  /// @param worst of each kind of observer the one who sees most, the most dangerous kind first
  public record SplitOutcome(
      String group,
      int parts,
      int flows,
      int found,
      List<Cause> blocked,
      double apart,
      Optional<Spread> exit,
      List<PartObserver> worst) {
    public SplitOutcome {
      blocked = List.copyOf(blocked);
      worst = List.copyOf(worst);
    }
  }

  /// Somebody who runs, or watches, more than one relay of a split flow.
  ///
  /// @param kind as of an [Observer]
  /// @param name which one, as the relays themselves say
  /// @param one share of flows of which it sees the first hop of some part
  /// @param several share of flows of which it sees those of two parts or more
  /// @param both share of flows of which it sees a first hop and the exit
  public record PartObserver(String kind, String name, double one, double several, double both) {}

  /// Why paths could not be picked.
  ///
  /// @param rulePath the clause in the way; empty where the map itself is too small
  public record Cause(String why, String rulePath, Optional<Place> place, int paths) {}

  /// Round trips of whole paths, estimated: what this node measured to each relay is a distance
  /// from here, and between two relays it is taken as that of two places in independent directions,
  /// the root of the sum of squares.
  ///
  /// @param known how many paths had a round trip for every hop
  public record RoundTrip(int known, Duration median, Duration p95) {}

  /// How unsure an observer is who knows the rules and the map.
  ///
  /// @param bits Shannon's entropy of how often each was picked, `H = -Σ p·log2 p` (Serjantov and
  ///   Danezis, "Towards an information theoretic metric for anonymity", 2002)
  /// @param effectiveSet `2^H`: as unsure as among so many that are all alike
  /// @param degree `H / log2 N` of the N that were ever picked (Diaz, Seys, Claessens and Preneel,
  ///   "Towards measuring anonymity", 2002); 1 where all are alike
  /// @param distinct N
  public record Spread(double bits, double effectiveSet, double degree, int distinct) {}

  /// Who serves at one position.
  ///
  /// @param hop from 1
  /// @param busiest the relay picked most often there
  public record HopSpread(int hop, String role, Spread spread, Busiest busiest) {}

  /// @param node the relay's address
  /// @param share of all paths
  public record Busiest(String node, String nickname, double share) {}

  /// Somebody who runs, or watches, more than one relay.
  ///
  /// @param kind `relay`, `operator`, `subnet` or `country`
  /// @param name which one, as the relays themselves say; who says nothing is counted nowhere
  /// @param entry share of paths whose first hop it sees
  /// @param exit share of paths whose last hop it sees
  /// @param both share of paths of which it sees both: there it can link who and where to
  public record Observer(String kind, String name, double entry, double exit, double both) {}
}
