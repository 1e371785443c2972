package org.wormholes.protocol.onion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.wormholes.protocol.Golden.digest;
import static org.wormholes.protocol.Golden.hex;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.Golden;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.crypto.Aead;
import org.wormholes.protocol.crypto.AesBlocks;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.crypto.Hkdf;
import org.wormholes.protocol.crypto.MlKem768;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// `spec/vectors/onion.json`. The keys and the client's cells are computed a second time here,
/// slowly and from the text of `spec/protocol/onion.md` alone, so that the text is tested too.
final class OnionVectorsTest {
  @Test
  void circuitsAreThoseOfTheFile() throws WireException {
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("document", "spec/protocol/onion.md");
    file.put(
        "draws",
        "client: for each hop X25519 private key 32 and ML-KEM message 32; then a key for the noise"
            + " of the packet 32 and one for the noise of the cells 32. relay: its fresh X25519"
            + " private key 32");
    file.put(
        "payloads",
        "byte i of cell n is 7·i + n mod 256, both ways; a body is given as its SHA-256 at each hop,"
            + " in the order it travels. Cells 0 to 1,023 are small, cell 1,024 is large");
    file.put("cases", List.of(circuit(1), circuit(3), circuit(8)));
    Golden.check("onion.json", file);
  }

  /// What one relay has and draws.
  private record Relay(NodeKey node, OnionKeyPair pair, Bytes draws) {}

  private static Map<String, Object> circuit(int hops) throws WireException {
    Entropy entropy = new RepeatingEntropy("wormholes/vectors/onion/" + hops);
    List<Relay> relays = new ArrayList<>();
    for (int i = 0; i < hops; i++) {
      relays.add(
          new Relay(
              NodeKey.create(entropy),
              OnionKeyPair.create(1_000 + i, entropy),
              Bytes.of(entropy.bytes(32))));
    }
    byte[] draws = entropy.bytes(64 * hops + 64);
    byte[] early = entropy.bytes(40);
    byte[] welcome = entropy.bytes(24);
    List<HopKey> path =
        relays.stream().map(r -> new HopKey(r.node.id(), r.pair.publicKey())).toList();
    ClientSetup setup = ClientSetup.build(path, early, RepeatingEntropy.of(draws));

    List<RelaySetup> setups = new ArrayList<>();
    List<String> packets = new ArrayList<>();
    byte[] packet = setup.packet();
    for (Relay relay : relays) {
      packets.add(digest(packet));
      setups.add(
          RelaySetup.peel(
              relay.node.id(),
              OnionKeyRing.of(relay.pair),
              new ReplayCache(10, entropy),
              packet,
              0,
              RepeatingEntropy.of(relay.draws.toArray())));
      packet = setups.getLast().nextBody();
    }
    assertThat(setups.getLast().early()).isEqualTo(early);

    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("relays", relays.stream().map(OnionVectorsTest::relay).toList());
    fields.put("client_draws", hex(draws));
    fields.put("early", hex(early));
    fields.put("packet_start", hex(Arrays.copyOf(setup.packet(), 64)));
    fields.put("packet_sha256", packets);
    fields.put("reply_payload", hex(welcome));
    List<byte[]> replies = replies(setups, welcome);
    fields.put("reply_sha256", replies.stream().map(Golden::digest).toList());

    List<byte[][]> keys = new ArrayList<>();
    for (int i = 0; i < hops; i++) {
      keys.add(keys(relays.get(i), draws, i));
    }
    fields.put(
        "keys",
        keys.stream()
            .map(k ->
                new TreeMap<>(
                    Map.of(
                        "material", hex(k[0]),
                        "forward_chain", hex(k[1]),
                        "backward_chain", hex(k[2]))))
            .toList());
    ClientOnion client = setup.finish(replies.getLast(), 0);
    assertThat(Arrays.copyOf(setup.replyPayload(), welcome.length)).isEqualTo(welcome);
    byte[] noise = Arrays.copyOfRange(draws, draws.length - 32, draws.length);
    fields.put("cells", cells(client, setups, keys, noise));
    return fields;
  }

