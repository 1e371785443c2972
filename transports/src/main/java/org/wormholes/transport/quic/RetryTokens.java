package org.wormholes.transport.quic;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Address validation by Retry packets (RFC 9000 section 8.1.2): a listener keeps nothing of a
/// dialler, and sends it no more than it got, until the dialler has shown that it hears at the
/// address it writes.
///
///     token = time u32 | HMAC-SHA256(secret, time, address, port, id), 16 bytes | id
///
/// `time` is in seconds, `id` the connection id that the dialler had chosen, to be said again in the
/// handshake. Belongs to the loop of its socket.
final class RetryTokens implements QuicTokenHandler {
  /// How long a token is good: a Retry is answered at once.
  static final int LIFE_SECONDS = 10;

  private static final int MAC_BYTES = 16;
  private static final int HEAD = Integer.BYTES + MAC_BYTES;
  private static final int MAX_ID = 20;
  private static final String ALGORITHM = "HmacSHA256";

  private final Clock clock;
  private final Mac mac;

  RetryTokens(Clock clock) {
    this.clock = clock;
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    try {
      this.mac = Mac.getInstance(ALGORITHM);
      this.mac.init(new SecretKeySpec(secret, ALGORITHM));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC", e);
    }
  }

  private int now() {
    return (int) clock.instant().getEpochSecond();
  }

  @Override
  public boolean writeToken(ByteBuf out, ByteBuf id, InetSocketAddress from) {
    byte[] bytes = bytes(id, id.readerIndex(), id.readableBytes());
    int time = now();
    out.writeInt(time).writeBytes(seal(time, from, bytes)).writeBytes(bytes);
    return true;
  }

  /// Where the connection id begins in the token, -1 for a token that is not ours, too old, or of
  /// another address.
  @Override
  public int validateToken(ByteBuf token, InetSocketAddress from) {
    int length = token.readableBytes();
    if (length < HEAD || length > maxTokenLength()) {
      return -1;
    }
    int at = token.readerIndex();
    int time = token.getInt(at);
    int age = now() - time;
    byte[] sealed = bytes(token, at + Integer.BYTES, MAC_BYTES);
    byte[] id = bytes(token, at + HEAD, length - HEAD);
    boolean ours = MessageDigest.isEqual(sealed, seal(time, from, id));
    return ours && age >= 0 && age <= LIFE_SECONDS ? HEAD : -1;
  }

  private static byte[] bytes(ByteBuf from, int at, int length) {
    byte[] bytes = new byte[length];
    from.getBytes(at, bytes);
    return bytes;
  }

  private byte[] seal(int time, InetSocketAddress from, byte[] id) {
    mac.update(ByteBuffer.allocate(8).putInt(time).putInt(from.getPort()).array());
    byte[] address = from.getAddress().getAddress();
    mac.update((byte) address.length);
    mac.update(address);
    return Arrays.copyOf(mac.doFinal(id), MAC_BYTES);
  }

  @Override
  public int maxTokenLength() {
    return HEAD + MAX_ID;
  }
}
