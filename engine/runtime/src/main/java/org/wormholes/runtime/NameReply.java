package org.wormholes.runtime;

import java.time.Duration;
import java.util.List;
import org.wormholes.protocol.circuit.Host;
import org.wormholes.protocol.circuit.Reason;

/// What an exit answered; one of the three, once, on the circuit's loop.
interface NameReply {
  void onAddresses(List<Host> addresses, Duration timeToLive);

  void onRecords(byte[] message, Duration timeToLive);

  void onNothing(Reason reason, Duration timeToLive);
}