  /// From the last hop to the first.
  private static List<byte[]> replies(List<RelaySetup> setups, byte[] welcome) {
    List<byte[]> replies = new ArrayList<>();
    byte[] reply = new byte[Cells.LARGE_BODY];
    setups.getLast().sealReply(welcome, reply, 0);
    replies.add(reply);
    for (int i = setups.size() - 2; i >= 0; i--) {
      byte[] wrapped = new byte[reply.length];
      setups.get(i).wrapReply(reply, 0, wrapped, 0);
      replies.add(wrapped);
      reply = wrapped;
    }
    return replies;
  }

  private static Map<String, Object> relay(Relay relay) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("seed", hex(relay.node.exposeSeed()));
    fields.put("onion_key_id", relay.pair.id());
    fields.put("onion_key_seed", hex(relay.pair.exposeSeed()));
    fields.put("onion_key_sha256", digest(relay.pair.publicKey().encode()));
    fields.put("draws", relay.draws.hex());
    return fields;
  }

  private static byte[] label(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] joined(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  /// onion.md 2 and 4.2: material, forward chain, backward chain.
  private static byte[][] keys(Relay relay, byte[] draws, int hop) throws WireException {
    byte[] x = Arrays.copyOfRange(draws, 64 * hop, 64 * hop + 32);
    byte[] m = Arrays.copyOfRange(draws, 64 * hop + 32, 64 * hop + 64);
    OnionPublicKey key = relay.pair.publicKey();
    byte[] share = X25519.publicOf(x);
    var encapsulation = MlKem768.encapsulate(key.encapsulation().toArray(), RepeatingEntropy.of(m));
    byte[] z = X25519.agree(x, key.agreement().toArray());
    byte[] transcript =
        Hash.sha256(
            label("wormholes/onion/hop/v1"),
            relay.node.id().key().toArray(),
            Hash.sha256(key.encode()),
            share,
            encapsulation.ciphertext());
    byte[] prk = Hkdf.extract(transcript, z, encapsulation.secret());
    byte[] material = Hkdf.expand(prk, label("wormholes/onion/setup/v1"), 144);
    byte[] fresh = X25519.publicOf(relay.draws.toArray());
    byte[] w = X25519.agree(x, fresh);
    byte[] chains =
        Hkdf.expand(
            Hkdf.extract(Arrays.copyOfRange(material, 96, 128), w),
            joined(label("wormholes/onion/layers/v1"), transcript, fresh),
            64);
    return new byte[][] {material, Arrays.copyOf(chains, 32), Arrays.copyOfRange(chains, 32, 64)};
  }

  private static List<Map<String, Object>> cells(
      ClientOnion client, List<RelaySetup> setups, List<byte[][]> keys, byte[] noise)
      throws WireException {
    int hops = setups.size();
    List<Map<String, Object>> cells = new ArrayList<>();
    for (int n = 0; n <= 1_024; n++) {
      boolean large = n == 1_024;
      byte[] payload = new byte[Cells.payload(large)];
      for (int i = 0; i < payload.length; i++) {
        payload[i] = (byte) (7 * i + n);
      }
      List<String> forward = new ArrayList<>();
      byte[] body = Layers.body(large, payload);
      client.seal(body, 0, body.length);
      boolean shown = n == 0 || n == 1 || n == 33 || large;
      if (shown) {
        assertThat(body).isEqualTo(sealedByTheBook(payload, n, keys, noise));
      }
      for (RelaySetup setup : setups) {
        forward.add(digest(body));
        byte[] peeled = new byte[body.length];
        assertThat(setup.layer().peel(body, 0, body.length, peeled, 0)).isTrue();
        body = peeled;
      }
      List<String> backward = new ArrayList<>();
      byte[] back = Layers.body(large, payload);
      setups.getLast().layer().seal(back, 0, back.length);
      backward.add(digest(back));
      for (int i = hops - 2; i >= 0; i--) {
        byte[] wrapped = new byte[back.length];
        setups.get(i).layer().wrap(back, 0, back.length, wrapped, 0);
        back = wrapped;
        backward.add(digest(back));
      }
      if (shown) {
        assertThat(openedByTheBook(back, n, keys)).isEqualTo(payload);
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("n", n);
        fields.put("size", large ? "large" : "small");
        fields.put("forward_sha256", forward);
        fields.put("backward_sha256", backward);
        cells.add(fields);
      }
      int at = client.open(back, 0, back.length);
      assertThat(Arrays.copyOfRange(client.opened(), at, at + payload.length)).isEqualTo(payload);
    }
    return cells;
  }

  /// onion.md 5.4: key and filler key of cell n.
  private static byte[][] cellKeys(byte[] chain, int n) {
    byte[] material = new byte[0];
    byte[] next = chain;
    for (int i = 0; i <= n / 1_024; i++) {
      material = Hkdf.expand(next, label("wormholes/onion/ratchet/v1"), 96);
      next = Arrays.copyOf(material, 32);
    }
    return new byte[][] {
      Arrays.copyOfRange(material, 32, 64), Arrays.copyOfRange(material, 64, 96)
    };
  }

  private static byte[] nonce(int n) {
    return ByteBuffer.allocate(12).putInt(0).putLong(n).array();
  }

  /// KS of onion.md 2.
  private static byte[] keyStream(byte[] key, int n, int length) {
    byte[] sealed = Aead.AES_GCM.seal(key, nonce(n), new byte[0], new byte[length]);
    return Arrays.copyOf(sealed, length);
  }

  private static byte[] xor(byte[] one, byte[] other) {
    byte[] out = new byte[one.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) (one[i] ^ other[i]);
    }
    return out;
  }

  /// onion.md 5.2.
  private static byte[] sealedByTheBook(
      byte[] payload, int n, List<byte[][]> keys, byte[] noiseKey) {
    int hops = keys.size();
    byte[] start = new byte[0];
    for (int i = 1; i < hops; i++) {
      byte[][] hop = cellKeys(keys.get(i - 1)[1], n);
      byte[] filler = new byte[16];
      new AesBlocks(hop[1])
          .encrypt(ByteBuffer.allocate(16).putLong(0).putLong(n).array(), 0, 16, filler, 0);
      start = joined(filler, xor(start, keyStream(hop[0], n, start.length)));
    }
    byte[] last = cellKeys(keys.get(hops - 1)[1], n)[0];
    byte[] noise = keyStream(noiseKey, n, 112 - start.length);
    byte[] plain = joined(xor(start, keyStream(last, n, start.length)), noise, payload);
    byte[] body = new byte[0];
    for (int i = hops; i >= 1; i--) {
      byte[] key = cellKeys(keys.get(i - 1)[1], n)[0];
      body = Aead.AES_GCM.seal(key, nonce(n), new byte[0], plain);
      plain = Arrays.copyOfRange(body, 16, body.length);
    }
    return body;
  }

  /// onion.md 5.3.
  private static byte[] openedByTheBook(byte[] body, int n, List<byte[][]> keys) {
    int hops = keys.size();
    byte[][] starts = new byte[hops + 1][];
    byte[] slack = new byte[16 * (hops - 1)];
    for (int i = hops; i >= 1; i--) {
      byte[] key = cellKeys(keys.get(i - 1)[2], n)[0];
      starts[i] = xor(slack, keyStream(key, n, slack.length));
      slack = slack.length == 0 ? slack : Arrays.copyOfRange(starts[i], 16, slack.length);
    }
    byte[] plain = new byte[0];
    for (int i = 1; i <= hops; i++) {
      byte[] key = cellKeys(keys.get(i - 1)[2], n)[0];
      plain = Aead.AES_GCM.open(key, nonce(n), new byte[0], body).orElseThrow();
      if (i < hops) {
        body = joined(Arrays.copyOf(starts[i + 1], 16), plain);
      }
    }
    return Arrays.copyOfRange(plain, 112, plain.length);
  }
}
