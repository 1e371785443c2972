package org.wormholes.protocol.rendezvous;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.onion.OnionPublicKey;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// What one instance of a service tells its clients. See `spec/protocol/rendezvous.md`, section
/// 3.2.
///
/// @param key what introductions are sealed to
/// @param points where to leave them, 1 to [#MAX_POINTS], no two at one relay
/// @param puzzle the work it asks for
public record ServiceDescriptor(OnionPublicKey key, List<IntroductionPoint> points, Puzzle puzzle) {
  public static final int MAX_POINTS = 8;

  /// The longest [#encode()].
  static final int MAX_BYTES =
      OnionPublicKey.BYTES + 1 + MAX_POINTS * 2 * NodeId.BYTES + 4 + Puzzle.SEED_BYTES;

  public ServiceDescriptor {
    points = List.copyOf(points);
    if (points.isEmpty() || points.size() > MAX_POINTS) {
      throw new IllegalArgumentException("introduction points must be 1..8, were " + points.size());
    }
    var relays = new HashSet<NodeId>();
    for (IntroductionPoint point : points) {
      if (!relays.add(point.relay())) {
        throw new IllegalArgumentException("introduction points must be different relays");
      }
    }
  }

  byte[] encode() {
    var out = new WireWriter(MAX_BYTES).bytes(key.encode()).u8(points.size());
    for (IntroductionPoint point : points) {
      out.bytes(point.relay().key()).bytes(point.key().key());
    }
    return puzzle.write(out).toArray();
  }

  static ServiceDescriptor decode(byte[] bytes) throws WireException {
    var in = new WireReader(bytes);
    byte[] key = in.bytes(OnionPublicKey.BYTES);
    int count = in.u8();
    if (count < 1 || count > MAX_POINTS) {
      throw new WireException("introduction points must be 1..8, were " + count);
    }
    List<IntroductionPoint> points = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      NodeId relay = NodeId.decode(in.bytes(NodeId.BYTES), 0);
      points.add(new IntroductionPoint(relay, NodeId.decode(in.bytes(NodeId.BYTES), 0)));
    }
    Puzzle puzzle = Puzzle.read(in);
    in.end();
    try {
      return new ServiceDescriptor(OnionPublicKey.decode(key, 0, key.length), points, puzzle);
    } catch (IllegalArgumentException e) {
      throw new WireException("service descriptor: " + e.getMessage(), e);
    }
  }
}
