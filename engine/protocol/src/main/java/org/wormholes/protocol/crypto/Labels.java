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

  /// The scalar that turns a service's key into that of a period.
  public static final byte[] RENDEZVOUS_BLIND = ascii("wormholes/rendezvous/blind/v1");

  /// The second half of a blinded secret key.
  public static final byte[] RENDEZVOUS_NONCE = ascii("wormholes/rendezvous/nonce/v1");

  /// What who knows a service's address knows beyond its blinded key.
  public static final byte[] RENDEZVOUS_CREDENTIAL = ascii("wormholes/rendezvous/credential/v1");

  /// What a service signs when it publishes itself.
  public static final byte[] RENDEZVOUS_DESCRIPTOR = ascii("wormholes/rendezvous/descriptor/v1");

  /// Key of what only an allowed client of a service reads.
  public static final byte[] RENDEZVOUS_ACCESS = ascii("wormholes/rendezvous/access/v1");

  /// Keys of services that a node publishes.
  public static final byte[] SERVICE = ascii("wormholes/service/v1");

  /// Which relays keep a service's descriptor.
  public static final byte[] RENDEZVOUS_KEEPER = ascii("wormholes/rendezvous/keeper/v1");

  /// What a service signs for a relay that introduces clients to it.
  public static final byte[] RENDEZVOUS_ESTABLISH = ascii("wormholes/rendezvous/establish/v1");

  /// Transcript of an introduction.
  public static final byte[] RENDEZVOUS_INTRODUCE = ascii("wormholes/rendezvous/introduce/v1");

  /// Keys that follow from an introduction alone.
  public static final byte[] RENDEZVOUS_KEYS = ascii("wormholes/rendezvous/keys/v1");

  /// Keys between the two ends that also mix in the service's fresh share.
  public static final byte[] RENDEZVOUS_LAYERS = ascii("wormholes/rendezvous/layers/v1");

  /// Work of a client for an introduction.
  public static final byte[] RENDEZVOUS_PUZZLE = ascii("wormholes/rendezvous/puzzle/v1");

  /// Where a node stands on a ring; the name of the ring and the key of the node follow.
  public static final byte[] RING_NODE = ascii("wormholes/ring/node/v1");

  /// What the author of a record in a table signs; the record without its signature follows.
  public static final byte[] TABLE_RECORD = ascii("wormholes/table/record/v1");

  /// Where on the ring a key of a table is kept; the table's name and the key up to the first `/`
  /// follow.
  public static final byte[] TABLE_PLACE = ascii("wormholes/table/place/v1");

  /// What two members compare of the records in a part of a ring; their hashes follow.
  public static final byte[] TABLE_PART = ascii("wormholes/table/part/v1");

  /// What is told to all members of a ring; the name of the ring follows.
  public static final byte[] RING_CAST = ascii("wormholes/ring/cast/v1");

  private Labels() {}

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
