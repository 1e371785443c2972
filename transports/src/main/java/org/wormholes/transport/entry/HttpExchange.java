package org.wormholes.transport.entry;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;

/// One request of an application to an HTTP proxy, and its response.
final class HttpExchange {
  /// Headers that are about one connection and not about the message (RFC 9110 section 7.6.1).
  private static final List<String> HOP_BY_HOP =
      List.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authorization",
          "proxy-authenticate",
          "te",
          "upgrade");

  private final HttpRequest request;
  private final HttpMethod method;
  private boolean keepAlive;
  private boolean requestDone;
  private boolean responseBegun;
  private boolean responseDone;

  HttpExchange(HttpRequest received, AbsoluteUri uri) {
    this.method = received.method();
    this.keepAlive = wantsKeepAlive(received);
    this.request = new DefaultHttpRequest(received.protocolVersion(), method, path(method, uri));
    request.headers().set(received.headers());
    removeHopByHop(request.headers());
    // RFC 9112 section 3.2.2: a proxy replaces Host by the host of the target.
    request.headers().set(HttpHeaderNames.HOST, uri.authority());
  }

  private static String path(HttpMethod method, AbsoluteUri uri) {
    return method.equals(HttpMethod.OPTIONS) && uri.path().equals("/") ? "*" : uri.path();
  }

  private static boolean wantsKeepAlive(HttpRequest received) {
    boolean old = received.protocolVersion().equals(HttpVersion.HTTP_1_0);
    return HttpUtil.isKeepAlive(received)
        || (old && received.headers().containsValue("proxy-connection", "keep-alive", true));
  }

  private static void removeHopByHop(HttpHeaders headers) {
    for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
      for (String named : value.split(",", -1)) {
        String name = named.trim();
        if (!name.isEmpty() && !isFraming(name)) {
          headers.remove(name);
        }
      }
    }
    HOP_BY_HOP.forEach(headers::remove);
  }

  /// What says where a message ends stays, whoever claims that it is about the connection only.
  private static boolean isFraming(String name) {
    return name.equalsIgnoreCase("transfer-encoding")
        || name.equalsIgnoreCase("content-length")
        || name.equalsIgnoreCase("host");
  }

  /// The request as the destination gets it.
  HttpRequest request() {
    return request;
  }

  void onRequestDone() {
    requestDone = true;
  }

  boolean requestDone() {
    return requestDone;
  }

  /// Makes a response fit for the application, and learns from it whether the connection can go on.
  void onResponse(HttpResponse response) {
    boolean framed = isFramed(response);
    removeHopByHop(response.headers());
    if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
      return;
    }
    responseBegun = true;
    keepAlive &= framed;
    boolean old = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
    if (!keepAlive) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (old) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
  }

  /// Whether the end of the response can be seen without the connection ending.
  private boolean isFramed(HttpResponse response) {
    int code = response.status().code();
    return method.equals(HttpMethod.HEAD)
        || code == 204
        || code == 304
        || HttpUtil.isTransferEncodingChunked(response)
        || HttpUtil.isContentLengthSet(response);
  }

  boolean responseBegun() {
    return responseBegun;
  }

  void onResponseDone() {
    responseDone = true;
  }

  boolean responseDone() {
    return responseDone;
  }

  boolean keepAlive() {
    return keepAlive;
  }
}
