package org.wormholes.protocol.rendezvous;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireWriter;

/// Which relays keep the descriptor of a blinded key: those whose hash with it is smallest. A
/// service and a client whose views of the directory differ still share most of them. See
/// `spec/protocol/rendezvous.md`, section 4.
public final class Keepers {
  /// To how many relays a service gives its descriptor.
  public static final int REPLICAS = 6;

  /// How many relays a client asks before it gives up.
  public static final int ASKED = 8;

  private Keepers() {}

  /// The first of the relays for this key, in the order both ends agree on.
  public static List<NodeId> of(Collection<NodeId> relays, NodeId blinded, int count) {
    record Scored(NodeId relay, Bytes score) {}
    return relays.stream()
        .distinct()
        .map(relay -> new Scored(relay, score(relay, blinded)))
        .sorted(Comparator.comparing(Scored::score))
        .limit(count)
        .map(Scored::relay)
        .toList();
  }

  private static Bytes score(NodeId relay, NodeId blinded) {
    byte[] both =
        new WireWriter(2 * NodeId.BYTES).bytes(blinded.key()).bytes(relay.key()).toArray();
    return Bytes.of(Hash.sha256(Labels.RENDEZVOUS_KEEPER, both));
  }
}
