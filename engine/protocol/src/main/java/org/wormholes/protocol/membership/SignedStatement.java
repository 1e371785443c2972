package org.wormholes.protocol.membership;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.TreeSet;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// A statement with the signature of who says it, checked: there is no other kind. Whether that one
/// may say so is for a [Membership] to judge (`spec/protocol/membership.md`, section 1).
public final class SignedStatement {
  /// The longest encoding.
  public static final int MAX_BYTES = 512;

  /// Length of [#id()].
  static final int ID_BYTES = 16;

  private static final int CERTIFICATE = 1;
  private static final int REVOCATION = 2;

  private final Statement statement;
  private final Bytes encoded;
  private final Bytes id;

  private SignedStatement(Statement statement, Bytes encoded) {
    this.statement = statement;
    this.encoded = encoded;
    this.id = idOf(encoded);
  }

  public Statement statement() {
    return statement;
  }

  /// The bytes as they are passed on.
  public Bytes encoded() {
    return encoded;
  }

  /// What stands for it where statements are compared: the first 16 bytes of its SHA-256.
  Bytes id() {
    return id;
  }

  static Bytes idOf(Bytes encoded) {
    return Bytes.of(Hash.sha256(encoded.toArray()), 0, ID_BYTES);
  }

  /// Signs what a node has to say.
  ///
  /// @throws IllegalArgumentException when the key is not that of `statement.signer()`
  public static SignedStatement sign(Statement statement, NodeKey key) {
    if (!key.id().equals(statement.signer())) {
      throw new IllegalArgumentException("a node signs only for itself");
    }
    byte[] body = body(statement);
    WireWriter out = new WireWriter(MAX_BYTES).bytes(body).bytes(key.sign(labelled(body)));
    return new SignedStatement(statement, Bytes.of(out.toArray()));
  }

  /// Reads a statement and checks its signature. Costs about 60 microseconds.
  ///
  /// @throws WireException when a byte is not as the format says, or the signature is not the
  ///   signer's
  public static SignedStatement decode(Bytes encoded) throws WireException {
    Statement statement = peek(encoded);
    byte[] array = encoded.toArray();
    int bodyBytes = array.length - NodeKey.SIGNATURE_BYTES;
    byte[] body = java.util.Arrays.copyOf(array, bodyBytes);
    byte[] signature = java.util.Arrays.copyOfRange(array, bodyBytes, array.length);
    if (!statement.signer().verify(labelled(body), signature)) {
      throw new WireException("statement with a wrong signature");
    }
    return new SignedStatement(statement, encoded);
  }

  /// What an encoding claims, before its signature is checked.
  static Statement peek(Bytes encoded) throws WireException {
    int bodyBytes = encoded.size() - NodeKey.SIGNATURE_BYTES;
    if (bodyBytes < 0 || encoded.size() > MAX_BYTES) {
      throw new WireException("statement of " + encoded.size() + " bytes");
    }
    WireReader in = new WireReader(encoded.toArray(), 0, bodyBytes);
    try {
      int kind = in.u8();
      Bytes network = Bytes.of(in.bytes(Charter.NETWORK_BYTES));
      NodeId member = NodeId.decode(in.bytes(NodeId.BYTES), 0);
      NodeId signer = NodeId.decode(in.bytes(NodeId.BYTES), 0);
      Instant said = Instant.ofEpochMilli(in.i64());
      Statement statement =
          switch (kind) {
            case CERTIFICATE -> certificate(network, member, signer, said, in);
            case REVOCATION -> new Statement.Revocation(network, member, signer, said);
            default -> throw new WireException("statement must be of kind 1 or 2, was " + kind);
          };
      in.end();
      return statement;
    } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
      throw new WireException("statement: " + e.getMessage(), e);
    }
  }

  private static Statement certificate(
      Bytes network, NodeId member, NodeId signer, Instant said, WireReader in)
      throws WireException {
    Instant expires = Instant.ofEpochMilli(in.i64());
    int reach = in.u8();
    int count = in.u8();
    TreeSet<String> roles = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      String role = in.text(in.u8());
      // membership.md 1: "Roles stand in ascending order, each once."
      if (!roles.isEmpty() && roles.last().compareTo(role) >= 0) {
        throw new WireException("roles out of order");
      }
      roles.add(role);
    }
    return new Statement.Certificate(network, member, signer, roles, reach, said, expires);
  }

  private static byte[] body(Statement statement) {
    WireWriter out = new WireWriter(MAX_BYTES - NodeKey.SIGNATURE_BYTES);
    out.u8(statement instanceof Statement.Certificate ? CERTIFICATE : REVOCATION);
    out.bytes(statement.network()).bytes(statement.member().key()).bytes(statement.signer().key());
    out.i64(statement.said().toEpochMilli());
    if (statement instanceof Statement.Certificate certificate) {
      out.i64(certificate.expires().toEpochMilli());
      out.u8(certificate.reach()).u8(certificate.roles().size());
      certificate.roles().forEach(role -> out.u8(role.length()).text(role));
    }
    return out.toArray();
  }

  private static byte[] labelled(byte[] body) {
    return new WireWriter(Labels.MEMBERSHIP.length + body.length)
        .bytes(Labels.MEMBERSHIP)
        .bytes(body)
        .toArray();
  }

  /// Equal when the bytes are.
  @Override
  public boolean equals(Object other) {
    return other instanceof SignedStatement signed && encoded.equals(signed.encoded);
  }

  @Override
  public int hashCode() {
    return encoded.hashCode();
  }

  /// Redacted: who belongs to what stays out of logs.
  @Override
  public String toString() {
    return "SignedStatement[" + statement.getClass().getSimpleName() + "]";
  }
}
