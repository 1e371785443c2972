package org.wormholes.transport.socket;

import org.wormholes.runtime.spi.Carrier;

/// Makes a carrier on the sockets of a process. Found with `ServiceLoader`, so that a jar on the
/// class path with a `META-INF/services` entry is enough to add one.
public interface CarrierProvider {
  /// The name of the carrier it makes.
  String name();

  /// Makes the carrier; nothing listens or dials yet.
  ///
  /// @throws IllegalArgumentException if the options are not as the carrier needs them; the message
  ///   is shown to the operator
  Carrier create(Sockets sockets, CarrierOptions options);
}
