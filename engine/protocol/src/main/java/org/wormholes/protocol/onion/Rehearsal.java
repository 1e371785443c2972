package org.wormholes.protocol.onion;

import java.util.ArrayList;
import java.util.List;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.WireException;

/// Set-ups that a node plays through with itself, as client and as relays, so that the just-in-time
/// compiler has done its work before a stranger waits for one. Nothing leaves the process; the keys
/// exist for this alone.
public final class Rehearsal {
  private static final int RELAYS = 2;
  private static final int SETUPS_PER_KEY = 1_000;

  private final Entropy entropy;
  private final List<NodeKey> nodes = new ArrayList<>();
  private final List<OnionKeyRing> keys = new ArrayList<>();
  private final List<HopKey> path = new ArrayList<>();

  private Rehearsal(Entropy entropy) {
    this.entropy = entropy;
    for (int i = 0; i < RELAYS; i++) {
      NodeKey node = NodeKey.create(entropy);
      OnionKeyPair pair = OnionKeyPair.create(i, entropy);
      nodes.add(node);
      keys.add(OnionKeyRing.of(pair));
      path.add(new HopKey(node.id(), pair.publicKey()));
    }
  }

  /// Plays so many set-ups through a middle relay and an exit. One takes 3 ms at first and under 1
  /// ms in the end.
  ///
  /// @throws WireException never, unless the code is wrong
  public static void play(int setups, Entropy entropy) throws WireException {
    Rehearsal rehearsal = new Rehearsal(entropy);
    for (int played = 0; played < setups; ) {
      ReplayCache replays = new ReplayCache(RELAYS * SETUPS_PER_KEY, entropy);
      for (int i = 0; i < SETUPS_PER_KEY && played < setups; i++) {
        rehearsal.play(replays);
        played++;
      }
    }
  }

  private void play(ReplayCache replays) throws WireException {
    ClientSetup client = ClientSetup.build(path, new byte[0], entropy);
    RelaySetup middle = peel(0, client.packet(), replays);
    RelaySetup exit = peel(1, middle.nextBody(), replays);
    middle.prepareReply();
    byte[] reply = new byte[SetupPacket.BYTES];
    exit.sealReply(new byte[0], reply, 0);
    byte[] wrapped = new byte[SetupPacket.BYTES];
    middle.wrapReply(reply, 0, wrapped, 0);
    if (client.finish(wrapped, 0).hops() != RELAYS) {
      throw new WireException("a rehearsed circuit has another length than its path");
    }
  }

  private RelaySetup peel(int hop, byte[] packet, ReplayCache replays) throws SetupException {
    return RelaySetup.peel(nodes.get(hop).id(), keys.get(hop), replays, packet, 0, entropy);
  }
}
