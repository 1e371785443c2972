package org.wormholes.protocol.rendezvous;

import org.wormholes.protocol.crypto.NodeId;

/// A relay that hands introductions to a service.
///
/// @param relay who it is
/// @param key the name the service has there: of a key made for this relay alone
public record IntroductionPoint(NodeId relay, NodeId key) {}
