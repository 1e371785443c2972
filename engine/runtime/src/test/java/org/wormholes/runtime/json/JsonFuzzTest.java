package org.wormholes.runtime.json;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.runtime.control.EngineStatus;

class JsonFuzzTest {
  private static final String MARKS = "{}[]\",:0123456789.-+eEtfn\\u \u0000z";
  private static final String SEED_TEXT =
      "{\"version\":\"1\",\"node\":\"n\",\"network\":\"w\",\"roles\":[\"relay\"],\"process\":1,"
          + "\"uptime_ms\":12.5,\"listening\":[{\"tunnel\":\"t\",\"kind\":\"socks\",\"address\":\"a\",\"note\":\"\"}],"
          + "\"ruleset\":{\"name\":\"r\",\"version\":\"1\",\"digest\":\"d\",\"applied\":\"2026-01-02T03:04:05Z\"},"
          + "\"nodes_known\":1,\"links\":0,\"circuits\":0,\"relayed_circuits\":0,\"flows\":0,"
          + "\"memory_used\":0,\"memory_limit\":1,\"tunnels\":[]}";

  @Test
  void readsOrRefusesMutatedText() {
    long seed = 0x77;
    Random random = new Random(seed);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = SEED_TEXT.getBytes(StandardCharsets.UTF_8);
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) MARKS.charAt(random.nextInt(MARKS.length()));
      }
      read(new String(bytes, StandardCharsets.UTF_8));
    }
  }

  private static void read(String text) {
    try {
      Json.pretty(Json.read(EngineStatus.class, text));
    } catch (JsonException expected) {
      // The one declared outcome for anything else.
    }
  }
}
