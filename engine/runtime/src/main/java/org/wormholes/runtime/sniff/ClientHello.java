package org.wormholes.runtime.sniff;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.wormholes.rules.expr.Host;

/// Finds the server name in a TLS ClientHello (RFC 8446 section 4.1.2, RFC 6066 section 3), however
/// it is split over records, as soon as it is there. Unknown values, GREASE among them (RFC 8701),
/// are passed over. With Encrypted ClientHello the name is the outer one: the one that is on the
/// wire. The true one cannot be seen, and browsers send sealed nonsense in its place everywhere, so
/// its presence tells nothing.
final class ClientHello {
  private static final int HANDSHAKE = 22;
  private static final int RECORD_HEADER = 5;
  private static final int MAX_RECORD = 16_384;
  private static final int CLIENT_HELLO = 1;
  private static final int HELLO_HEADER = 4;
  private static final int VERSION_AND_RANDOM = 34;
  private static final int MAX_SESSION_ID = 32;
  private static final int SERVER_NAME = 0;
  private static final int HOST_NAME = 0;

  private final byte[] message;
  private final int length;
  private int at;

  private ClientHello(byte[] message, int length) {
    this.message = message;
    this.length = length;
  }

  /// Reads the first `length` bytes of a stream.
  static Reading read(byte[] stream, int length) {
    byte[] message = new byte[length];
    int gathered = 0;
    int at = 0;
    while (at < length) {
      if (stream[at] != HANDSHAKE || (at + 1 < length && stream[at + 1] != 3)) {
        return Reading.OTHER;
      }
      if (at + RECORD_HEADER > length) {
        break;
      }
      int record = u16(stream, at + 3);
      if (record == 0 || record > MAX_RECORD) {
        return Reading.OTHER;
      }
      at += RECORD_HEADER;
      int part = Math.min(record, length - at);
      System.arraycopy(stream, at, message, gathered, part);
      gathered += part;
      at += part;
    }
    try {
      return new ClientHello(message, gathered).name();
    } catch (Ends early) {
      return Reading.MORE;
    }
  }

  private Reading name() throws Ends {
    if (u8() != CLIENT_HELLO) {
      return Reading.OTHER;
    }
    at += HELLO_HEADER - 1 + VERSION_AND_RANDOM;
    int sessionId = u8();
    if (sessionId > MAX_SESSION_ID) {
      return Reading.OTHER;
    }
    at += sessionId;
    skip(u16());
    skip(u8());
    if (at == length && end() == at) {
      return Reading.NAMELESS; // no extensions at all
    }
    int end = u16();
    end += at;
    while (at < end) {
      int type = u16();
      int size = u16();
      if (at + size > end) {
        return Reading.OTHER;
      }
      if (type == SERVER_NAME) {
        return serverName(size);
      }
      at += size;
    }
    return Reading.NAMELESS;
  }

  /// Where the hello ends by its own word.
  private int end() {
    return HELLO_HEADER + (Byte.toUnsignedInt(message[1]) << 16 | u16(message, 2));
  }

  private Reading serverName(int size) throws Ends {
    int end = at + size;
    if (size < 2 || u16() != size - 2) {
      return Reading.OTHER;
    }
    while (at + 3 <= end) {
      int type = u8();
      int nameSize = u16();
      if (at + nameSize > end) {
        return Reading.OTHER;
      }
      if (type == HOST_NAME) {
        return new Reading.Said(plain(nameSize));
      }
      at += nameSize;
    }
    return Reading.NAMELESS;
  }

  private String plain(int size) throws Ends {
    need(size);
    Optional<Host> host =
        Host.parse(new String(message, at, size, StandardCharsets.ISO_8859_1))
            .filter(Host.Name.class::isInstance);
    return host.map(Host::text).orElse("");
  }

  private int u8() throws Ends {
    need(1);
    return Byte.toUnsignedInt(message[at++]);
  }

  private int u16() throws Ends {
    need(2);
    at += 2;
    return u16(message, at - 2);
  }

  private void skip(int bytes) {
    at += bytes;
  }

  private void need(int bytes) throws Ends {
    if (at + bytes > length) {
      throw new Ends();
    }
  }

  private static int u16(byte[] array, int at) {
    return Byte.toUnsignedInt(array[at]) << 8 | Byte.toUnsignedInt(array[at + 1]);
  }

  /// The bytes end before the name does.
  private static final class Ends extends Exception {
    private static final long serialVersionUID = 1L;

    private Ends() {
      super("more is needed", null, false, false);
    }
  }
}
