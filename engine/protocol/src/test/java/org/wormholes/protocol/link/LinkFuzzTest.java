package org.wormholes.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// Whatever a neighbour sends is heard or is a WireException.
final class LinkFuzzTest {
  private static final byte[] KEY = new byte[32];
  private static final AesGcm SEALING = AesGcm.sealing(KEY);
  private static long counter;

  /// What a session makes of a record with this plaintext, from a peer that has the keys.
  private static boolean hears(byte[] plain) {
    if (plain.length == 0 || plain.length > LinkSession.MAX_PLAINTEXT) {
      return false;
    }
    byte[] record = new byte[plain.length + 18];
    BigEndian.putU16(record, 0, plain.length + 16);
    // The JDK does not seal twice under one nonce; the session starts at 0, so the key must change.
    byte[] key = new byte[32];
    BigEndian.putI64(key, 0, ++counter);
    LinkSession session = new LinkSession(false, null, Bytes.EMPTY, KEY, key);
    SEALING.rekey(key);
    SEALING.seal(0, record, 0, 2, plain, 0, plain.length, record, 2);
    try {
      session.receive(ByteBuffer.wrap(record), new Heard());
      return true;
    } catch (WireException e) {
      return false;
    }
  }

  @FuzzTest
  void anyPlaintext(byte[] plain) {
    hears(plain);
  }

  @Test
  void framesThatAreAlmostRight() {
    Random random = new Random(1);
    int heard = 0;
    for (int i = 0; i < 15_000; i++) {
      byte[] plain = frames(random);
      if (random.nextInt(3) > 0 && plain.length > 0) {
        mutate(plain, random);
      }
      heard += hears(plain) ? 1 : 0;
    }
    assertThat(heard).as("seed 1").isGreaterThan(1_000);
  }

  private static byte[] frames(Random random) {
    ByteBuffer out = ByteBuffer.allocate(LinkSession.MAX_PLAINTEXT);
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      int type = 1 + random.nextInt(9);
      int length =
          switch (type) {
            case Frames.LARGE -> Cells.LARGE;
            case Frames.SMALL -> Cells.SMALL;
            case Frames.DESTROY -> 5;
            case Frames.CREDIT, Frames.PING, Frames.PONG -> 8;
            case Frames.CLOSE -> 1;
            default -> random.nextInt(40);
          };
      byte[] body = new byte[length];
      if (type <= Frames.SMALL) {
        if (out.remaining() < length) {
          continue;
        }
        body[0] = (byte) type;
        body[1] = (byte) random.nextInt(5);
        BigEndian.putI32(body, 4, random.nextInt(3) - 1);
        out.put(body);
      } else if (out.remaining() >= length + 3) {
        random.nextBytes(body);
        if (type == Frames.DESTROY || type == Frames.CREDIT) {
          BigEndian.putI32(body, 0, random.nextInt(4) - 1);
        }
        out.put((byte) type).putShort((short) length).put(body);
      }
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private static void mutate(byte[] bytes, Random random) {
    for (int i = 0; i <= random.nextInt(3); i++) {
      bytes[random.nextInt(Math.min(bytes.length, 64))] = (byte) random.nextInt();
    }
  }

  @Test
  void bytesWithoutTheKey() {
    Random random = new Random(2);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      if (bytes.length > 1 && random.nextBoolean()) {
        BigEndian.putU16(bytes, 0, random.nextInt(bytes.length));
      }
      LinkSession session = new LinkSession(true, null, Bytes.EMPTY, KEY, KEY);
      Heard heard = new Heard();
      try {
        session.receive(ByteBuffer.wrap(bytes), heard);
      } catch (WireException e) {
        assertThat(e).hasMessageMatching("record .*");
      }
      assertThat(heard.frames).as("seed 2, input " + i).isEmpty();
    }
  }

  @Test
  void handshakesThatAreAlmostRight() throws WireException {
    Random random = new Random(3);
    byte[] first = Pair.written(Pair.fresh("fuzz", true).first);
    byte[] second = Pair.answer(Pair.fresh("fuzz", true).second, first);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      Pair pair = Pair.fresh("fuzz", true);
      Pair.written(pair.first);
      LinkHandshake side = i % 2 == 0 ? pair.second : pair.first;
      byte[] message = (i % 2 == 0 ? first : second).clone();
      mutateAnywhere(message, random);
      try {
        Pair.answer(side, message);
      } catch (WireException e) {
        refused++;
      }
      assertThat(pair.second.done()).isFalse();
    }
    assertThat(refused).as("seed 3").isEqualTo(300);
  }

  private static void mutateAnywhere(byte[] bytes, Random random) {
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(3)) {
      case 0 -> bytes[at] ^= (byte) (1 + random.nextInt(255));
      case 1 -> Arrays.fill(bytes, at, bytes.length, (byte) 0xff);
      default -> {
        for (int i = at; i < bytes.length; i++) {
          bytes[i] = (byte) random.nextInt();
        }
      }
    }
  }
}
