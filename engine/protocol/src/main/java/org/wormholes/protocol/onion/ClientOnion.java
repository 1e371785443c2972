package org.wormholes.protocol.onion;

import java.util.List;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// All layers of a circuit, at the client. See `spec/protocol/onion.md`, section 5. Belongs to one
/// thread; cells are sealed and opened in the order they are sent and come.
public final class ClientOnion {
  private final ForwardStack forward;
  private final BackwardStack backward;
  private boolean broken;

  ClientOnion(List<LayerKeys> keys, byte[] slackKey) {
    forward = new ForwardStack(keys.stream().map(LayerKeys::forward).toList(), slackKey);
    backward = new BackwardStack(keys.stream().map(LayerKeys::backward).toList());
  }

  public int hops() {
    return forward.hops();
  }

  /// Forward, in place: the payload stands at [org.wormholes.protocol.wire.Cells#PAYLOAD_OFFSET] of
  /// the body, the bytes before it and the last 16 are overwritten.
  ///
  /// @param length 16,352 or 1,520
  public void seal(byte[] body, int offset, int length) {
    forward.seal(body, offset, length);
  }

  /// Backward: takes all layers off.
  ///
  /// @return where the payload, length - 128 bytes, starts in [#opened()]
  /// @throws WireException if a layer does not open; destroy the circuit. The message names the hop
  ///   that, or behind which someone, changed the cell
  public int open(byte[] body, int offset, int length) throws WireException {
    if (broken) {
      throw new WireException("circuit is broken");
    }
    broken = true;
    backward.open(body, offset, length);
    broken = false;
    return Cells.DELIVERED_OFFSET;
  }

  /// Holds the payload of the last [#open], until the next.
  public byte[] opened() {
    return backward.opened();
  }
}
