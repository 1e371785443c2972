package org.wormholes.protocol.directory;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.onion.OnionPublicKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// A descriptor with the signature of the node it speaks of, checked: there is no other kind. At
/// most [#MAX_BYTES] long (`spec/protocol/directory.md`, section 1).
public final class SignedDescriptor {
  /// The longest encoding.
  public static final int MAX_BYTES = 4_096;

  private static final int FORMAT = 1;
  private static final int SHORTEST = 1 + NodeId.BYTES + 8 + NodeKey.SIGNATURE_BYTES;
  private static final int PUBLISHED_AT = 1 + NodeId.BYTES;

  private final NodeDescriptor descriptor;
  private final Bytes encoded;

  private SignedDescriptor(NodeDescriptor descriptor, Bytes encoded) {
    this.descriptor = descriptor;
    this.encoded = encoded;
  }

  public NodeDescriptor descriptor() {
    return descriptor;
  }

  /// The bytes as they are passed on.
  public Bytes encoded() {
    return encoded;
  }

  /// Signs what a node says of itself.
  ///
  /// @throws IllegalArgumentException when the key is not that of `descriptor.id()`
  public static SignedDescriptor sign(NodeDescriptor descriptor, NodeKey key) {
    if (!key.id().equals(descriptor.id())) {
      throw new IllegalArgumentException("a node signs only for itself");
    }
    byte[] body = body(descriptor);
    byte[] signature = key.sign(labelled(body, body.length));
    return new SignedDescriptor(
        descriptor, Bytes.of(new WireWriter(MAX_BYTES).bytes(body).bytes(signature).toArray()));
  }

  /// Who a well-sized encoding claims to speak of, before anything is checked.
  static Bytes peekId(byte[] array, int offset, int length) throws WireException {
    checkLength(length);
    return Bytes.of(array, offset + 1, NodeId.BYTES);
  }

  /// When a well-sized encoding claims to be signed, in milliseconds, before anything is checked.
  static long peekPublished(byte[] array, int offset, int length) throws WireException {
    checkLength(length);
    return org.wormholes.protocol.wire.BigEndian.i64(array, offset + PUBLISHED_AT);
  }

  private static void checkLength(int length) throws WireException {
    if (length < SHORTEST || length > MAX_BYTES) {
      throw new WireException(
          "descriptor must be " + SHORTEST + ".." + MAX_BYTES + " bytes, was " + length);
    }
  }

  /// Reads a descriptor and checks its signature. Costs about 60 microseconds.
  ///
  /// @throws WireException when a byte is not as the format says, or the signature is not the
  ///   node's
  public static SignedDescriptor decode(byte[] array, int offset, int length) throws WireException {
    checkLength(length);
    Bytes encoded = Bytes.of(array, offset, length);
    byte[] body = new byte[length - NodeKey.SIGNATURE_BYTES];
    byte[] signature = new byte[NodeKey.SIGNATURE_BYTES];
    System.arraycopy(array, offset, body, 0, body.length);
    System.arraycopy(array, offset + body.length, signature, 0, signature.length);
    NodeDescriptor descriptor = read(new WireReader(body));
    if (!descriptor.id().verify(labelled(body, body.length), signature)) {
      throw new WireException("descriptor with a wrong signature");
    }
    return new SignedDescriptor(descriptor, encoded);
  }

  private static byte[] labelled(byte[] body, int length) {
    return new WireWriter(Labels.DESCRIPTOR.length + length)
        .bytes(Labels.DESCRIPTOR)
        .bytes(body)
        .toArray();
  }

  private static byte[] body(NodeDescriptor node) {
    WireWriter out = new WireWriter(MAX_BYTES - NodeKey.SIGNATURE_BYTES);
    out.u8(FORMAT).bytes(node.id().key());
    out.i64(node.published().toEpochMilli()).i64(node.expires().toEpochMilli());
    out.u8(node.roles().stream().mapToInt(NodeRole::bit).sum());
    out.i64(node.bandwidth()).i64(node.onionKeyExpires().toEpochMilli());
    out.bytes(node.onionKey().encode());
    out.u8(node.networks().size());
    node.networks().forEach(out::bytes);
    out.u8(node.carriers().size());
    node.carriers().forEach((name, address) -> text(text(out, name), address));
    text(text(text(text(out, node.operator()), node.family()), node.country()), node.version());
    return out.toArray();
  }

  private static WireWriter text(WireWriter out, String text) {
    return out.u8(text.length()).text(text);
  }

  private static NodeDescriptor read(WireReader in) throws WireException {
    int format = in.u8();
    if (format != FORMAT) {
      throw new WireException("descriptor format must be " + FORMAT + ", was " + format);
    }
    try {
      NodeId id = NodeId.decode(in.bytes(NodeId.BYTES), 0);
      Instant published = Instant.ofEpochMilli(in.i64());
      Instant expires = Instant.ofEpochMilli(in.i64());
      Set<NodeRole> roles = roles(in.u8());
      long bandwidth = in.i64();
      Instant keyExpires = Instant.ofEpochMilli(in.i64());
      byte[] key = in.bytes(OnionPublicKey.BYTES);
      List<Bytes> networks = networks(in);
      Map<String, String> carriers = carriers(in);
      NodeDescriptor node =
          new NodeDescriptor(
              id,
              networks,
              OnionPublicKey.decode(key, 0, key.length),
              keyExpires,
              carriers,
              roles,
              in.text(in.u8()),
              in.text(in.u8()),
              in.text(in.u8()),
              bandwidth,
              in.text(in.u8()),
              published,
              expires);
      in.end();
      return node;
    } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
      throw new WireException("descriptor: " + e.getMessage(), e);
    }
  }

  private static Set<NodeRole> roles(int bits) throws WireException {
    if ((bits & ~NodeRole.ALL_BITS) != 0) {
      throw new WireException("descriptor with unknown roles " + bits);
    }
    Set<NodeRole> roles = EnumSet.noneOf(NodeRole.class);
    for (NodeRole role : NodeRole.values()) {
      if ((bits & role.bit()) != 0) {
        roles.add(role);
      }
    }
    return roles;
  }

  private static List<Bytes> networks(WireReader in) throws WireException {
    int count = in.u8();
    if (count > NodeDescriptor.MAX_NETWORKS) {
      throw new WireException("descriptor with " + count + " networks");
    }
    List<Bytes> networks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      networks.add(Bytes.of(in.bytes(NodeDescriptor.NETWORK_BYTES)));
    }
    return networks;
  }

  private static Map<String, String> carriers(WireReader in) throws WireException {
    int count = in.u8();
    if (count > NodeDescriptor.MAX_CARRIERS) {
      throw new WireException("descriptor with " + count + " carriers");
    }
    TreeMap<String, String> carriers = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      String name = in.text(in.u8());
      // directory.md 1: "Carriers stand in ascending order of their names, each once."
      if (!carriers.isEmpty() && carriers.lastKey().compareTo(name) >= 0) {
        throw new WireException("carriers out of order");
      }
      carriers.put(name, in.text(in.u8()));
    }
    return carriers;
  }

  /// Equal when the bytes are.
  @Override
  public boolean equals(Object other) {
    return other instanceof SignedDescriptor signed && encoded.equals(signed.encoded);
  }

  @Override
  public int hashCode() {
    return encoded.hashCode();
  }

  @Override
  public String toString() {
    return "Signed" + descriptor;
  }
}
