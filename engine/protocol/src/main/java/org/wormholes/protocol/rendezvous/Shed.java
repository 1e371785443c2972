package org.wormholes.protocol.rendezvous;

import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// Introductions that an introduction point refused because there were too many. See
/// `spec/protocol/rendezvous.md`, section 7.
///
/// @param idle of clients that did less work than was asked, 0 to [#MAX]
/// @param worked of clients that did it, 0 to [#MAX]
public record Shed(int idle, int worked) {
  /// Where counting ends.
  public static final int MAX = Integer.MAX_VALUE;

  public static final Shed NONE = new Shed(0, 0);

  public Shed {
    if (idle < 0 || worked < 0) {
      throw new IllegalArgumentException("counts must not be negative");
    }
  }

  static Shed read(WireReader in) throws WireException {
    int idle = in.i32();
    int worked = in.i32();
    if (idle < 0 || worked < 0) {
      throw new WireException("introductions refused must be counted up to 2147483647");
    }
    return new Shed(idle, worked);
  }

  void write(WireWriter out) {
    out.i32(idle).i32(worked);
  }

  Shed plusIdle() {
    return new Shed(idle == MAX ? MAX : idle + 1, worked);
  }

  Shed plusWorked() {
    return new Shed(idle, worked == MAX ? MAX : worked + 1);
  }
}
