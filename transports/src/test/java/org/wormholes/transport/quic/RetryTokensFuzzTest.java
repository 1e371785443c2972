package org.wormholes.transport.quic;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;

/// Nobody makes a token that is taken.
class RetryTokensFuzzTest {
  private final RetryTokens tokens = new RetryTokens(Clock.systemUTC());

  @FuzzTest
  void aTokenOfOthersIsRefused(byte[] token) {
    InetSocketAddress from = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    assertThat(tokens.validateToken(Unpooled.wrappedBuffer(token), from)).isEqualTo(-1);
  }
}
