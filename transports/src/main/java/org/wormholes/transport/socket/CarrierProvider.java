package org.wormholes.transport.socket;

import org.wormholes.runtime.spi.Carrier;

/// Makes a carrier on the sockets of a process. Found with `ServiceLoader`.
public interface CarrierProvider {
  Carrier create(Sockets sockets);
}
