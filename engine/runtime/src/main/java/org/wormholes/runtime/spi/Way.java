package org.wormholes.runtime.spi;

/// A way to destinations: as they are, through a tunnel, or through a network of others.
public interface Way {
  /// Opens a stream. The listener hears on `loop`, once.
  ///
  /// @param to a name is resolved at the far end of the way, never before
  /// @param isolation streams with different ones share nothing that the way can keep apart
  void open(
      Loop loop, EntrySpec.Target to, FlowRequest.Credentials isolation, OpenListener listener);

  /// What became of a stream that was asked for: one of the two, once.
  interface OpenListener {
    /// It does not read until it is told to.
    void onOpened(Connection connection);

    /// @param why for the person who runs the engine, in a few words; no destination in it
    void onRefused(FlowAcceptor.Refusal refusal, String why);
  }
}
