package org.wormholes.transport.entry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.transport.names.Query;

/// Whatever an application sends to a DNS port over HTTPS is a request that is answered, or none.
class NameVisitFuzzTest {
  private static final int INPUTS = 5_000;
  private static final String SAMPLE =
      String.join(
          "\r\n",
          "GET /dns-query?dns=AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB HTTP/1.1",
          "host: a",
          "",
          "POST /dns-query HTTP/1.1",
          "content-type: application/dns-message",
          "content-length: 12",
          "",
          "\0\0\1\0\0\0\0\0\0\0\0\0");

  @FuzzTest
  void readsAnyBytes(byte[] data) {
    read(data);
  }

  @Test
  void readsMutatedRequests() {
    Random random = new Random(12);
    for (int i = 0; i < INPUTS; i++) {
      byte[] bytes = SAMPLE.getBytes(ISO_8859_1);
      for (int flips = random.nextInt(5); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      read(bytes);
    }
  }

  private static void read(byte[] data) {
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new HttpServerCodec(8 * 1024, 8 * 1024, 8 * 1024),
            new HttpObjectAggregator(NameVisit.MAX_BODY),
            new NameVisit.Ending());
    channel.writeInbound(Unpooled.wrappedBuffer(data));
    Object message = channel.readInbound();
    while (message != null) {
      if (message instanceof FullHttpRequest request) {
        NameVisit.Asked asked = NameVisit.Asked.of(request);
        if (asked.status().equals(HttpResponseStatus.OK)) {
          Query.parse(asked.message().toArray()).ifPresent(Query::question);
          Query.freshSeconds(asked.message().toArray());
        } else {
          assertThat(asked.message().toArray()).isEmpty();
        }
        request.release();
      }
      message = channel.readInbound();
    }
    channel.finishAndReleaseAll();
  }
}
