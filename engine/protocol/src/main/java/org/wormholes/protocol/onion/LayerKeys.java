package org.wormholes.protocol.onion;

/// Both directions of one hop.
record LayerKeys(Ratchet forward, Ratchet backward) {}
