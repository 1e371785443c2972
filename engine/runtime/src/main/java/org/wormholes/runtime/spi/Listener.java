package org.wormholes.runtime.spi;

import java.util.concurrent.CompletionStage;

/// An open listening socket.
public interface Listener {
  /// Address actually bound, as `host:port`; the port is never 0.
  String address();

  /// Stops accepting; connections accepted before are untouched. Completes when the port is free.
  CompletionStage<Void> close();
}
