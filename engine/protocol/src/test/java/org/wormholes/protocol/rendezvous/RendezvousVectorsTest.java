package org.wormholes.protocol.rendezvous;

import static org.wormholes.protocol.Golden.digest;
import static org.wormholes.protocol.Golden.hex;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.Golden;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.crypto.BlindedKey;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.onion.OnionKeyPair;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// `spec/vectors/rendezvous.json`.
final class RendezvousVectorsTest {
  private static final long PERIOD = 20_578;

  private final Entropy entropy = new RepeatingEntropy("wormholes/vectors/rendezvous");
  private final NodeKey service = NodeKey.create(entropy);
  private final NodeKey client = NodeKey.create(entropy);
  private final NodeKey point = NodeKey.create(entropy);
  private final NodeId relay = NodeKey.create(entropy).id();
  private final OnionKeyPair key = OnionKeyPair.create(1, entropy);
  private final Puzzle puzzle = new Puzzle(4, Bytes.of(entropy.bytes(Puzzle.SEED_BYTES)));
  private final ServiceCredential credential = ServiceCredential.of(service.id(), PERIOD);

  @Test
  void ourBytesAreThoseOfTheFile() throws WireException {
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("document", "spec/protocol/rendezvous.md");
    file.put("service_seed", hex(service.exposeSeed()));
    file.put("client_seed", hex(client.exposeSeed()));
    file.put("point_seed", hex(point.exposeSeed()));
    file.put("key_seed", hex(key.exposeSeed()));
    file.put("relay", relay.key().hex());
    file.put("period", PERIOD);
    file.put("blinded", credential.blinded().key().hex());
    file.put("credential", hex(credential.secret()));
    byte[] signed = {1, 2, 3};
    file.put("signature_of_010203", hex(BlindedKey.of(service, PERIOD).sign(signed)));
    file.put("establish", RendezvousRelay.signature(point, relay).hex());
    file.put("keepers", keepers());
    file.put("open_descriptor", descriptor(List.of()));
    file.put("listed_descriptor", descriptor(List.of(client.id())));
    file.put("introduction", introduction());
    file.put("guard", hex(new RendezvousMessage.Guard(puzzle, puzzle).encode()));
    Golden.check("rendezvous.json", file);
  }

  private List<String> keepers() {
    List<NodeId> relays = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      relays.add(NodeKey.create(entropy).id());
    }
    return Keepers.of(relays, credential.blinded(), 5).stream().map(id -> id.key().hex()).toList();
  }

  private Map<String, Object> descriptor(List<NodeId> clients) throws WireException {
    ServiceDescriptor content =
        new ServiceDescriptor(
            key.publicKey(), List.of(new IntroductionPoint(relay, point.id())), puzzle);
    SealedDescriptor.Terms terms =
        new SealedDescriptor.Terms(Bytes.of(entropy.bytes(16)), 42, Duration.ofHours(2));
    SealedDescriptor sealed =
        SealedDescriptor.seal(content, terms, service, PERIOD, clients, entropy);
    ServiceDescriptor read = sealed.open(credential, Optional.of(client)).orElseThrow();
    return Map.of("sealed", sealed.encoded().hex(), "content", hex(read.encode()));
  }

  private Map<String, Object> introduction() throws WireException {
    ClientIntroduction ours =
        ClientIntroduction.create(
            credential, point.id(), key.publicKey(), Optional.of(client), entropy);
    Puzzle.Proof proof = ours.work(puzzle, 4, 1_000, entropy).orElseThrow();
    Bytes cookie = Bytes.of(entropy.bytes(32));
    byte[] message = ours.message(relay, cookie, proof);
    ServiceIntroduction theirs =
        ServiceIntroduction.open(message, credential, point.id(), key, new ReplayMemory());
    ServiceIntroduction.Accepted accepted = theirs.accept(entropy);
    EndLayer near = ours.finish(accepted.answer().toArray());
    byte[] toService = new byte[1_392];
    near.seal(toService, 0, toService.length);
    byte[] toClient = new byte[16_224];
    accepted.layer().seal(toClient, 0, toClient.length);
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("message", hex(message));
    fields.put("cookie", cookie.hex());
    fields.put("nonce", Long.toHexString(proof.nonce()));
    fields.put("answer", accepted.answer().hex());
    fields.put("first_small_zeros_to_service_sha256", digest(toService));
    fields.put("first_large_zeros_to_client_sha256", digest(toClient));
    return fields;
  }
}
