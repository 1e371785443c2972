package org.wormholes.protocol.membership;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.wormholes.protocol.crypto.CPace;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// What a guest and its host say to each other, one message a DIRECTORY frame
/// (`spec/protocol/membership.md`, section 5).
sealed interface InvitationMessage {
  int KNOCK = 104;
  int ANSWER = 105;
  int PROOF = 106;
  int WELCOME = 107;

  int PROOF_BYTES = 32;
  int MAX_BYTES = 4_096;
  int MAX_NAME = 64;

  /// The guest: which invitation it means, and its share.
  record Knock(int number, Bytes share) implements InvitationMessage {}

  /// The host: its share, and the proof that it knows the code.
  record Answer(Bytes share, Bytes proof) implements InvitationMessage {}

  /// The guest: the proof that it knows the code.
  record Proof(Bytes proof) implements InvitationMessage {}

  /// The host: the network, and the guest's certificate with those above it.
  record Welcome(String name, Charter charter, List<Bytes> chain) implements InvitationMessage {}

  default Bytes encode() {
    WireWriter out = new WireWriter(MAX_BYTES);
    switch (this) {
      case Knock(int number, Bytes share) -> out.u8(KNOCK).u16(number).bytes(share);
      case Answer(Bytes share, Bytes proof) -> out.u8(ANSWER).bytes(share).bytes(proof);
      case Proof(Bytes proof) -> out.u8(PROOF).bytes(proof);
      case Welcome(String name, Charter charter, List<Bytes> chain) -> {
        out.u8(WELCOME).u8(name.length()).text(name).bytes(charter.network());
        out.u8(charter.founders().size());
        charter.founders().forEach(founder -> out.bytes(founder.key()));
        out.u8(chain.size());
        chain.forEach(each -> out.u16(each.size()).bytes(each));
      }
    }
    return Bytes.of(out.toArray());
  }

  static InvitationMessage decode(Bytes message) throws WireException {
    WireReader in = new WireReader(message.toArray());
    int type = in.u8();
    InvitationMessage decoded =
        switch (type) {
          case KNOCK -> new Knock(in.u16(), Bytes.of(in.bytes(CPace.SHARE_BYTES)));
          case ANSWER ->
              new Answer(Bytes.of(in.bytes(CPace.SHARE_BYTES)), Bytes.of(in.bytes(PROOF_BYTES)));
          case PROOF -> new Proof(Bytes.of(in.bytes(PROOF_BYTES)));
          case WELCOME -> welcome(in);
          default -> throw new WireException("unknown invitation message " + type);
        };
    in.end();
    return decoded;
  }

  private static Welcome welcome(WireReader in) throws WireException {
    String name = in.text(in.u8());
    if (name.length() > MAX_NAME || !name.chars().allMatch(c -> c > ' ' && c <= '~')) {
      throw new WireException("a network's name must be up to 64 printable characters");
    }
    Bytes network = Bytes.of(in.bytes(Charter.NETWORK_BYTES));
    int founders = in.u8();
    if (founders < 1 || founders > Charter.MAX_FOUNDERS) {
      throw new WireException(founders + " founders, expected 1 to 8");
    }
    Set<NodeId> ids = new LinkedHashSet<>();
    for (int i = 0; i < founders; i++) {
      ids.add(NodeId.decode(in.bytes(NodeId.BYTES), 0));
    }
    int count = in.u8();
    if (count > MembershipMessage.MAX_CHAIN) {
      throw new WireException("chain of " + count + " certificates");
    }
    List<Bytes> chain = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length = in.u16();
      if (length > SignedStatement.MAX_BYTES) {
        throw new WireException("statement of " + length + " bytes");
      }
      chain.add(Bytes.of(in.bytes(length)));
    }
    return new Welcome(name, new Charter(network, ids), chain);
  }
}
