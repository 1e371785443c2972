package org.wormholes.transport.entry;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.EntrySpec.Target;
import org.wormholes.runtime.spi.FlowAcceptor.PendingFlow;
import org.wormholes.runtime.spi.FlowAcceptor.Refusal;
import org.wormholes.runtime.spi.FlowRequest.Credentials;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Loop.Cancellable;
import org.wormholes.runtime.spi.Transport.ConnectionPair;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.Pipe;

/// An HTTP proxy (RFC 9110 section 7, RFC 9112 section 3.2).
///
/// `CONNECT` becomes a bare flow. Requests in absolute form are rewritten to origin form, one after
/// the other; each destination is a flow of its own, kept for the next request if that leads to the
/// same place with the same credentials. Nothing is added to a request that would tell of a proxy.
final class HttpProxy implements Dialect {
  private static final String CODEC = "http-codec";
  private static final int FIRST_BUFFER_BYTES = 256;
  private static final String WHAT_THIS_IS =
      """
      This is a Wormholes proxy port. It speaks SOCKS5, SOCKS4a and HTTP proxy requests.
      It is no web server: set it as the proxy of your browser or program.
      """;

  private final Visitor visitor;
  private final ChannelPipeline pipeline;
  private final HttpServerCodec codec;

  /// What came after the request at hand: the rest of its body while its flow is not open, and
  /// requests sent ahead of their turn. Bounded, because reading stops when it is not empty.
  private final ArrayDeque<HttpObject> waiting = new ArrayDeque<>();

  private @Nullable Target tunnel;
  private Optional<Credentials> tunnelCredentials = Optional.empty();

  private @Nullable HttpExchange exchange;
  private @Nullable Opening opening;
  private @Nullable HttpUpstream upstream;
  private @Nullable Cancellable rest;
  private boolean inputEnded;
  private boolean ended;

  HttpProxy(Visitor visitor) {
    this.visitor = visitor;
    this.pipeline = visitor.channel.pipeline();
    this.codec =
        new HttpServerCodec(
            new HttpDecoderConfig()
                .setMaxInitialLineLength(EntryLimits.MAX_HEADER_BYTES)
                .setMaxHeaderSize(EntryLimits.MAX_HEADER_BYTES)
                .setInitialBufferSize(FIRST_BUFFER_BYTES));
    pipeline.addFirst(CODEC, codec);
  }

  // What the application says

  @Override
  public void onMessage(Object message) {
    if (ended || !(message instanceof HttpObject part)) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (tunnel != null) {
      onTunnelPart(part);
      return;
    }
    waiting.add(part);
    work();
  }

  /// Handles what waits, as far as it is its turn.
  private void work() {
    while (!ended && tunnel == null && isTurn(waiting.peek())) {
      HttpObject part = waiting.remove();
      if (part instanceof HttpRequest request) {
        onRequest(request);
      } else {
        onBody(part);
      }
    }
    if (!ended) {
      visitor.channel.config().setAutoRead(wantsMore());
    }
  }

  private boolean isTurn(@Nullable HttpObject part) {
    HttpExchange current = exchange;
    if (part == null) {
      return false;
    }
    if (part instanceof HttpRequest) {
      return current == null;
    }
    return current == null || (opening == null && canSend());
  }

  private boolean canSend() {
    HttpUpstream open = upstream;
    return open == null || open.writable();
  }

  private boolean wantsMore() {
    return waiting.isEmpty()
        && tunnel == null
        && opening == null
        && (exchange == null || !exchange.requestDone());
  }

  private void onRequest(HttpRequest request) {
    stopResting();
    if (request.decoderResult().isFailure()) {
      onMalformed(request.decoderResult().cause());
    } else if (request.method().equals(HttpMethod.CONNECT)) {
      onConnect(request);
    } else {
      onPlain(request);
    }
  }

  private void onMalformed(Throwable cause) {
    visitor.door.note("connections closed whose request was malformed");
    if (cause instanceof TooLongHttpLineException) {
      sayAndEnd(
          HttpResponseStatus.REQUEST_URI_TOO_LONG, "The request line is longer than 8 KiB.\n");
    } else if (cause instanceof TooLongHttpHeaderException) {
      sayAndEnd(
          HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
          "The headers are longer than 8 KiB.\n");
    } else {
      sayAndEnd(HttpResponseStatus.BAD_REQUEST, "This is not an HTTP request.\n" + WHAT_THIS_IS);
    }
  }

  private void onConnect(HttpRequest request) {
    Optional<HostPort> to = HostPort.parse(request.uri()).filter(place -> place.port() != 0);
    if (to.isEmpty() || upstream != null) {
      sayAndEnd(HttpResponseStatus.BAD_REQUEST, "CONNECT needs host:port.\n");
      return;
    }
    tunnel = new Target(to.get().host(), to.get().port());
    tunnelCredentials = credentials(request);
    while (!waiting.isEmpty() && tunnel != null) {
      onTunnelPart(waiting.remove());
    }
  }

