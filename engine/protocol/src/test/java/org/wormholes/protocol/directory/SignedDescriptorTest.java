package org.wormholes.protocol.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

final class SignedDescriptorTest {
  private final SignedDescriptor signed = Nodes.signed(1, Nodes.START);

  @Test
  void readsWhatWasSigned() throws WireException {
    byte[] bytes = signed.encoded().toArray();
    SignedDescriptor read = SignedDescriptor.decode(bytes, 0, bytes.length);
    assertThat(read.descriptor()).isEqualTo(signed.descriptor());
    assertThat(read).isEqualTo(signed);
    assertThat(read.descriptor().address("tcp")).contains("198.51.1.7:4040");
    assertThat(read.descriptor().address("quic")).isEmpty();
    assertThat(read.descriptor().subnet()).contains("198.51.0.0/16");
  }

  @Test
  void readsThePublishedVector() throws IOException, WireException {
    String golden = System.getProperty("golden.folder");
    if (golden != null) {
      Path file = Path.of(golden, "directory", "descriptor.hex");
      Files.writeString(file, signed.encoded().hex() + "\n");
    }
    String hex = Files.readString(Path.of("../../spec/vectors/directory/descriptor.hex")).strip();
    assertThat(signed.encoded().hex()).isEqualTo(hex);
    byte[] bytes = Bytes.ofHex(hex).toArray();
    assertThat(SignedDescriptor.decode(bytes, 0, bytes.length)).isEqualTo(signed);
  }

  @Test
  void refusesEveryChangedBit() {
    byte[] bytes = signed.encoded().toArray();
    for (int bit = 0; bit < 8 * bytes.length; bit += 7) {
      byte[] changed = bytes.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> SignedDescriptor.decode(changed, 0, changed.length))
          .as("bit " + bit)
          .isInstanceOf(WireException.class);
    }
  }

  @Test
  void refusesEveryCut() {
    byte[] bytes = signed.encoded().toArray();
    for (int length = 0; length < bytes.length; length += 13) {
      int cut = length;
      assertThatThrownBy(() -> SignedDescriptor.decode(bytes, 0, cut))
          .isInstanceOf(WireException.class);
    }
  }

  @Test
  void signsOnlyForItself() {
    assertThatThrownBy(() -> SignedDescriptor.sign(signed.descriptor(), Nodes.key(2)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void fitsEvenWhenEveryFieldIsAsLongAsItMayBe() throws WireException {
    NodeKey key = Nodes.key(3);
    NodeDescriptor small = Nodes.descriptor(key, Nodes.START, "a:1");
    String address = "x".repeat(255);
    Map<String, String> carriers =
        Map.of(
            "a".repeat(16),
            address,
            "b".repeat(16),
            address,
            "c".repeat(16),
            address,
            "d",
            address,
            "e",
            address,
            "f",
            address,
            "g",
            address,
            "h",
            address);
    List<Bytes> networks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      byte[] network = new byte[32];
      network[0] = (byte) i;
      networks.add(Bytes.of(network));
    }
    NodeDescriptor longest =
        new NodeDescriptor(
            key.id(),
            networks,
            small.onionKey(),
            small.onionKeyExpires(),
            carriers,
            Set.of(NodeRole.values()),
            "o".repeat(64),
            "f".repeat(64),
            "DE",
            Long.MAX_VALUE,
            "v".repeat(32),
            small.published(),
            small.published().plus(NodeDescriptor.MAX_LIFETIME));
    SignedDescriptor most = SignedDescriptor.sign(longest, key);
    assertThat(most.encoded().size()).isLessThanOrEqualTo(SignedDescriptor.MAX_BYTES);
    byte[] bytes = most.encoded().toArray();
    assertThat(SignedDescriptor.decode(bytes, 0, bytes.length).descriptor()).isEqualTo(longest);
  }

  @Test
  void livesAtMostThreeDays() {
    NodeDescriptor node = signed.descriptor();
    assertThatThrownBy(() ->
            new NodeDescriptor(
                node.id(),
                node.networks(),
                node.onionKey(),
                node.onionKeyExpires(),
                node.carriers(),
                node.roles(),
                "",
                "",
                "",
                0,
                "",
                node.published(),
                node.published().plus(Duration.ofDays(4))))
        .hasMessageContaining("3 days");
  }
}
