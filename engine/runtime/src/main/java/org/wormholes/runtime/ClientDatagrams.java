package org.wormholes.runtime;

import org.wormholes.protocol.circuit.DatagramEnd;

/// A datagram flow of this node's own, counted on its circuit so that the circuit is not taken for
/// idle.
final class ClientDatagrams {
  private final ClientCircuit circuit;
  private final DatagramEnd end;
  private boolean over;

  ClientDatagrams(ClientCircuit circuit, DatagramEnd end) {
    this.circuit = circuit;
    this.end = end;
    circuit.datagramFlows++;
  }

  DatagramEnd end() {
    return end;
  }

  void ended() {
    if (!over) {
      over = true;
      circuit.datagramFlows--;
    }
  }
}
