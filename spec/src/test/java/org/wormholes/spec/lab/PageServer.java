package org.wormholes.spec.lab;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Web pages on loopback.
///
/// - `/hello` says [#GREETING];
/// - `/bytes/N` gives the first N bytes of [KnownBytes];
/// - `/echo` gives back what was posted;
/// - `/files/…` are the files of [#files(Path)];
/// - any other is the page of [#saying(String)], if there is one.
public final class PageServer implements AutoCloseable {
  public static final String GREETING = "hello from the far end\n";

  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
  private final List<String> hosts = new CopyOnWriteArrayList<>();

  private PageServer(HttpServer server) {
    this.server = server;
  }

  public static PageServer start() throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    PageServer pages = new PageServer(HttpServer.create(address, 0));
    pages.server.setExecutor(pages.threads);
    pages.page(
        "/hello", exchange -> answer(exchange, 200, GREETING.getBytes(StandardCharsets.UTF_8)));
    pages.page(
        "/echo", exchange -> answer(exchange, 200, exchange.getRequestBody().readAllBytes()));
    pages.page("/bytes/", PageServer::bytes);
    pages.page("/moved", exchange -> moved(exchange, "/hello"));
    pages.page("/away", exchange -> moved(exchange, "http://elsewhere.example/"));
    pages.server.start();
    return pages;
  }

  /// Serves the files below `folder` at `/files/`.
  public PageServer files(Path folder) {
    page("/files/", exchange -> file(exchange, folder));
    return this;
  }

  /// Serves `page` wherever nothing else is.
  public PageServer saying(String page) {
    page("/", exchange -> answer(exchange, 200, page.getBytes(StandardCharsets.UTF_8)));
    return this;
  }

  private interface Page {
    void serve(HttpExchange exchange) throws IOException;
  }

  private static void moved(HttpExchange exchange, String to) throws IOException {
    exchange.getResponseHeaders().set("Location", to);
    answer(exchange, 302, new byte[0]);
  }

  private void page(String path, Page page) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            hosts.add(String.valueOf(exchange.getRequestHeaders().getFirst("Host")));
            page.serve(exchange);
          }
        });
  }

  private static void bytes(HttpExchange exchange) throws IOException {
    long size = Long.parseLong(exchange.getRequestURI().getPath().substring("/bytes/".length()));
    exchange.sendResponseHeaders(200, size == 0 ? -1 : size);
    try (OutputStream body = exchange.getResponseBody()) {
      KnownBytes.write(size, body);
    }
  }

  private static void file(HttpExchange exchange, Path folder) throws IOException {
    String name = exchange.getRequestURI().getPath().substring("/files/".length());
    Path file = folder.resolve(name).normalize();
    if (file.startsWith(folder) && Files.isRegularFile(file)) {
      answer(exchange, 200, Files.readAllBytes(file));
    } else {
      answer(exchange, 404, new byte[0]);
    }
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0 && !exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseBody().write(body);
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /// `http://HOST:PORT` and `path`.
  public String url(String host, String path) {
    return "http://" + host + ":" + port() + path;
  }

  /// The `Host` of every request so far.
  public List<String> hosts() {
    return List.copyOf(hosts);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
