package org.wormholes.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/// A page on this machine for the demo to fetch, and a note of who fetched it.
final class PageServer implements AutoCloseable {
  private static final String PAGE =
      """
      <!doctype html>
      <title>Wormholes</title>
      <h1>It works</h1>
      <p>This page came to you through a tunnel that a short Ruby file describes.
      """;

  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
  private final AtomicReference<String> lastVisitor = new AtomicReference<>("");

  private PageServer(HttpServer server) {
    this.server = server;
  }

  /// Starts on a free port of the loopback address.
  static PageServer start() throws IOException {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    PageServer pages = new PageServer(HttpServer.create(new InetSocketAddress(loopback, 0), 0));
    pages.server.setExecutor(pages.threads);
    pages.server.createContext(
        "/",
        exchange -> {
          pages.lastVisitor.set("127.0.0.1:" + exchange.getRemoteAddress().getPort());
          byte[] page = PAGE.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    pages.server.start();
    return pages;
  }

  int port() {
    return server.getAddress().getPort();
  }

  /// Address of whoever fetched the page last; empty before that.
  String lastVisitor() {
    return lastVisitor.get();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
