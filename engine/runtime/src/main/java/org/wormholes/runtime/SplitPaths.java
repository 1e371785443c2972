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
import org.wormholes.rules.Tunnel;
import org.wormholes.runtime.PathPicker.Outcome;
import org.wormholes.runtime.PathPicker.Wish;

/// Chooses the paths of the parts of a split flow together: each by the rule of its own tunnel, all
/// to one exit, and over different relays before it. Relays are shared only where there is no other
/// way to an exit, guards above all: the rule of a tunnel goes first.
final class SplitPaths {
  /// Exits that are tried before giving up. Who asks again tries others.
  private static final int MAX_EXITS = 8;

  private final List<Lane> lanes;
  private final Collection<NodeDescriptor> view;
  private final Set<NodeId> suspects;
  private final RandomGenerator random;

  private SplitPaths(
      List<Lane> lanes,
      Collection<NodeDescriptor> view,
      Set<NodeId> suspects,
      RandomGenerator random) {
    this.lanes = lanes;
    this.view = view;
    this.suspects = suspects;
    this.random = random;
  }

  /// By what rule the path of one part is chosen.
  ///
  /// @param guards the first hop is one of these; absent where the rule asks for none
  record Lane(Tunnel rule, PathPicker picker, Optional<Set<NodeId>> guards) {
    private Outcome pick(
        Collection<NodeDescriptor> among,
        NodeId exit,
        Set<NodeId> avoided,
        RandomGenerator random) {
      if (guards.isPresent() && guards.get().isEmpty()) {
        return RunningTunnel.noGuard(rule);
      }
      Wish wish = new Wish(Optional.of(exit), guards.orElse(Set.of()), avoided);
      return picker.pick(among, wish, random);
    }
  }

  sealed interface Choice {
    /// A path for each part.
    record Chosen(List<Path> paths) implements Choice {}

    /// There is no exit that all parts reach.
    ///
    /// @param rulePath the clause in the way of the last one tried, empty where none is
    record None(String why, String rulePath) implements Choice {}
  }

  /// @param lanes one for each part
  /// @param suspects nodes that failed lately: used only if there is no other way
  static Choice choose(
      List<Lane> lanes,
      Collection<NodeDescriptor> view,
      Set<NodeId> suspects,
      RandomGenerator random) {
    return new SplitPaths(lanes, view, suspects, random).choose();
  }

  private Choice choose() {
    List<NodeDescriptor> exits = lanes.getFirst().picker.exits(view, suspects, random);
    exits.removeIf(
        exit -> lanes.stream().anyMatch(lane -> lane.picker.exclusion(exit, true).isPresent()));
    if (exits.isEmpty()) {
      return new Choice.None("no relay may be the exit of all its parts", "");
    }
    List<NodeDescriptor> some = exits.subList(0, Math.min(MAX_EXITS, exits.size()));
    for (NodeDescriptor exit : some) {
      Choice apart = to(exit.id(), true);
      if (apart instanceof Choice.Chosen) {
        return apart;
      }
    }
    Choice last = new Choice.None("", "");
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
    for (Lane lane : lanes) {
      List<NodeDescriptor> free =
          view.stream().filter(node -> !apart || !met.contains(node.id())).toList();
      Set<NodeId> avoided = new HashSet<>(suspects);
      avoided.addAll(met);
      switch (lane.pick(free, exit, avoided, random)) {
        case Outcome.Blocked(String why, String rulePath) -> {
          return new Choice.None(
              "no exit is reached by all %d parts: in tunnel %s %s"
                  .formatted(lanes.size(), lane.rule.name(), why),
              rulePath);
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
