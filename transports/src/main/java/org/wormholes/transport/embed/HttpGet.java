package org.wormholes.transport.embed;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// One `GET` over a stream that is there already: HTTP/1.1 (RFC 9112), inside TLS for `https`.
/// Waits, so never call it on an event loop.
public final class HttpGet {
  private static final int STEP = 64 * 1024;
  private static final int INFORMATIONAL = 200;

  private final ByteChannel stream;
  private final EmbeddedChannel codecs;
  private final Reader reader;
  private boolean headed;
  private boolean complete;

  /// What to ask for.
  ///
  /// @param secure whether the stream is to be in TLS, and the certificate to be that of `host`
  /// @param authority `Host` of the request (RFC 9110 section 7.2)
  /// @param path with its query
  public record Page(boolean secure, String host, int port, String authority, String path) {}

  /// What came back before the body.
  ///
  /// @param length of the body in bytes; absent where only its end will tell
  public record Head(int status, String reason, Optional<String> location, Optional<Long> length) {}

  /// Hears an answer.
  public interface Reader {
    void head(Head head) throws IOException;

    void bytes(byte[] piece) throws IOException;
  }

  private HttpGet(ByteChannel stream, EmbeddedChannel codecs, Reader reader) {
    this.stream = stream;
    this.codecs = codecs;
    this.reader = reader;
  }

  /// Asks for the page and gives all of it to `reader`.
  ///
  /// @throws IOException if the answer is no HTTP, is cut short, or its certificate is not trusted
  public static void over(ByteChannel stream, Page from, Reader reader) throws IOException {
    EmbeddedChannel codecs = new EmbeddedChannel();
    try {
      if (from.secure()) {
        codecs
            .pipeline()
            .addLast(
                SslContextBuilder.forClient()
                    .build()
                    .newHandler(ByteBufAllocator.DEFAULT, from.host(), from.port()));
      }
      codecs.pipeline().addLast(new HttpClientCodec());
      new HttpGet(stream, codecs, reader).run(from);
    } catch (IOException e) {
      throw e;
    } catch (Exception e) { // codecs throw what they like
      throw new IOException(reason(e), e);
    } finally {
      codecs.finishAndReleaseAll();
    }
  }

  private static String reason(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return "TLS failed: " + cause.getMessage();
      }
    }
    return "the answer is no HTTP";
  }

  private void run(Page from) throws IOException {
    FullHttpRequest request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, from.path());
    request
        .headers()
        .set(HttpHeaderNames.HOST, from.authority())
        .set(HttpHeaderNames.ACCEPT, "*/*")
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    codecs.writeOutbound(request);
    send();
    ByteBuffer step = ByteBuffer.allocate(STEP);
    while (!complete && stream.read(step.clear()) >= 0) {
      codecs.writeInbound(Unpooled.copiedBuffer(step.flip()));
      send();
      receive();
    }
    if (!complete) {
      codecs.finish(); // an answer without a length ends here
      receive();
    }
    if (!complete) {
      throw new IOException(headed ? "the answer was cut short" : "there was no answer");
    }
  }

  private void send() throws IOException {
    for (ByteBuf out = codecs.readOutbound(); out != null; out = codecs.readOutbound()) {
      try {
        ByteBuffer bytes = out.nioBuffer();
        while (bytes.hasRemaining()) {
          stream.write(bytes);
        }
      } finally {
        out.release();
      }
    }
  }

  private void receive() throws IOException {
    for (Object part = codecs.readInbound(); part != null; part = codecs.readInbound()) {
      try {
        hear(part);
      } finally {
        ReferenceCountUtil.release(part);
      }
    }
  }

  private void hear(Object part) throws IOException {
    if (part instanceof HttpResponse response) {
      if (response.decoderResult().isFailure()) {
        throw new IOException("the answer is no HTTP");
      }
      headed = response.status().code() >= INFORMATIONAL;
      if (headed) {
        reader.head(head(response));
      }
    }
    if (part instanceof HttpContent content && headed) {
      if (content.decoderResult().isFailure()) {
        throw new IOException("the answer is malformed");
      }
      reader.bytes(ByteBufUtil.getBytes(content.content()));
      complete = content instanceof LastHttpContent;
    }
  }

  private static Head head(HttpResponse response) {
    long length = HttpUtil.getContentLength(response, -1L);
    return new Head(
        response.status().code(),
        response.status().reasonPhrase(),
        Optional.ofNullable(response.headers().get(HttpHeaderNames.LOCATION)),
        length < 0 ? Optional.empty() : Optional.of(length));
  }
}
