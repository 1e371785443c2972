package org.wormholes.runtime;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.runtime.store.SavedGuard;

/// The guards of all tunnels in memory, written behind to a store that may block.
final class KeptGuards implements Node.Guards {
  private static final Logger LOG = LoggerFactory.getLogger(KeptGuards.class);

  private final GuardStore store;
  private final Executor work;
  private final Map<String, List<SavedGuard>> byTunnel = new LinkedHashMap<>();

  KeptGuards(GuardStore store, Executor work) {
    this.store = store;
    this.work = work;
    try {
      for (SavedGuard guard : store.load()) {
        byTunnel.computeIfAbsent(guard.tunnel(), name -> new ArrayList<>()).add(guard);
      }
    } catch (IOException e) {
      LOG.warn("saved guards cannot be read, new ones will be chosen: {}", e.getMessage());
    }
  }

  @Override
  public synchronized List<SavedGuard> saved(String tunnel) {
    return List.copyOf(byTunnel.getOrDefault(tunnel, List.of()));
  }

  @Override
  public synchronized void save(String tunnel, List<SavedGuard> guards) {
    byTunnel.put(tunnel, List.copyOf(guards));
    work.execute(this::write);
  }

  private void write() {
    List<SavedGuard> all = new ArrayList<>();
    synchronized (this) {
      byTunnel.values().forEach(all::addAll);
    }
    try {
      store.save(all);
    } catch (IOException e) {
      LOG.warn("guards cannot be saved: {}", e.getMessage());
    }
  }
}
