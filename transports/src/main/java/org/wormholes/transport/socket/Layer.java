package org.wormholes.transport.socket;

import io.netty.channel.ChannelFuture;

/// What stands between a connection and its socket, such as TLS: handlers in the pipeline before
/// the connection's own, and how they say that nothing more will come.
public interface Layer {
  /// Says in the layer's own words that this side sends nothing more. Everything written before has
  /// been handed to the layer; the future is done once its last word has left or cannot leave.
  ChannelFuture endOutput();

  /// Makes the coming close of the channel a reset in the layer's own words, where it has some.
  default void reset() {}

  /// Whether its handlers keep bytes that were read, so that each channel reads into buffers of its
  /// own.
  default boolean keepsBytes() {
    return true;
  }
}
