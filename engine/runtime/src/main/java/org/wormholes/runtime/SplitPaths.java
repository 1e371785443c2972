package org.wormholes.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.runtime.PathPicker.Outcome;

/// Chooses the paths of the parts of a split flow together: each by the rule of its own tunnel, all
/// to one exit, and over different relays before it. Relays are shared only where there is no other
/// way to an exit, guards above all: the rule of a tunnel goes first.
final class SplitPaths {
  /// Exits that are tried before giving up.
  private static final int MAX_EXITS = 8;

  private final List<RunningTunnel> tunnels;
  private final Collection<NodeDescriptor> view;
  private final Set<NodeId> suspects;

  private SplitPaths(
      List<RunningTunnel> tunnels, Collection<NodeDescriptor> view, Set<NodeId> suspects) {
    this.tunnels = tunnels;
    this.view = view;
    this.suspects = suspects;
  }

  sealed interface Choice {
    /// A path for each part.
    record Chosen(List<Path> paths) implements Choice {}

    /// There is no exit that all parts reach.
    record None(String why) implements Choice {}
  }

  /// @param tunnels the tunnel of each part, one or several times
  /// @param suspects nodes that failed lately: used only if there is no other way
  static Choice choose(
      List<RunningTunnel> tunnels,
      Collection<NodeDescriptor> view,
      Set<NodeId> suspects,
      RandomGenerator random) {
    return new SplitPaths(tunnels, view, suspects).choose(random);
  }

  private Choice choose(RandomGenerator random) {
    List<NodeDescriptor> exits = tunnels.getFirst().picker.exits(view, suspects, random);
    exits.removeIf(exit ->
        tunnels.stream().anyMatch(tunnel -> tunnel.picker.exclusion(exit, true).isPresent()));
    if (exits.isEmpty()) {
      return new Choice.None("no relay may be the exit of all its parts");
    }
    List<NodeDescriptor> some = exits.subList(0, Math.min(MAX_EXITS, exits.size()));
    for (NodeDescriptor exit : some) {
      Choice apart = to(exit.id(), true);
      if (apart instanceof Choice.Chosen) {
        return apart;
      }
    }
    Choice last = new Choice.None("");
    for (NodeDescriptor exit : some) {
      last = to(exit.id(), false);
      if (last instanceof Choice.Chosen) {
        return last;
      }
    }
    return last;
  }

  private Choice to(NodeId exit, boolean apart) {
    List<Path> paths = new ArrayList<>();
    Set<NodeId> met = new HashSet<>();
    for (RunningTunnel tunnel : tunnels) {
      List<NodeDescriptor> free =
          view.stream().filter(node -> !apart || !met.contains(node.id())).toList();
      Set<NodeId> avoided = new HashSet<>(suspects);
      avoided.addAll(met);
      switch (tunnel.find(free, Optional.of(exit), avoided)) {
        case Outcome.Blocked(String why, String _) -> {
          return new Choice.None(
              "no exit is reached by all %d parts: in tunnel %s %s"
                  .formatted(tunnels.size(), tunnel.rule.name(), why));
        }
        case Outcome.Picked(Path path) -> {
          SplitLane.relaysBeforeExit(path).forEach(hop -> met.add(hop.id()));
          paths.add(path);
        }
      }
    }
    return new Choice.Chosen(paths);
  }
}
