package org.wormholes.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.wormholes.rulesets.gem.GemStore;
import org.wormholes.runtime.store.StateFolder;

/// Where things are on this machine, by the rules of the XDG base directory specification.
final class Locations {
  private static final List<Path> TOR_COUNTRIES =
      List.of(Path.of("/usr/share/tor/geoip"), Path.of("/usr/share/tor/geoip6"));

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

  /// Where `wormholes country-data` puts its table.
  static Path countryTable() {
    return rulesets().resolveSibling("countries");
  }

  /// Where engines look for countries unless they are told: the table, or else what Debian's
  /// tor-geoipdb brings along; none where there is neither.
  static List<Path> countryData() {
    Path table = countryTable();
    return Files.exists(table)
        ? List.of(table)
        : TOR_COUNTRIES.stream().filter(Files::exists).toList();
  }

  private static Path home() {
    return Path.of(System.getProperty("user.home", "."));
  }
}
