package org.wormholes.protocol.onion;

import org.wormholes.protocol.crypto.NodeId;

/// One relay of a path, as the client needs to know it to build a circuit.
public record HopKey(NodeId node, OnionPublicKey key) {}
