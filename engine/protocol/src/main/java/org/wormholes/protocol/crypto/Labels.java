package org.wormholes.protocol.crypto;

import java.nio.charset.StandardCharsets;

/// Every label that separates one derived key, hash or signature from another. ASCII, all in this
/// file.
public final class Labels {
  /// Prologue of the link handshake.
  public static final byte[] LINK = ascii("wormholes/link/v1");

  /// Next key of one direction of a link.
  public static final byte[] LINK_REKEY = ascii("wormholes/link/rekey/v1");

  /// Secret of a link from which its moves have their keys.
  public static final byte[] LINK_MOVE_SECRET = ascii("wormholes/link/move-secret/v1");

  /// Keys of one attempt to move a link; the number of the attempt follows.
  public static final byte[] LINK_MOVE = ascii("wormholes/link/move/v1");

  /// Transcript of one hop of a set-up packet.
  public static final byte[] ONION_HOP = ascii("wormholes/onion/hop/v1");

  /// Keys of one hop that follow from the set-up packet alone.
  public static final byte[] ONION_SETUP = ascii("wormholes/onion/setup/v1");

  /// Keys of one hop that also mix in the fresh share of the reply.
  public static final byte[] ONION_LAYERS = ascii("wormholes/onion/layers/v1");

  /// Keys of the next 1,024 cells of one direction.
  public static final byte[] ONION_RATCHET = ascii("wormholes/onion/ratchet/v1");

  /// What a node signs when it publishes its descriptor.
  public static final byte[] DESCRIPTOR = ascii("wormholes/descriptor/v1");

  /// What a founder or member signs about who belongs to a closed network.
  public static final byte[] MEMBERSHIP = ascii("wormholes/membership/v1");

  /// What an invitation's code is proved for.
  public static final byte[] INVITATION = ascii("wormholes/invitation/v1");

  private Labels() {}

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
