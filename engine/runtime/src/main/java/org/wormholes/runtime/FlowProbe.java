package org.wormholes.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Verdict;
import org.wormholes.runtime.control.Probe;
import org.wormholes.runtime.control.ProbeResult;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Listener;

/// Opens one flow as an application would, and says whether what was wanted came back. Pages are
/// fetched through a proxy on a loopback port that is open for the time of the probe.
final class FlowProbe {
  private static final Duration PAUSE = Duration.ofMillis(250);

  private final Node node;
  private final Supplier<Running> rules;
  private final Probe probe;
  private final long begin = System.nanoTime();

  private FlowProbe(Node node, Supplier<Running> rules, Probe probe) {
    this.node = node;
    this.rules = rules;
    this.probe = probe;
  }

  /// Runs a probe to its end, on a thread that may block.
  static ProbeResult run(Node node, Supplier<Running> rules, Probe probe)
      throws InterruptedException {
    return new FlowProbe(node, rules, probe).run();
  }

  private ProbeResult run() throws InterruptedException {
    Optional<String> entry = entry();
    if (entry.isEmpty()) {
      return result(
          false,
          probe.entry().isEmpty()
              ? "the ruleset has no tunnel"
              : "there is no tunnel " + probe.entry());
    }
    EntrySpec spec =
        new EntrySpec(entry.get(), EntrySpec.Kind.HTTP, "127.0.0.1", 0, false, Optional.empty());
    EntryDoor door = new EntryDoor(node, rules, spec, EntryDoor.Use.ROUTED);
    if (isRefused(door, spec)) {
      return result(false, "the rules refuse it");
    }
    Optional<URI> page = probe.page();
    return page.isPresent()
        ? untilDone(() -> fetch(door, spec, page.get()))
        : untilDone(() -> connect(door, spec));
  }

  private Optional<String> entry() {
    Running now = rules.get();
    if (!probe.entry().isEmpty()) {
      return now.tunnel(probe.entry()).map(tunnel -> tunnel.rule.name());
    }
    return now.applied().stream()
        .flatMap(applied -> applied.ruleset().tunnels().stream())
        .map(tunnel -> tunnel.name())
        .findFirst();
  }

  private EntrySpec.Target target() {
    return new EntrySpec.Target(probe.place().host(), probe.place().port());
  }

  private FlowRequest request(EntrySpec spec) {
    return new FlowRequest(spec, target(), Optional.empty(), "");
  }

  private boolean isRefused(EntryDoor door, EntrySpec spec) {
    return door.ruled(request(spec))
        .map(ruled ->
            ruled.switchboard().decide(ruled.request(), target(), Protocol.TCP)
                instanceof Verdict.Refuse)
        .orElse(true);
  }

  /// One try; its answer is what came back.
  private interface Attempt {
    String tryOnce() throws IOException, InterruptedException;
  }

  /// Tries until it works or the time is over: a new tunnel first has to learn of its network. Of
  /// what went wrong the newest is told, but for a last try that only had too little time.
  private ProbeResult untilDone(Attempt attempt) throws InterruptedException {
    Optional<String> before = Optional.empty();
    while (true) {
      String why;
      try {
        return result(true, attempt.tryOnce());
      } catch (SSLException e) {
        Optional<String> wrong = TlsTrouble.ofCertificate(e, probe.place().host());
        if (wrong.isPresent()) {
          return result(false, wrong.get()); // it will be the same one the next time
        }
        why = TlsTrouble.other(e);
      } catch (HttpTimeoutException e) {
        why = before.orElse(reason(e));
      } catch (IOException e) {
        why = reason(e);
      }
      if (left().compareTo(PAUSE) <= 0) {
        return result(false, why);
      }
      before = Optional.of(why);
      pause();
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private void pause() throws InterruptedException {
    CompletableFuture<Void> over = new CompletableFuture<>();
    node.shards().getFirst().after(PAUSE, () -> over.complete(null));
    try {
      over.get(PAUSE.multipliedBy(4).toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // The loop has ended: the next try says so.
      over.cancel(false);
    }
  }

  private Duration left() {
    Duration left = probe.timeout().minusNanos(System.nanoTime() - begin);
    return left.isPositive() ? left : Duration.ofMillis(1);
  }

  private ProbeResult result(boolean passed, String detail) {
    return new ProbeResult(
        probe.target(), passed, detail, Duration.ofNanos(System.nanoTime() - begin));
  }

  private String connect(EntryDoor door, EntrySpec spec) throws IOException, InterruptedException {
    CompletableFuture<Connection> answer = new CompletableFuture<>();
    Shard shard = node.shards().getFirst();
    shard.run(() -> door.open(request(spec), new OwnFlow(shard, node.transport(), answer)));
    try {
      Connection connection = answer.get(left().toMillis(), TimeUnit.MILLISECONDS);
      shard.run(connection::close);
      return "connected";
    } catch (ExecutionException e) {
      String why = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
      throw new IOException(String.valueOf(why), e);
    } catch (TimeoutException e) {
      throw new IOException("no connection within " + probe.timeout().toMillis() + " ms", e);
    } finally {
      answer.cancel(false);
    }
  }

  private String fetch(EntryDoor door, EntrySpec spec, URI page)
      throws IOException, InterruptedException {
    Listener listener = Stages.await(node.transport().listen(spec, door));
    String address = listener.address();
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    HttpClient client =
        HttpClient.newBuilder()
            .proxy(ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(left())
            .build();
    try {
      HttpResponse<InputStream> answer =
          client.send(
              HttpRequest.newBuilder(page).timeout(left()).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      answer.body().close();
      if (answer.statusCode() >= 400) {
        throw new IOException("the answer was " + answer.statusCode());
      }
      return String.valueOf(answer.statusCode());
    } finally {
      client.shutdownNow();
      listener.close();
    }
  }
}
