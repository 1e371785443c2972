package org.wormholes.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.wormholes.rules.Resolve;
import org.wormholes.transport.socket.NettyOptions;

/// Settings of engines in tests.
final class TestSettings {
  private TestSettings() {}

  /// An engine that serves nobody else and listens for commands only.
  static EngineHost.Settings of(Path state, Path socket) {
    return new EngineHost.Settings(
        state,
        socket,
        Set.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        List.of(),
        NettyOptions.defaults(),
        List.of(),
        "",
        "",
        "",
        0,
        EngineHost.DEFAULT_MEMORY,
        false,
        new Resolve.BySystem());
  }
}
