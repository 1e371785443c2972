package org.wormholes.cli;

import java.nio.file.Path;
import java.util.Map;
import org.wormholes.rulesets.gem.GemStore;
import org.wormholes.runtime.store.StateFolder;

/// Where things are on this machine, by the rules of the XDG base directory specification.
final class Locations {
  private Locations() {}

  /// `$XDG_RUNTIME_DIR/wormholes/control.sock`, or `control.sock` in the default state folder.
  static Path controlSocket(Map<String, String> environment, Path home) {
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    return runtime.startsWith("/")
        ? Path.of(runtime, "wormholes", "control.sock")
        : StateFolder.defaultPath(Map.of(), home).resolve("control.sock");
  }

  static Path controlSocket() {
    return controlSocket(System.getenv(), home());
  }

  static Path state() {
    return StateFolder.defaultPath(System.getenv(), home());
  }

  /// Where installed rulesets are kept.
  static Path rulesets() {
    return GemStore.defaultPath(System.getenv(), home());
  }

  /// Where the key is kept that signs gems.
  static Path author() {
    return rulesets().resolveSibling("author");
  }

  private static Path home() {
    return Path.of(System.getProperty("user.home", "."));
  }
}
