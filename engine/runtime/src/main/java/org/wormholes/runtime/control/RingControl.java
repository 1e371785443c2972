package org.wormholes.runtime.control;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// What can be asked of the rings of an engine, one for each network it belongs to. A network is
/// named by its name or its id, and not at all where there is one only. Stages fail with an
/// [IOException] that says what to do.
public interface RingControl {
  /// No networks.
  RingControl NONE =
      new RingControl() {
        private <T> CompletionStage<T> none() {
          return CompletableFuture.failedFuture(new IOException("this node has no networks"));
        }

        @Override
        public List<RingView> rings() {
          return List.of();
        }

        @Override
        public CompletionStage<RingView> view(Optional<String> network) {
          return none();
        }

        @Override
        public CompletionStage<RingView> create(Optional<String> network) {
          return none();
        }

        @Override
        public CompletionStage<RingView> join(Optional<String> network, Optional<String> through) {
          return none();
        }

        @Override
        public CompletionStage<RingView> leave(Optional<String> network) {
          return none();
        }

        @Override
        public CompletionStage<RingLookupView> lookup(Optional<String> network, String key) {
          return none();
        }

        @Override
        public CompletionStage<RingPingView> ping(Optional<String> network, String node) {
          return none();
        }

        @Override
        public CompletionStage<RingCastView> cast(Optional<String> network, String text) {
          return none();
        }
      };

  /// Those of all networks, by name.
  List<RingView> rings();

  CompletionStage<RingView> view(Optional<String> network);

  /// Begins a ring of one. Where the network has a ring already they grow together.
  CompletionStage<RingView> create(Optional<String> network);

  /// @param through the address of a member, alone or with its place; without one nodes of the
  ///   network are asked
  CompletionStage<RingView> join(Optional<String> network, Optional<String> through);

  CompletionStage<RingView> leave(Optional<String> network);

  /// @param key 64 hexadecimal digits are an id, the address of a node stands for where it stands,
  ///   and anything else for its hash
  CompletionStage<RingLookupView> lookup(Optional<String> network, String key);

  /// Whether a member is there.
  ///
  /// @param node its address
  CompletionStage<RingPingView> ping(Optional<String> network, String node);

  /// Tells all members a text, signed by this node. It comes to them as an event.
  ///
  /// @param text up to 1,024 bytes of UTF-8
  CompletionStage<RingCastView> cast(Optional<String> network, String text);
}
