package org.wormholes.runtime.spi;

/// Speaks with one network of others, through its program or proxy. Thread-safe.
public interface GatewaySpeaker extends Way, AutoCloseable {
  /// Begins: starts the program where there is one to start. Returns at once.
  void start();

  /// How it stands.
  State state();

  /// Streams from here on share nothing with those before, as far as the network can keep apart.
  default void newIdentity() {}

  /// Ends its streams, and the program that was started for it.
  @Override
  void close();

  /// How a gateway stands.
  ///
  /// @param percent of the start, 0 to 100
  /// @param detail in a few words, with what to do where something is missing
  record State(Phase phase, int percent, String detail) {
    public static final State READY = new State(Phase.READY, 100, "");
  }

  /// Where a gateway is in its life.
  enum Phase {
    /// It can't take flows yet.
    STARTING,
    READY,
    /// It is not there, and is tried again.
    DOWN
  }
}
