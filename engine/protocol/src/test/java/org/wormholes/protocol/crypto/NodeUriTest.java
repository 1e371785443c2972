package org.wormholes.protocol.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.WireException;

final class NodeUriTest {
  private static final NodeId NODE = NodeKey.ofSeed(new byte[32]).id();

  @Test
  void readsWhatItWrites() throws WireException {
    for (NodeUri uri :
        List.of(
            new NodeUri(NODE, "203.0.113.7", 4_040),
            new NodeUri(NODE, "node.example", 1),
            new NodeUri(NODE, "2001:db8::1", 65_535))) {
      assertThat(NodeUri.parse(uri.format())).isEqualTo(uri);
    }
    assertThat(new NodeUri(NODE, "2001:db8::1", 9).format()).endsWith("@[2001:db8::1]:9");
  }

  @Test
  void namesTheCarrierAndThePlaceInItsNotation() throws WireException {
    for (NodeUri uri :
        List.of(
            new NodeUri(NODE, "tls", "203.0.113.7:443,name=www.example.org"),
            new NodeUri(NODE, "websocket", "[2001:db8::1]:443/a~b/c-d,plain"),
            new NodeUri(NODE, "i2p", "a".repeat(52) + ".b32.i2p"))) {
      assertThat(NodeUri.parse(uri.format())).isEqualTo(uri);
    }
    assertThat(new NodeUri(NODE, "tls", "203.0.113.7:443").format())
        .isEqualTo("wormhole://" + NODE.address() + "@tls+203.0.113.7:443");
    assertThat(NodeUri.parse("wormhole://" + NODE.address() + "@tcp+h:1"))
        .isEqualTo(new NodeUri(NODE, "h", 1));
  }

  @Test
  void refusesWhatIsNotOfItsForm() {
    String address = NODE.address();
    for (String text :
        List.of(
            "",
            "http://" + address + "@h:1",
            "wormhole://",
            "wormhole://" + address,
            "wormhole://" + address + "@",
            "wormhole://" + address + "@:1",
            "wormhole://" + address + "@h",
            "wormhole://" + address + "@h:",
            "wormhole://" + address + "@h:0",
            "wormhole://" + address + "@h:65536",
            "wormhole://" + address + "@h:-1",
            "wormhole://" + address + "@h:1x",
            "wormhole://" + address + "@h h:1",
            "wormhole://" + address + "@h/p:1",
            "wormhole://" + address + "@2001:db8::1:80",
            "wormhole://" + address + "@+h:1",
            "wormhole://" + address + "@tls+",
            "wormhole://" + address + "@TLS+h:1",
            "wormhole://" + address + "@t_s+h:1",
            "wormhole://" + address + "@" + "t".repeat(17) + "+h:1",
            "wormhole://" + address + "@tls+h 1",
            "wormhole://" + address + "@tls+h:1?a",
            "wormhole://" + address + "@tls+" + "h".repeat(256),
            "wormhole://" + address + "@tcp+h",
            "wormhole://" + address.substring(1) + "@h:1")) {
      assertThatThrownBy(() -> NodeUri.parse(text)).as(text).isInstanceOf(WireException.class);
    }
  }
}
