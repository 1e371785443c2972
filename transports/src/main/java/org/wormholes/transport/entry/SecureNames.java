package org.wormholes.transport.entry;

import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetSocketAddress;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.tls.TlsLayer;

/// Connections to a DNS port over TLS (RFC 7858) or HTTPS (RFC 8484).
final class SecureNames {
  private static final int HANDSHAKE_SECONDS = 10;
  private static final int IDLE_SECONDS = 30;

  /// As many as RFC 9113 section 6.5.2 wants: clients take that for granted until they are told.
  private static final int MAX_STREAMS = 100;

  private static final int MAX_LINE = 8 * 1024;
  private static final int MAX_HEADERS = 8 * 1024;

  private final NameEntry entry;
  private final SslContext context;
  private final boolean http;

  SecureNames(NameEntry entry, SslContext context, boolean http) {
    this.entry = entry;
    this.context = context;
    this.http = http;
  }

  void receive(NettyLoop loop, DuplexChannel channel) {
    SslHandler tls = context.newHandler(channel.alloc());
    tls.setHandshakeTimeoutMillis(HANDSHAKE_SECONDS * 1_000L);
    // A frame a record: Debian's dnsperf loses all answers of a record but one.
    tls.setWrapDataSize(0);
    entry.door.sockets.roomyReads(channel);
    NameVisit.Ending ending = new NameVisit.Ending();
    channel.pipeline().addLast(tls, ending);
    tls.handshakeFuture()
        .addListener(done -> {
          if (!done.isSuccess()) {
            channel.close();
          } else if (http) {
            speakHttp(loop, channel, tls);
          } else {
            channel.pipeline().remove(ending);
            TlsLayer layer = new TlsLayer(tls, false);
            channel.pipeline().addLast(layer);
            NameConversation.take(
                entry, loop, entry.door.sockets.layered(loop, channel, layer, null));
          }
        });
    channel.config().setAutoRead(true);
  }

  private void speakHttp(NettyLoop loop, DuplexChannel channel, SslHandler tls) {
    String from = HostPort.of((InetSocketAddress) channel.remoteAddress());
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.remove(NameVisit.Ending.class);
    pipeline.addLast(new IdleStateHandler(0, 0, IDLE_SECONDS));
    if ("h2".equals(tls.applicationProtocol())) {
      pipeline.addLast(
          Http2FrameCodecBuilder.forServer()
              .initialSettings(
                  Http2Settings.defaultSettings()
                      .maxConcurrentStreams(MAX_STREAMS)
                      .maxHeaderListSize(MAX_HEADERS))
              .build(),
          new Http2MultiplexHandler(
              new ChannelInitializer<Http2StreamChannel>() {
                @Override
                protected void initChannel(Http2StreamChannel stream) {
                  stream
                      .pipeline()
                      .addLast(
                          new Http2StreamFrameToHttpObjectCodec(true),
                          new HttpObjectAggregator(NameVisit.MAX_BODY),
                          new NameVisit(entry, loop, from));
                }
              }));
    } else {
      pipeline.addLast(
          new HttpServerCodec(MAX_LINE, MAX_HEADERS, MAX_HEADERS),
          new HttpObjectAggregator(NameVisit.MAX_BODY),
          new NameVisit(entry, loop, from));
    }
    pipeline.addLast(new NameVisit.Ending());
  }
}
