package org.wormholes.transport.socket;

import org.wormholes.runtime.spi.Carrier;

/// A carrier that holds more than connections, such as a program of its own; closed with the
/// transport.
public interface ClosableCarrier extends Carrier {
  /// Ends what the carrier holds; may wait for some seconds.
  void close();
}