  /// A request for a tunnel has no body: at its end the decoder leaves, and bare bytes follow.
  private void onTunnelPart(HttpObject part) {
    boolean last = part instanceof LastHttpContent;
    ReferenceCountUtil.release(part);
    Target to = tunnel;
    if (last && to != null && !ended) {
      visitor.waitForEngine();
      codec.removeInboundHandler();
      visitor.ask(to, tunnelCredentials);
    }
  }

  private void onPlain(HttpRequest request) {
    Optional<AbsoluteUri> uri = AbsoluteUri.parse(request.uri());
    if (uri.isEmpty()) {
      visitor.door.note("requests refused that were not meant for a proxy");
      sayAndEnd(HttpResponseStatus.BAD_REQUEST, WHAT_THIS_IS);
      return;
    }
    visitor.endHandshake();
    visitor.door.sockets.roomyReads(visitor.channel);
    Optional<Credentials> credentials = credentials(request);
    Target to = new Target(uri.get().place().host(), uri.get().place().port());
    HttpExchange begun = new HttpExchange(request, uri.get());
    exchange = begun;
    HttpUpstream open = upstream;
    if (open != null && open.leadsTo(to, credentials)) {
      open.begin(begun);
      return;
    }
    dropUpstream();
    Opening asked = new Opening(to, credentials);
    opening = asked;
    visitor.door.acceptor.open(visitor.request(to, credentials), asked);
  }

  private void onBody(HttpObject part) {
    HttpExchange current = exchange;
    HttpUpstream open = upstream;
    if (current == null || open == null) {
      ReferenceCountUtil.release(part);
      return;
    }
    if (part.decoderResult().isFailure()) {
      ReferenceCountUtil.release(part);
      visitor.door.note("connections closed whose request was malformed");
      visitor.reset();
      return;
    }
    open.send(current, part);
    onExchangeMayBeDone(current);
  }

  private static Optional<Credentials> credentials(HttpRequest request) {
    String header = request.headers().get(HttpHeaderNames.PROXY_AUTHORIZATION);
    if (header == null || !header.regionMatches(true, 0, "basic ", 0, 6)) {
      return Optional.empty();
    }
    try {
      String plain =
          new String(
              Base64.getDecoder().decode(header.substring(6).trim()), StandardCharsets.UTF_8);
      int colon = plain.indexOf(':');
      return colon < 0
          ? Optional.of(new Credentials(plain, ""))
          : Optional.of(new Credentials(plain.substring(0, colon), plain.substring(colon + 1)));
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }

  // What the destination says

  /// A part of the response, ready for the application.
  void onResponsePart(HttpExchange current, HttpObject part) {
    if (ended || current != exchange) {
      ReferenceCountUtil.release(part);
      return;
    }
    visitor.channel.write(part);
    onExchangeMayBeDone(current);
  }

  void onResponseFlush() {
    visitor.channel.flush();
  }

  boolean applicationWritable() {
    return visitor.channel.isWritable();
  }

  void onWritabilityChanged() {
    HttpUpstream open = upstream;
    if (open != null) {
      open.reading(visitor.channel.isWritable());
    }
  }

  /// The destination takes more of the request.
  void onUpstreamWritable() {
    work();
  }

  private void onExchangeMayBeDone(HttpExchange current) {
    if (!current.responseDone()) {
      return;
    }
    HttpUpstream open = upstream;
    boolean reusable = open != null && open.reusable() && current.requestDone();
    if (!reusable) {
      dropUpstream();
    }
    exchange = null;
    if (!current.keepAlive() || !current.requestDone() || inputEnded) {
      end();
      return;
    }
    rest = visitor.loop.schedule(visitor.door.limits.keepAlive(), this::end);
    visitor.loop.execute(this::work);
  }

  /// The destination's connection ended. In the middle of a response the application must not take
  /// what it has for the whole.
  void onUpstreamGone(HttpUpstream which) {
    if (which != upstream || ended) {
      return;
    }
    upstream = null;
    HttpExchange current = exchange;
    if (current == null) {
      return;
    }
    if (current.responseBegun()) {
      visitor.reset();
    } else {
      sayAndEnd(
          HttpResponseStatus.BAD_GATEWAY, "The destination closed without a complete answer.\n");
    }
  }

  private void dropUpstream() {
    HttpUpstream open = upstream;
    upstream = null;
    if (open != null) {
      open.close();
    }
  }

  // Answers of the proxy itself

  @Override
  public void sayAccepted() {
    visitor.channel.writeAndFlush(
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            new HttpResponseStatus(200, "Connection established"),
            Unpooled.EMPTY_BUFFER));
    pipeline.remove(CODEC);
  }

