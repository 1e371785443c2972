package org.wormholes.protocol.peer;

import java.util.Arrays;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// What stands in the body of a cell of a pipe: type, length, content, and zeros that nobody looks
/// at. `spec/protocol/peers.md`, section 2.
public sealed interface PipeWord {
  /// Before the content.
  int HEADER = 3;

  int NODE = 112;
  int SERVICE = 113;
  int ARRIVAL = 114;
  int OPENED = 115;
  int DATA = 116;
  int END = 117;

  /// First word: the other end is to be this node, to which the receiver has a link.
  record ToNode(NodeId node) implements PipeWord {}

  /// First word: the other end is to be a service of the receiver.
  ///
  /// @param port 1 to 65,535
  record ToService(int port) implements PipeWord {
    public ToService {
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException("port must be 1..65535, was " + port);
      }
    }
  }

  /// First word: a node at the other end wants a link with the receiver.
  record Arrival() implements PipeWord {}

  /// The answer to a first word.
  record Opened() implements PipeWord {}

  /// Bytes of the stream, where they stand in the array that was read.
  record Data(int offset, int length) implements PipeWord {}

  /// No bytes follow in this direction.
  record End() implements PipeWord {}

  /// How many bytes of the stream a cell takes.
  static int capacity(boolean large) {
    return Cells.body(large) - HEADER;
  }

  /// Whether so many bytes are better off in a large cell.
  static boolean prefersLarge(int bytes) {
    return bytes > 4 * capacity(false);
  }

  /// Writes the head of a cell with `length` bytes of the stream, which go behind it, and the zeros
  /// behind those.
  static void beginData(byte[] array, int at, int length, boolean large) {
    array[at] = (byte) DATA;
    BigEndian.putU16(array, at + 1, length);
    Arrays.fill(array, at + HEADER + length, at + Cells.body(large), (byte) 0);
  }

  /// Writes a word that is not [Data] into the body of a small cell.
  static void write(PipeWord word, byte[] array, int at) {
    Arrays.fill(array, at, at + Cells.SMALL_BODY, (byte) 0);
    byte[] content =
        switch (word) {
          case ToNode(NodeId node) -> node.key().toArray();
          case ToService(int port) -> new byte[] {(byte) (port >> 8), (byte) port};
          case Arrival _, Opened _, End _ -> new byte[0];
          case Data _ -> throw new IllegalArgumentException("bytes are written in place");
        };
    array[at] = (byte) type(word);
    BigEndian.putU16(array, at + 1, content.length);
    System.arraycopy(content, 0, array, at + HEADER, content.length);
  }

  private static int type(PipeWord word) {
    return switch (word) {
      case ToNode _ -> NODE;
      case ToService _ -> SERVICE;
      case Arrival _ -> ARRIVAL;
      case Opened _ -> OPENED;
      case Data _ -> DATA;
      case End _ -> END;
    };
  }

  /// Reads the body of a cell.
  ///
  /// @param size of the body
  static PipeWord read(byte[] array, int at, int size) throws WireException {
    int type = array[at] & 0xff;
    int length = BigEndian.u16(array, at + 1);
    if (length > size - HEADER) {
      throw new WireException("content must be 0.." + (size - HEADER) + " bytes, was " + length);
    }
    int content = at + HEADER;
    return switch (type) {
      case NODE -> {
        expect(32, length);
        yield new ToNode(NodeId.decode(array, content));
      }
      case SERVICE -> {
        expect(2, length);
        int port = BigEndian.u16(array, content);
        if (port == 0) {
          throw new WireException("port must be 1..65535, was 0");
        }
        yield new ToService(port);
      }
      case ARRIVAL -> {
        expect(0, length);
        yield new Arrival();
      }
      case OPENED -> {
        expect(0, length);
        yield new Opened();
      }
      case DATA -> {
        if (length == 0) {
          throw new WireException("bytes of a stream must be some");
        }
        yield new Data(content, length);
      }
      case END -> {
        expect(0, length);
        yield new End();
      }
      default -> throw new WireException("type of a pipe's cell must be 112..117, was " + type);
    };
  }

  private static void expect(int wanted, int length) throws WireException {
    if (length != wanted) {
      throw new WireException("content must be " + wanted + " bytes, was " + length);
    }
  }
}
