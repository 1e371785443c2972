package org.wormholes.runtime;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.rules.Guard;
import org.wormholes.runtime.store.SavedGuard;

/// The first hops that one tunnel keeps. A guard that does not answer is passed over for a while
/// but not given up: who can make guards fail must not be able to choose new ones. Used from every
/// loop.
final class GuardBook {
  private static final Duration REST_AFTER_FAILURE = Duration.ofSeconds(30);

  /// How many guards may be added beyond the rule's number while all kept ones are silent.
  private static final int SPARE = 2;

  private final String tunnel;
  private final Guard rule;
  private final Clock clock;
  private final Consumer<List<SavedGuard>> save;
  private final List<SavedGuard> kept = new ArrayList<>();
  private final Map<String, Instant> resting = new HashMap<>();

  /// @param saved of this tunnel, from an earlier run
  /// @param save told of every change, must not block
  GuardBook(
      String tunnel,
      Guard rule,
      Clock clock,
      List<SavedGuard> saved,
      Consumer<List<SavedGuard>> save) {
    this.tunnel = tunnel;
    this.rule = rule;
    this.clock = clock;
    this.save = save;
    this.kept.addAll(saved);
  }

  /// The guards to use now, new ones chosen where too few are left. Empty when nobody may be one.
  synchronized Set<NodeId> guards(
      PathPicker picker, Collection<NodeDescriptor> view, RandomGenerator random) {
    Instant now = clock.instant();
    boolean changed = kept.removeIf(guard -> !now.isBefore(guard.until()));
    List<NodeDescriptor> entrances = picker.entrances(view, random);
    Map<String, NodeId> present = new HashMap<>();
    entrances.forEach(node -> present.put(node.id().address(), node.id()));
    Set<NodeId> usable = usable(present, now);
    for (NodeDescriptor candidate : entrances) {
      boolean enough = kept.size() >= rule.count() && !usable.isEmpty();
      if (enough || kept.size() >= rule.count() + SPARE) {
        break;
      }
      String address = candidate.id().address();
      if (kept.stream().noneMatch(guard -> guard.node().equals(address))) {
        kept.add(new SavedGuard(tunnel, address, now, now.plus(rule.keep())));
        usable.add(candidate.id());
        changed = true;
      }
    }
    if (changed) {
      save.accept(List.copyOf(kept));
    }
    return usable;
  }

  private Set<NodeId> usable(Map<String, NodeId> present, Instant now) {
    Set<NodeId> usable = new HashSet<>();
    for (SavedGuard guard : kept) {
      NodeId id = present.get(guard.node());
      Instant until = resting.get(guard.node());
      if (id != null && (until == null || !now.isBefore(until)) && usable.size() < rule.count()) {
        usable.add(id);
      }
    }
    return usable;
  }

  synchronized void failed(NodeId guard) {
    resting.put(guard.address(), clock.instant().plus(REST_AFTER_FAILURE));
  }

  synchronized void worked(NodeId guard) {
    resting.remove(guard.address());
  }
}
