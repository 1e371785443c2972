package org.wormholes.transport.entry;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.EntrySpec.Target;
import org.wormholes.runtime.spi.FlowRequest.Credentials;

/// The proxy's end of a flow to a web server: requests go in as bytes, responses are told apart.
final class HttpUpstream implements ConnectionHandler {
  private static final int MAX_RESPONSE_LINE = 16 * 1024;
  private static final int MAX_RESPONSE_HEADERS = 128 * 1024;
  private static final int MAX_CHUNK = 64 * 1024;
  private static final int COPY_BYTES = 16 * 1024;

  private final HttpProxy proxy;
  private final Connection connection;
  private final Target to;
  private final Optional<Credentials> credentials;
  private final EmbeddedChannel codec =
      new EmbeddedChannel(
          new HttpClientCodec(
              new HttpDecoderConfig()
                  .setMaxInitialLineLength(MAX_RESPONSE_LINE)
                  .setMaxHeaderSize(MAX_RESPONSE_HEADERS)
                  .setMaxChunkSize(MAX_CHUNK),
              false,
              false));
  private byte[] scratch = {};
  private @Nullable HttpExchange exchange;
  private boolean informational;
  private boolean reusable;
  private boolean ended;

  HttpUpstream(
      HttpProxy proxy, Connection connection, Target to, Optional<Credentials> credentials) {
    this.proxy = proxy;
    this.connection = connection;
    this.to = to;
    this.credentials = credentials;
    connection.handler(this);
    connection.reading(true);
  }

  boolean leadsTo(Target place, Optional<Credentials> user) {
    return !ended && place.equals(to) && user.equals(credentials);
  }

  /// Whether one more request may follow the exchange that ended last.
  boolean reusable() {
    return reusable && !ended;
  }

  void begin(HttpExchange next) {
    exchange = next;
    reusable = false;
    send(next, next.request());
  }

  /// Sends a part of the request; owns it.
  void send(HttpExchange current, HttpObject part) {
    boolean last = part instanceof LastHttpContent;
    if (ended) {
      ReferenceCountUtil.release(part);
    } else {
      codec.writeOutbound(part);
      passOn();
    }
    if (last) {
      current.onRequestDone();
    }
  }

  private void passOn() {
    while (codec.readOutbound() instanceof ByteBuf bytes) {
      write(bytes);
      bytes.release();
    }
    connection.flush();
  }

  private void write(ByteBuf bytes) {
    if (bytes.hasArray()) {
      connection.write(
          bytes.array(), bytes.arrayOffset() + bytes.readerIndex(), bytes.readableBytes());
      return;
    }
    if (scratch.length == 0) {
      scratch = new byte[COPY_BYTES];
    }
    while (bytes.isReadable()) {
      int step = Math.min(bytes.readableBytes(), scratch.length);
      bytes.readBytes(scratch, 0, step);
      connection.write(scratch, 0, step);
    }
  }

  boolean writable() {
    return ended || connection.writable();
  }

  void reading(boolean on) {
    if (!ended) {
      connection.reading(on);
    }
  }

  @Override
  public void onRead(ByteBuffer in) {
    if (ended) {
      return;
    }
    codec.writeInbound(Unpooled.copiedBuffer(in));
    in.position(in.limit());
    hear();
  }

  private void hear() {
    while (codec.readInbound() instanceof HttpObject part) {
      onPart(part);
    }
  }

  private void onPart(HttpObject part) {
    HttpExchange current = exchange;
    if (current == null || ended || part.decoderResult().isFailure()) {
      ReferenceCountUtil.release(part);
      fail();
      return;
    }
    if (part instanceof HttpResponse response) {
      informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
      reusable = HttpUtil.isKeepAlive(response);
      current.onResponse(response);
    }
    if (part instanceof LastHttpContent && !informational) {
      current.onResponseDone();
      exchange = null;
    }
    proxy.onResponsePart(current, part);
  }

  @Override
  public void onReadComplete() {
    proxy.onResponseFlush();
    if (!ended && !proxy.applicationWritable()) {
      connection.reading(false);
    }
  }

  @Override
  public void onWritable() {
    proxy.onUpstreamWritable();
  }

  /// The end of a response without a length is the end of the connection.
  @Override
  public void onInputFinished() {
    reusable = false;
    if (ended) {
      return;
    }
    try {
      codec.finish();
    } catch (RuntimeException premature) {
      // The decoder saw the end in the middle of a message.
      fail();
      return;
    }
    hear();
    proxy.onResponseFlush();
    fail();
  }

  @Override
  public void onClosed(@Nullable String cause) {
    fail();
  }

  /// No more will come; what is missing is missing.
  private void fail() {
    if (ended) {
      return;
    }
    close();
    proxy.onUpstreamGone(this);
  }

  void close() {
    if (ended) {
      return;
    }
    ended = true;
    boolean midway = exchange != null;
    exchange = null;
    try {
      codec.finishAndReleaseAll();
    } catch (RuntimeException premature) {
      // Nobody waits for the rest of that message any more.
      codec.releaseInbound();
    }
    if (midway) {
      connection.abort();
    } else {
      connection.close();
    }
  }
}
