package org.wormholes.transport.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever comes to a listener, and whatever answers a dial, ends in a page, frames, a refusal or
/// nothing, and leaks no buffer.
class WebSocketFuzzTest {
  private static final int INPUTS = 4_000;
  private static final String REQUEST =
      String.join(
          "\r\n",
          "GET /p HTTP/1.1",
          "Host: a",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
          "",
          "");
  private static final String FRAMES =
      "\u0082\u0083\1\2\3\4```"
          + "\u0089\u0081\0\0\0\0x"
          + "\2\u0081\0\0\0\0y\u0080\u0080\0\0\0\0"
          + "\u0088\u0082\0\0\0\0\3\u00e8";
  private static final String ANSWER =
      String.join(
          "\r\n",
          "HTTP/1.1 101 Switching Protocols",
          "Upgrade: websocket",
          "Connection: Upgrade",
          "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
          "",
          "\u0082\3abc");

  @FuzzTest
  void takesAnything(byte[] data) {
    visit(data, data.length / 2);
    byte[] upgraded = Arrays.copyOf(REQUEST.getBytes(ISO_8859_1), REQUEST.length() + data.length);
    System.arraycopy(data, 0, upgraded, REQUEST.length(), data.length);
    visit(upgraded, REQUEST.length());
    answer(data);
    WebSocketAddress.parse(new String(data, ISO_8859_1))
        .ifPresent(it -> assertThat(WebSocketAddress.parse(it.toString())).contains(it));
  }

  @Test
  void takesMutatedRequestsAndFrames() {
    for (int i = 0; i < INPUTS; i++) {
      Random random = new Random(i);
      byte[] input = mutate(REQUEST + FRAMES, random, random.nextBoolean() ? REQUEST.length() : 0);
      try {
        visit(input, random.nextInt(input.length));
      } catch (RuntimeException | AssertionError bug) {
        throw new AssertionError("seed " + i + ": " + new String(input, ISO_8859_1), bug);
      }
    }
  }

  @Test
  void takesMutatedAnswers() {
    for (int i = 0; i < INPUTS; i++) {
      byte[] input = mutate(ANSWER, new Random(i), 0);
      try {
        answer(input);
      } catch (RuntimeException | AssertionError bug) {
        throw new AssertionError("seed " + i + ": " + new String(input, ISO_8859_1), bug);
      }
    }
  }

  @Test
  void theSeedsThemselvesAreUnderstood() {
    assertThat(visit((REQUEST + FRAMES).getBytes(ISO_8859_1), REQUEST.length())).isEqualTo("abcy");
  }

  /// What was delivered of it.
  private static String visit(byte[] data, int cut) {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel
        .pipeline()
        .addLast(
            new HttpServerCodec(1_024, 1_024, 1_024),
            new Reception("/p", () -> channel.pipeline().addLast(new FrameLayer(null))));
    feed(channel, data, cut);
    StringBuilder heard = new StringBuilder();
    Object next;
    while ((next = channel.readInbound()) != null) {
      if (next instanceof ByteBuf bytes) {
        heard.append(bytes.toString(ISO_8859_1));
        bytes.release();
      }
    }
    channel.finishAndReleaseAll();
    return heard.toString();
  }

  private static void answer(byte[] data) {
    Upgrade upgrade =
        new Upgrade(WebSocketAddress.parse("203.0.113.5:443/p,name=a.example").orElseThrow());
    EmbeddedChannel channel =
        new EmbeddedChannel(new HttpClientCodec(1_024, 1_024, 1_024), upgrade);
    upgrade.ask(channel.pipeline().context(upgrade));
    feed(channel, data, data.length / 3);
    channel.finishAndReleaseAll();
    assertThat(upgrade.opened()).isDone();
  }

  private static void feed(EmbeddedChannel channel, byte[] data, int cut) {
    List<ByteBuf> said = new ArrayList<>();
    for (byte[] part :
        List.of(Arrays.copyOfRange(data, 0, cut), Arrays.copyOfRange(data, cut, data.length))) {
      if (part.length > 0 && channel.isOpen()) {
        said.add(Unpooled.copiedBuffer(part));
        try {
          channel.writeInbound(said.getLast());
          channel.runPendingTasks();
        } catch (CodecException expected) {
          // What a connection takes for the end.
          channel.close();
        }
      }
    }
    channel.releaseOutbound();
  }

  private static byte[] mutate(String seed, Random random, int from) {
    byte[] input = seed.getBytes(ISO_8859_1);
    for (int i = random.nextInt(6); i > 0; i--) {
      input[from + random.nextInt(input.length - from)] = (byte) random.nextInt(256);
    }
    return input;
  }
}
