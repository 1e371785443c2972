package org.wormholes.protocol.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// Puts together messages that came over one link in parts, one after the other
/// (`spec/protocol/tables.md`, section 4). Keeps [TableMessage#MAX_BYTES] at most.
public final class TableParts {
  /// The longest frame, in bytes.
  public static final int MAX_FRAME = 16_000;

  static final int TYPE = 192;
  private static final int HEAD = 5;

  private @Nullable WireWriter unfinished;
  private int missing;

  /// The frames of a message: itself, or its parts.
  public static List<Bytes> split(Bytes message) {
    if (message.size() <= MAX_FRAME) {
      return List.of(message);
    }
    List<Bytes> parts = new ArrayList<>();
    byte[] all = message.toArray();
    for (int at = 0; at < all.length; at += MAX_FRAME - HEAD) {
      int length = Math.min(MAX_FRAME - HEAD, all.length - at);
      WireWriter part = new WireWriter(MAX_FRAME);
      part.u8(TYPE).u32(all.length - at).bytes(all, at, length);
      parts.add(Bytes.of(part.toArray()));
    }
    return parts;
  }

  /// Takes the next frame.
  ///
  /// @return the message, when it is whole
  /// @throws WireException when the frame does not go on with what came before
  public Optional<Bytes> add(Bytes frame) throws WireException {
    if (frame.size() == 0 || frame.at(0) != TYPE) {
      if (unfinished != null) {
        throw new WireException("a message ended before its last part");
      }
      return Optional.of(frame);
    }
    WireReader in = new WireReader(frame.toArray());
    in.u8();
    long left = in.u32();
    byte[] part = in.bytes(in.remaining());
    WireWriter whole = unfinished;
    if (whole == null) {
      if (left <= MAX_FRAME || left > TableMessage.MAX_BYTES) {
        throw new WireException("a message of " + left + " bytes in parts");
      }
      whole = new WireWriter((int) left);
      missing = (int) left;
      unfinished = whole;
    }
    if (left != missing || part.length != Math.min(missing, MAX_FRAME - HEAD)) {
      throw new WireException("a part that does not go on with the one before");
    }
    whole.bytes(part);
    missing -= part.length;
    if (missing > 0) {
      return Optional.empty();
    }
    unfinished = null;
    return Optional.of(Bytes.of(whole.toArray()));
  }
}
