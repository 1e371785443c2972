package org.wormholes.protocol.crypto;

import static org.wormholes.protocol.Golden.hex;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.Golden;
import org.wormholes.protocol.RepeatingEntropy;

/// `spec/vectors/identity.json`.
final class IdentityVectorsTest {
  @Test
  void identitiesAreThoseOfTheFile() {
    List<Map<String, Object>> cases = new ArrayList<>();
    cases.add(identity(NodeKey.ofSeed(new byte[32])));
    RepeatingEntropy entropy = new RepeatingEntropy("wormholes/vectors/identity");
    for (int i = 0; i < 4; i++) {
      cases.add(identity(NodeKey.create(entropy)));
    }
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("document", "spec/protocol/identity.md");
    file.put("cases", cases);
    Golden.check("identity.json", file);
  }

  private static Map<String, Object> identity(NodeKey key) {
    byte[] message =
        ("wormholes/descriptor/v1" + key.id().address()).getBytes(StandardCharsets.US_ASCII);
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("seed", hex(key.exposeSeed()));
    fields.put("name", key.id().key().hex());
    fields.put("address", key.id().address());
    fields.put("agreement_key", hex(key.id().agreementKey()));
    fields.put("message", hex(message));
    fields.put("signature", hex(key.sign(message)));
    fields.put("uri", new NodeUri(key.id(), "2001:db8::1", 4040).format());
    return fields;
  }
}
