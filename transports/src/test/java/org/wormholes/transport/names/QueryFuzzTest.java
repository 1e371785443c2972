package org.wormholes.transport.names;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.runtime.spi.NameAnswer;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// Whatever is sent to a DNS entry is answered or dropped, and whatever an exit or a name server
/// answers is passed on in part or not at all; an answer never grows past what was asked for.
class QueryFuzzTest {
  private static final int INPUTS = 20_000;

  @FuzzTest
  void takesOrDropsAnyBytes(byte[] data) {
    take(data, data);
  }

  @Test
  void takesOrDropsMutatedMessages() throws Exception {
    Random random = new Random(7);
    List<byte[]> samples = samples();
    for (int i = 0; i < INPUTS; i++) {
      byte[] query = mutated(samples.get(random.nextInt(samples.size())), random);
      byte[] answer = mutated(samples.get(random.nextInt(samples.size())), random);
      try {
        take(query, answer);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("input " + i, e);
      }
    }
  }

  private static void take(byte[] asked, byte[] answered) {
    Optional<Query> query = Query.parse(asked);
    if (query.isEmpty()) {
      return;
    }
    int most = query.get().datagram();
    Optional<NameQuestion> question = query.get().question();
    if (question.isEmpty()) {
      assertThat(query.get().refusal(most)).hasSizeLessThanOrEqualTo(most);
      return;
    }
    NameAnswer.Records records =
        new NameAnswer.Records(
            Bytes.of(answered), InetAddress::isLoopbackAddress, Duration.ofSeconds(9));
    assertThat(query.get().reply(records, most)).hasSizeLessThanOrEqualTo(most);
    Lookup lookup = Lookup.of(question.get(), 7);
    assertThat(lookup.toBytes()).hasSizeLessThan(400);
    lookup
        .read(answered)
        .ifPresent(found -> {
          found.addresses();
          found.timeToLive();
          found.forward(any -> false, Duration.ofSeconds(1));
        });
  }

  private static List<byte[]> samples() throws Exception {
    List<byte[]> samples = new ArrayList<>();
    Name name = Name.fromString("www.example.org.");
    String[][] records = {
      {"A", "192.0.2.1"},
      {"AAAA", "2001:db8::1"},
      {"CNAME", "example.org."},
      {"MX", "10 mx.example.org."},
      {"SRV", "1 2 3 a.example.org."},
      {"TXT", "\"words\""},
      {"HTTPS", "1 . alpn=h2 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1"},
      {"SOA", "a. b. 1 2 3 4 5"}
    };
    for (String[] each : records) {
      int type = Type.value(each[0]);
      samples.add(Lookup.of(new NameQuestion("www.example.org", type, true), 7).toBytes());
      Message message = new Message(7);
      message.getHeader().setFlag(Flags.QR);
      message.addRecord(Record.newRecord(name, type, DClass.IN), Section.QUESTION);
      message.addRecord(
          Record.fromString(name, type, DClass.IN, 60, each[1], Name.root), Section.ANSWER);
      samples.add(message.toWire());
    }
    return samples;
  }

  private static byte[] mutated(byte[] sample, Random random) {
    byte[] bytes = sample.clone();
    for (int flips = random.nextInt(4); flips > 0; flips--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return random.nextInt(8) == 0
        ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length))
        : bytes;
  }
}
