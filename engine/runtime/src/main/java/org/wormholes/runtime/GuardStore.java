package org.wormholes.runtime;

import java.io.IOException;
import java.util.List;
import org.wormholes.runtime.store.SavedGuard;
import org.wormholes.runtime.store.StateFolder;

/// Where a node's guards are kept between runs. May block.
public interface GuardStore {
  /// A store that forgets.
  GuardStore NONE =
      new GuardStore() {
        @Override
        public List<SavedGuard> load() {
          return List.of();
        }

        @Override
        public void save(List<SavedGuard> guards) {}
      };

  List<SavedGuard> load() throws IOException;

  void save(List<SavedGuard> guards) throws IOException;

  /// In a node's state folder.
  static GuardStore in(StateFolder folder) {
    return new GuardStore() {
      @Override
      public List<SavedGuard> load() throws IOException {
        return folder.guards();
      }

      @Override
      public void save(List<SavedGuard> guards) throws IOException {
        folder.saveGuards(guards);
      }
    };
  }
}