  @Override
  public void sayRefused(Refusal refusal) {
    sayAndEnd(status(refusal), reason(refusal));
  }

  @Override
  public void sayRefused(Refusal refusal, String why) {
    sayAndEnd(status(refusal), reason(refusal) + why + "\n");
  }

  private static HttpResponseStatus status(Refusal refusal) {
    return switch (refusal) {
      case NOT_ALLOWED -> HttpResponseStatus.FORBIDDEN;
      case TIMED_OUT -> HttpResponseStatus.GATEWAY_TIMEOUT;
      case NOT_SUPPORTED -> HttpResponseStatus.NOT_IMPLEMENTED;
      case GENERAL_FAILURE, NETWORK_UNREACHABLE, HOST_UNREACHABLE, CONNECTION_REFUSED ->
          HttpResponseStatus.BAD_GATEWAY;
    };
  }

  private static String reason(Refusal refusal) {
    return switch (refusal) {
      case GENERAL_FAILURE -> "The tunnel could not open this connection.\n";
      case NOT_ALLOWED -> "The rules of this tunnel do not allow this destination.\n";
      case NETWORK_UNREACHABLE -> "The destination's network cannot be reached from the exit.\n";
      case HOST_UNREACHABLE -> "The destination cannot be found or reached from the exit.\n";
      case CONNECTION_REFUSED -> "The destination refused the connection.\n";
      case TIMED_OUT -> "The destination did not answer in time.\n";
      case NOT_SUPPORTED -> "The tunnel does not carry this.\n";
    };
  }

  private void sayAndEnd(HttpResponseStatus status, String text) {
    stop();
    FullHttpResponse page =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            Unpooled.wrappedBuffer(
                (status.code() + " " + status.reasonPhrase() + "\n\n" + text)
                    .getBytes(StandardCharsets.UTF_8)));
    page.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .set(HttpHeaderNames.CONTENT_LENGTH, page.content().readableBytes())
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    visitor.endWith(page);
  }

  // Ends

  /// Nothing more to say: closes after what has been written.
  private void end() {
    if (!ended) {
      stop();
      visitor.endWith(Unpooled.EMPTY_BUFFER);
    }
  }

  /// The application has ended its direction; true while an answer may still be on its way.
  boolean onInputEnded() {
    inputEnded = true;
    return !ended && exchange != null && exchange.requestDone();
  }

  void onClosed() {
    stop();
  }

  private void stop() {
    ended = true;
    stopResting();
    dropUpstream();
    exchange = null;
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
    Opening asked = opening;
    opening = null;
    if (asked != null) {
      asked.leave();
    }
  }

  private void stopResting() {
    Cancellable timer = rest;
    rest = null;
    if (timer != null) {
      timer.cancel();
    }
  }

  /// A flow asked for on behalf of one request.
  private final class Opening implements PendingFlow {
    private final Target to;
    private final Optional<Credentials> credentials;
    private boolean answered;
    private @Nullable Runnable gone;

    Opening(Target to, Optional<Credentials> credentials) {
      this.to = to;
      this.credentials = credentials;
    }

    @Override
    public Loop loop() {
      return visitor.loop;
    }

    @Override
    public Connection accept(ConnectionHandler handler) {
      ConnectionPair pair = Pipe.between(visitor.loop, visitor.door.sockets.options());
      pair.far().handler(handler);
      HttpExchange current = exchange;
      boolean late = answered || opening != this;
      answered = true;
      if (!late && current != null) {
        opening = null;
        HttpUpstream open = new HttpUpstream(HttpProxy.this, pair.near(), to, credentials);
        upstream = open;
        open.begin(current);
        visitor.loop.execute(HttpProxy.this::work);
      } else {
        pair.near().abort();
      }
      return pair.far();
    }

    @Override
    public void refuse(Refusal refusal) {
      if (isFirstAnswer()) {
        sayRefused(refusal);
      }
    }

    @Override
    public void refuse(Refusal refusal, String why) {
      if (isFirstAnswer()) {
        sayRefused(refusal, why);
      }
    }

    private boolean isFirstAnswer() {
      boolean first = !answered && opening == this;
      if (first) {
        answered = true;
        opening = null;
      }
      return first;
    }

    @Override
    public void onGone(Runnable hears) {
      if (answered) {
        return;
      }
      if (opening == this) {
        gone = hears;
      } else {
        hears.run();
      }
    }

    void leave() {
      Runnable hears = gone;
      gone = null;
      if (!answered && hears != null) {
        answered = true;
        hears.run();
      }
    }
  }
}
