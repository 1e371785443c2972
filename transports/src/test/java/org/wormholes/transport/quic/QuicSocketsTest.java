package org.wormholes.transport.quic;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuicSocketsTest {
  private static int packetBytes(String address) throws UnknownHostException {
    return QuicSockets.packetBytes(new InetSocketAddress(InetAddress.getByName(address), 443));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1"})
  void packetsThatStayOnTheMachineAreLarge(String address) throws UnknownHostException {
    assertThat(packetBytes(address))
        .isGreaterThan(QuicSockets.PACKET_BYTES)
        .isLessThanOrEqualTo(QuicSockets.MAX_PACKET_BYTES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1", "10.0.0.1", "169.254.1.1", "2001:db8::1"})
  void packetsThatLeaveItAreSmall(String address) throws UnknownHostException {
    assertThat(packetBytes(address)).isEqualTo(QuicSockets.PACKET_BYTES);
  }

  @Test
  void oneThatIsUnspecifiedCountsAsElsewhere() throws UnknownHostException {
    assertThat(packetBytes("0.0.0.0")).isEqualTo(QuicSockets.PACKET_BYTES);
  }
}
