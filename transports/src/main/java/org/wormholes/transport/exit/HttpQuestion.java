package org.wormholes.transport.exit;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import org.wormholes.transport.socket.HostPort;

/// A question as a request of HTTP, and what answers it (RFC 8484 section 4).
final class HttpQuestion {
  static final int MAX_MESSAGE = 65_535;
  static final int MAX_HEADERS = 8 * 1024;

  private static final String TYPE = "application/dns-message";
  private static final int HTTPS = 443;

  private HttpQuestion() {}

  static FullHttpRequest request(SecureServer server, byte[] message) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.POST, server.path(), Unpooled.wrappedBuffer(message));
    String host = new HostPort(server.name(), server.address().getPort()).toString();
    boolean usual = server.address().getPort() == HTTPS;
    request
        .headers()
        .set(HttpHeaderNames.HOST, usual ? host.substring(0, host.lastIndexOf(':')) : host)
        .set(HttpHeaderNames.CONTENT_TYPE, TYPE)
        .set(HttpHeaderNames.ACCEPT, TYPE)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, message.length);
    return request;
  }

  /// Hands over what the response holds; anything but an answer is a failure.
  static void answer(
      SecureSession session, SecureUpstream.Pending question, FullHttpResponse response) {
    session.onSign();
    String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
    if (response.status().equals(HttpResponseStatus.OK) && type.equalsIgnoreCase(TYPE)) {
      question.answered(ByteBufUtil.getBytes(response.content()));
    }
    // Nothing else comes for this question.
    question.failed();
  }
}
