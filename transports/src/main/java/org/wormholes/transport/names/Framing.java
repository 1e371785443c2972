package org.wormholes.transport.names;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Messages of DNS in a stream: a length of two bytes before each (RFC 1035 section 4.2.2).
public final class Framing {
  private int length = -1;
  private int lengthBytes;
  private byte @Nullable [] message;
  private int filled;

  /// Takes all of `in`. False for a message without content, which nobody sends.
  public boolean read(ByteBuffer in, Consumer<byte[]> whole) {
    while (in.hasRemaining()) {
      byte[] filling = message;
      if (filling == null) {
        length = lengthBytes == 0 ? (in.get() & 0xff) << 8 : length | (in.get() & 0xff);
        lengthBytes++;
        if (lengthBytes == 2) {
          if (length == 0) {
            in.position(in.limit());
            return false;
          }
          message = new byte[length];
          filled = 0;
        }
      } else {
        int more = Math.min(in.remaining(), length - filled);
        in.get(filling, filled, more);
        filled += more;
        if (filled == length) {
          message = null;
          lengthBytes = 0;
          whole.accept(filling);
        }
      }
    }
    return true;
  }

  public static byte[] framed(byte[] message) {
    byte[] framed = new byte[2 + message.length];
    framed[0] = (byte) (message.length >>> 8);
    framed[1] = (byte) message.length;
    System.arraycopy(message, 0, framed, 2, message.length);
    return framed;
  }
}
