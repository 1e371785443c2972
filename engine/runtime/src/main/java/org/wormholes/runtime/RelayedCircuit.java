package org.wormholes.runtime;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.onion.RelaySetup;
import org.wormholes.protocol.onion.SetupException;
import org.wormholes.protocol.wire.WireException;

/// How a circuit of somebody else comes into being at this node: its set-up packet says whether
/// this is the last hop or which node is next.
final class RelayedCircuit {
  private static final Logger LOG = LoggerFactory.getLogger(RelayedCircuit.class);

  private RelayedCircuit() {}

  /// Takes in a SETUP cell. Whatever is wrong with it ends the circuit, never the link.
  static void setUp(NodeLink link, int id, byte[] array, int offset) {
    Node node = link.shard.node;
    if (!node.relays()) {
      refuse(link, id, LinkReason.REFUSED);
      return;
    }
    RelaySetup setup;
    try {
      setup =
          RelaySetup.peel(
              node.id(), node.onionKeys(), node.replays(), array, offset, link.shard.shares);
    } catch (WireException e) {
      LOG.debug("set-up refused: {}", e.getMessage());
      refuse(link, id, e instanceof SetupException known ? reason(known) : LinkReason.PROTOCOL);
      return;
    }
    if (setup.last()) {
      ExitCircuit.start(link, id, setup);
    } else {
      MiddleCircuit.start(link, id, setup);
    }
  }

  private static LinkReason reason(SetupException refused) {
    return switch (refused.kind()) {
      case STALE_KEY -> LinkReason.STALE_KEY;
      case BROKEN -> LinkReason.PROTOCOL;
      case REPLAYED -> LinkReason.REPLAYED;
      case FULL -> LinkReason.OVERLOADED;
    };
  }

  static void refuse(NodeLink link, int id, LinkReason reason) {
    link.session().destroy(id, reason);
    link.flushLater();
  }
}
