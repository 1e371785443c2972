package org.wormholes.transport.control;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.runtime.control.ControlHandler;
import org.wormholes.runtime.control.ControlReply;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.Loop.Cancellable;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyLoop;

/// One connection to the control socket: requests one after the other, each answered on a virtual
/// thread.
final class ControlConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ControlConnection.class);

  private final ControlServer server;
  private final NettyLoop loop;
  private final DuplexChannel channel;
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();
  private @Nullable Cancellable deadline;
  private @Nullable HttpRequest head;
  private ByteArrayOutputStream body = new ByteArrayOutputStream(0);
  private boolean busy;
  private boolean ended;
  private @Nullable EventStream stream;
  private @Nullable ControlFlow flow;

  ControlConnection(ControlServer server, NettyLoop loop, DuplexChannel channel) {
    this.server = server;
    this.loop = loop;
    this.channel = channel;
  }

  void arrive() {
    awaitHead();
    channel.config().setAutoRead(true);
  }

  private void awaitHead() {
    deadline = loop.schedule(server.headerTime(), channel::close);
  }

  private void stopWaiting() {
    Cancellable timer = deadline;
    deadline = null;
    if (timer != null) {
      timer.cancel();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (busy || ended) {
      if (ended) {
        ReferenceCountUtil.release(message);
      } else {
        waiting.add(message);
      }
      return;
    }
    onPart(message);
  }

  private void onPart(Object part) {
    try {
      if (part instanceof HttpRequest request) {
        onHead(request);
      }
      if (part instanceof HttpContent content && !ended) {
        onContent(content);
      }
    } finally {
      ReferenceCountUtil.release(part);
    }
  }

  private void onHead(HttpRequest request) {
    stopWaiting();
    if (request.decoderResult().isFailure()) {
      refuse(HttpResponseStatus.BAD_REQUEST, "bad-request", "this is not an HTTP request");
      return;
    }
    if (request.method().equals(HttpMethod.CONNECT)) {
      connect(request);
      return;
    }
    head = request;
    body = new ByteArrayOutputStream(0);
    long length = HttpUtil.getContentLength(request, 0L);
    if (length > ControlHandler.MAX_BODY_BYTES) {
      tooLong();
    } else if (HttpUtil.is100ContinueExpected(request)) {
      channel.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
  }

  private void connect(HttpRequest request) {
    Optional<HostPort> to = HostPort.parse(request.uri()).filter(at -> at.port() > 0);
    if (to.isEmpty()) {
      refuse(HttpResponseStatus.BAD_REQUEST, "bad-request", "CONNECT names a host and a port");
      return;
    }
    busy = true;
    channel.config().setAutoRead(false);
    ControlFlow asked =
        new ControlFlow(
            loop,
            channel,
            server.sockets(),
            new ControlFlow.Outcome() {
              @Override
              public void leave() {
                ended = true;
                flow = null;
                channel.pipeline().remove(HttpServerCodec.class);
                channel.pipeline().remove(ControlConnection.this);
              }

              @Override
              public void refuse(HttpResponseStatus status, byte[] body) {
                flow = null;
                end(page(status, "application/json", body));
              }
            });
    flow = asked;
    server
        .handler()
        .connect(
            new EntrySpec.Target(to.get().host(), to.get().port()),
            Optional.ofNullable(request.headers().get(ControlServer.THROUGH)),
            asked);
  }

  private void onContent(HttpContent content) {
    HttpRequest request = head;
    if (request == null) {
      return;
    }
    if (content.decoderResult().isFailure()) {
      refuse(HttpResponseStatus.BAD_REQUEST, "bad-request", "the body is malformed");
      return;
    }
    int length = content.content().readableBytes();
    if (body.size() + length > ControlHandler.MAX_BODY_BYTES) {
      tooLong();
      return;
    }
    byte[] piece = new byte[length];
    content.content().readBytes(piece);
    body.writeBytes(piece);
    if (content instanceof LastHttpContent) {
      head = null;
      ask(request, body.toByteArray());
      body = new ByteArrayOutputStream(0);
    }
  }

  private void ask(HttpRequest request, byte[] content) {
    busy = true;
    channel.config().setAutoRead(false);
    Answer answer = new Answer(HttpUtil.isKeepAlive(request), request.protocolVersion());
    Thread.ofVirtual()
        .name("wormholes-control")
        .start(() -> handle(request.method().name(), request.uri(), content, answer));
  }

  private void handle(String method, String target, byte[] content, Answer answer) {
    try {
      server.handler().handle(method, target, content, answer);
    } catch (RuntimeException | Error bug) {
      LOG.error("a control request failed", bug);
      answer.failed();
    }
  }

  private void tooLong() {
    refuse(
        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
        "too-long",
        "a body has at most " + ControlHandler.MAX_BODY_BYTES + " bytes");
  }

  private void refuse(HttpResponseStatus status, String code, String message) {
    end(page(status, "application/json", failure(code, message)));
  }

  private void end(FullHttpResponse page) {
    ended = true;
    page.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    channel.writeAndFlush(page).addListener(ChannelFutureListener.CLOSE);
  }

  private static byte[] failure(String code, String message) {
    return ("{\"error\":{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}}\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static FullHttpResponse page(HttpResponseStatus status, String type, byte[] content) {
    FullHttpResponse page =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(content));
    page.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .set(HttpHeaderNames.CONTENT_LENGTH, content.length)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    return page;
  }

  private void next(boolean keepAlive) {
    if (!keepAlive || !channel.isActive()) {
      ended = true;
      channel.close();
      return;
    }
    busy = false;
    stream = null;
    while (!waiting.isEmpty() && !busy && !ended) {
      onPart(waiting.remove());
    }
    if (!busy && !ended) {
      if (head == null) {
        awaitHead();
      }
      channel.config().setAutoRead(true);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    // An answer on its way is still worth sending; of a stream's reader this is how one learns that
    // it
    // has left.
    if (event == ChannelInputShutdownEvent.INSTANCE && (!busy || stream != null)) {
      channel.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ended = true;
    stopWaiting();
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
    EventStream open = stream;
    if (open != null) {
      open.onGone();
    }
    ControlFlow asked = flow;
    if (asked != null) {
      asked.left();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.debug("a control connection failed", cause);
    }
    channel.close();
  }

  /// The answer to the request at hand.
  private final class Answer implements ControlReply {
    private final boolean keepAlive;
    private final HttpVersion version;
    private final AtomicBoolean given = new AtomicBoolean();

    Answer(boolean keepAlive, HttpVersion version) {
      this.keepAlive = keepAlive;
      this.version = version;
    }

    @Override
    public void respond(int status, String contentType, byte[] content) {
      if (!given.compareAndSet(false, true)) {
        throw new IllegalStateException("this request has been answered already");
      }
      FullHttpResponse page = page(HttpResponseStatus.valueOf(status), contentType, content);
      HttpUtil.setKeepAlive(page.headers(), version, keepAlive);
      loop.execute(() ->
          channel.writeAndFlush(page).addListener(done -> next(keepAlive && done.isSuccess())));
    }

    @Override
    public ReplyStream stream(String contentType) {
      if (!given.compareAndSet(false, true)) {
        throw new IllegalStateException("this request has been answered already");
      }
      boolean chunked = version.equals(HttpVersion.HTTP_1_1);
      HttpResponse begin = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
      begin
          .headers()
          .set(HttpHeaderNames.CONTENT_TYPE, contentType)
          .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
      if (chunked) {
        begin.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
      } else {
        begin.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      }
      EventStream open = new EventStream(loop, channel);
      loop.execute(() -> {
        stream = open;
        channel.writeAndFlush(begin);
        if (channel.isActive()) {
          // Nothing more is asked here, but an end must be heard.
          channel.config().setAutoRead(true);
          open.whenEnded(() -> next(chunked && keepAlive));
        } else {
          open.onGone();
        }
      });
      return open;
    }

    void failed() {
      if (given.compareAndSet(false, true)) {
        loop.execute(() ->
            refuse(
                HttpResponseStatus.INTERNAL_SERVER_ERROR,
                "internal",
                "a mistake in Wormholes; its log says more"));
      }
    }
  }

  /// A piece of an answer without end.
  static HttpContent piece(byte[] bytes) {
    return new DefaultHttpContent(Unpooled.wrappedBuffer(bytes));
  }
}
