package org.wormholes.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.wormholes.runtime.store.KeptNetwork;
import org.wormholes.runtime.store.StateFolder;

/// Where the networks that a node belongs to are kept between runs. May block.
public interface NetworkStore {
  /// A store that forgets.
  NetworkStore NONE =
      new NetworkStore() {
        @Override
        public List<KeptNetwork> load() {
          return List.of();
        }

        @Override
        public void save(List<KeptNetwork> networks) {}
      };

  List<KeptNetwork> load() throws IOException;

  /// Returns when they would survive a crash.
  void save(List<KeptNetwork> networks) throws IOException;

  /// The folder for records of tables; empty where they are forgotten.
  default Optional<Path> tables() {
    return Optional.empty();
  }

  /// In a node's state folder.
  static NetworkStore in(StateFolder folder) {
    return new NetworkStore() {
      @Override
      public List<KeptNetwork> load() throws IOException {
        return folder.networks();
      }

      @Override
      public void save(List<KeptNetwork> networks) throws IOException {
        folder.saveNetworks(networks);
      }

      @Override
      public Optional<Path> tables() {
        return Optional.of(folder.path().resolve("tables"));
      }
    };
  }
}
