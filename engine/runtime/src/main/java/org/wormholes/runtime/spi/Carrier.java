package org.wormholes.runtime.spi;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.wormholes.protocol.crypto.NodeKey;

/// Moves bytes between two nodes, and is only that: a link on top authenticates and encrypts. An
/// address means something to one carrier only and is never handed to another. Where the carrier
/// has no way to end one direction alone, the end of either is the end of both.
public interface Carrier {
  /// The word a ruleset uses for it: `tcp`, `tls`, `quic`, `tor`.
  String name();

  /// Why `address`, as others would be told it, leads nowhere over this carrier: what form was
  /// expected. Empty where it has the right one. Asks nobody.
  default Optional<String> addressProblem(String address) {
    return Optional.empty();
  }

  /// Connects to `address`, in this carrier's own notation, within `timeout`.
  void dial(Loop loop, String address, Duration timeout, DialListener listener);

  /// Listens at `address`. Each accepted connection is given to `accept` on the loop it will live
  /// on, loops taking turns. Fails with an `IOException` that says what could not be bound.
  CompletionStage<Listener> listen(List<Loop> loops, String address, Consumer<Connection> accept);

  /// The same for carriers whose addresses are made of a key: `key` is the node's own.
  default CompletionStage<Listener> listen(
      List<Loop> loops, String address, NodeKey key, Consumer<Connection> accept) {
    return listen(loops, address, accept);
  }
}
