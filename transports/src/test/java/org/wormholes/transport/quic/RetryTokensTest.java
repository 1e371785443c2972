package org.wormholes.transport.quic;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RetryTokensTest {
  private static final byte[] ID = {9, 8, 7, 6, 5, 4, 3, 2};
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final RetryTokens tokens =
      new RetryTokens(
          new Clock() {
            @Override
            public ZoneOffset getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return now.get();
            }
          });

  private static InetSocketAddress from(int last, int port) throws UnknownHostException {
    return new InetSocketAddress(
        InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last}), port);
  }

  private ByteBuf token() throws UnknownHostException {
    ByteBuf token = Unpooled.buffer();
    assertThat(tokens.writeToken(token, Unpooled.wrappedBuffer(ID), from(1, 1))).isTrue();
    assertThat(token.readableBytes()).isLessThanOrEqualTo(tokens.maxTokenLength());
    return token;
  }

  @Test
  void takesItsOwnTokenBackAndFindsTheIdInIt() throws Exception {
    ByteBuf token = token();
    int at = tokens.validateToken(token, from(1, 1));
    byte[] id = new byte[token.readableBytes() - at];
    token.getBytes(at, id);
    assertThat(id).isEqualTo(ID);
  }

  @Test
  void refusesATokenOfAnotherAddressOrPort() throws Exception {
    assertThat(tokens.validateToken(token(), from(2, 1))).isEqualTo(-1);
    assertThat(tokens.validateToken(token(), from(1, 2))).isEqualTo(-1);
  }

  @Test
  void refusesATokenThatIsOldOrFromTheFuture() throws Exception {
    ByteBuf token = token();
    now.updateAndGet(it -> it.plusSeconds(RetryTokens.LIFE_SECONDS));
    assertThat(tokens.validateToken(token, from(1, 1))).isPositive();
    now.updateAndGet(it -> it.plusSeconds(1));
    assertThat(tokens.validateToken(token, from(1, 1))).isEqualTo(-1);
    now.updateAndGet(it -> it.minusSeconds(RetryTokens.LIFE_SECONDS + 2));
    assertThat(tokens.validateToken(token, from(1, 1))).isEqualTo(-1);
  }

  @Test
  void refusesATokenOfWhichAnyBitIsChanged() throws Exception {
    ByteBuf token = token();
    for (int bit = 0; bit < token.readableBytes() * 8; bit++) {
      ByteBuf changed = token.copy();
      changed.setByte(bit / 8, changed.getByte(bit / 8) ^ (1 << (bit % 8)));
      assertThat(tokens.validateToken(changed, from(1, 1))).as("bit " + bit).isEqualTo(-1);
    }
  }
}
