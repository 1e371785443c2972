package org.wormholes.transport.tls;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/// What a stranger who asks for a web page gets: a plain one that names no program and no version.
public final class WebPage {
  static final String TYPE = "text/html; charset=utf-8";

  private WebPage() {}

  /// Of the answer to a request.
  public static HttpResponseStatus status(String method, String path) {
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return HttpResponseStatus.METHOD_NOT_ALLOWED;
    }
    boolean front = path.equals("/") || path.startsWith("/?") || path.equals("/index.html");
    return front ? HttpResponseStatus.OK : HttpResponseStatus.NOT_FOUND;
  }

  static byte[] body(HttpResponseStatus status) {
    String title =
        status.equals(HttpResponseStatus.OK)
            ? "Welcome"
            : status.code() + " " + status.reasonPhrase();
    String text = status.equals(HttpResponseStatus.OK) ? "This site has no content yet." : "";
    return """
    <!DOCTYPE html>
    <html lang="en">
    <head><meta charset="utf-8"><title>%s</title></head>
    <body><h1>%s</h1><p>%s</p></body>
    </html>
    """
        .formatted(title, title, text)
        .getBytes(StandardCharsets.UTF_8);
  }

  /// In HTTP/1.1, the connection to be closed after it.
  public static FullHttpResponse response(HttpResponseStatus status, boolean withBody) {
    byte[] body = body(status);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            withBody ? Unpooled.wrappedBuffer(body) : Unpooled.EMPTY_BUFFER);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, TYPE)
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
        .set(HttpHeaderNames.CONNECTION, "close");
    return response;
  }

  /// The answer to what is no request, as it goes over the wire.
  static byte[] badRequest() {
    byte[] body = body(HttpResponseStatus.BAD_REQUEST);
    String head =
        "HTTP/1.1 400 Bad Request\r\ncontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
            .formatted(TYPE, body.length);
    return (head + new String(body, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
  }
}
