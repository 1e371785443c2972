package org.wormholes.protocol.rendezvous;

import java.util.ArrayList;
import java.util.List;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// What clients and services say to relays at the end of a circuit, and hear from them. See
/// `spec/protocol/rendezvous.md`, section 5.
public sealed interface RendezvousMessage {
  /// Service to keeper: keep this.
  record Publish(Bytes descriptor) implements RendezvousMessage {}

  /// The answer to [Publish].
  record Published(Reason reason) implements RendezvousMessage {}

  /// Client to keeper: what do you keep under this key?
  record Fetch(NodeId blinded) implements RendezvousMessage {}

  /// The answers to [Fetch], one for each instance.
  ///
  /// @param descriptor empty if there is none
  record Kept(boolean last, Bytes descriptor) implements RendezvousMessage {}

  /// Service to introduction point: hand me what is left under this key.
  record Establish(NodeId key, Bytes signature) implements RendezvousMessage {}

  /// The answer to [Establish].
  record Established(Reason reason) implements RendezvousMessage {}

  /// Client to introduction point.
  record Introduce(NodeId key, Bytes introduction) implements RendezvousMessage {}

  /// The answer to [Introduce]: whether it was handed on.
  record Introduced(Reason reason) implements RendezvousMessage {}

  /// Introduction point to service.
  ///
  /// @param shed what was refused since the last one
  record Introduction(Bytes introduction, Shed shed) implements RendezvousMessage {}

  /// Service to introduction point: the work that its last two descriptors ask for.
  record Guard(Puzzle now, Puzzle before) implements RendezvousMessage {}

  /// Client to the relay where it waits.
  record Meet(Bytes cookie) implements RendezvousMessage {}

  /// The answer to [Meet].
  record Meeting(Reason reason) implements RendezvousMessage {}

  /// Service to the relay where a client waits.
  record Join(Bytes cookie, Bytes answer) implements RendezvousMessage {}

  /// The answer to [Join]; what follows comes from the client.
  record Joined(Reason reason) implements RendezvousMessage {}

  /// Relay to the client that waits; what follows comes from the service.
  record Met(Bytes answer) implements RendezvousMessage {}

  /// Whether a payload begins with one of these.
  static boolean startsAt(byte[] payload, int offset) {
    return payload[offset] >= 64 && payload[offset] <= 78;
  }

  /// The message with its head.
  default byte[] encode() {
    byte[] body = body();
    return new WireWriter(8 + body.length)
        .u8(type())
        .u8(0)
        .u16(body.length)
        .i32(0)
        .bytes(body)
        .toArray();
  }

  /// Reads a payload: a run of these messages, then padding.
  ///
  /// @throws WireException if anything else stands in it
  static List<RendezvousMessage> decode(byte[] payload, int offset, int length)
      throws WireException {
    var in = new WireReader(payload, offset, length);
    List<RendezvousMessage> messages = new ArrayList<>();
    while (in.remaining() >= 8) {
      int type = in.u8();
      if (type == 0) {
        break;
      }
      in.zeros(1);
      int size = in.u16();
      in.zeros(4);
      var body = new WireReader(in.bytes(size));
      messages.add(read(type, body));
      body.end();
    }
    return messages;
  }

  private static RendezvousMessage read(int type, WireReader body) throws WireException {
    return switch (type) {
      case 64 -> new Publish(descriptor(body));
      case 65 -> new Published(Reason.of(body.u8()));
      case 66 -> new Fetch(id(body));
      case 67 -> new Kept(flag(body), descriptor(body));
      case 68 -> new Establish(id(body), bytes(body, NodeKey.SIGNATURE_BYTES));
      case 69 -> new Established(Reason.of(body.u8()));
      case 70 -> new Introduce(id(body), bytes(body, ClientIntroduction.BYTES));
      case 71 -> new Introduced(Reason.of(body.u8()));
      case 72 -> new Introduction(bytes(body, ClientIntroduction.BYTES), Shed.read(body));
      case 73 -> new Meet(bytes(body, ClientIntroduction.COOKIE_BYTES));
      case 74 -> new Meeting(Reason.of(body.u8()));
      case 75 ->
          new Join(
              bytes(body, ClientIntroduction.COOKIE_BYTES),
              bytes(body, ClientIntroduction.ANSWER_BYTES));
      case 76 -> new Joined(Reason.of(body.u8()));
      case 77 -> new Met(bytes(body, ClientIntroduction.ANSWER_BYTES));
      case 78 -> new Guard(Puzzle.read(body), Puzzle.read(body));
      default -> throw new WireException("message must be of type 64..78, was " + type);
    };
  }

  private static NodeId id(WireReader body) throws WireException {
    return NodeId.decode(body.bytes(NodeId.BYTES), 0);
  }

  private static Bytes bytes(WireReader body, int length) throws WireException {
    return Bytes.of(body.bytes(length));
  }

  private static boolean flag(WireReader body) throws WireException {
    int value = body.u8();
    if (value > 1) {
      throw new WireException("flag must be 0 or 1, was " + value);
    }
    return value == 1;
  }

  private static Bytes descriptor(WireReader body) throws WireException {
    if (body.remaining() > SealedDescriptor.MAX_BYTES) {
      throw new WireException("service descriptor may have 12288 bytes, has " + body.remaining());
    }
    return Bytes.of(body.bytes(body.remaining()));
  }

  private int type() {
    return switch (this) {
      case Publish _ -> 64;
      case Published _ -> 65;
      case Fetch _ -> 66;
      case Kept _ -> 67;
      case Establish _ -> 68;
      case Established _ -> 69;
      case Introduce _ -> 70;
      case Introduced _ -> 71;
      case Introduction _ -> 72;
      case Meet _ -> 73;
      case Meeting _ -> 74;
      case Join _ -> 75;
      case Joined _ -> 76;
      case Met _ -> 77;
      case Guard _ -> 78;
    };
  }

  private byte[] body() {
    var out = new WireWriter(Cells.LARGE_PAYLOAD - 8);
    switch (this) {
      case Publish m -> out.bytes(m.descriptor());
      case Published m -> out.u8(m.reason().code());
      case Fetch m -> out.bytes(m.blinded().key());
      case Kept m -> out.u8(m.last() ? 1 : 0).bytes(m.descriptor());
      case Establish m -> out.bytes(m.key().key()).bytes(m.signature());
      case Established m -> out.u8(m.reason().code());
      case Introduce m -> out.bytes(m.key().key()).bytes(m.introduction());
      case Introduced m -> out.u8(m.reason().code());
      case Introduction m -> m.shed().write(out.bytes(m.introduction()));
      case Meet m -> out.bytes(m.cookie());
      case Meeting m -> out.u8(m.reason().code());
      case Join m -> out.bytes(m.cookie()).bytes(m.answer());
      case Joined m -> out.u8(m.reason().code());
      case Met m -> out.bytes(m.answer());
      case Guard m -> {
        m.now().write(out);
        m.before().write(out);
      }
    }
    return out.toArray();
  }
}
