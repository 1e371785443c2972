package org.wormholes.transport.pluggable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.DialListener.DialFailure;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Way;
import org.wormholes.transport.gateway.ProxyExchange;
import org.wormholes.transport.program.Programs;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.ClosableCarrier;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.Sockets;

/// The carrier `pluggable`: links through one of Tor's pluggable transports (`pt-spec` version 1),
/// whose program runs beside us. Addresses are those of [PtAddress]. Who dials speaks SOCKS5 to the
/// program, which speaks with the far one; that hands each connection on to a port on loopback
/// where we listen.
final class PtCarrier implements ClosableCarrier {
  static final String NAME = "pluggable";

  /// Kinds of transport that are dialled, a program each.
  private static final int MAX_CLIENTS = 8;

  private static final Duration START = Duration.ofSeconds(20);
  private static final int MAX_FIELD = 255; // RFC 1929 section 2

  private final Sockets sockets;
  private final CarrierOptions options;
  private final Map<String, PtLauncher> clients = new HashMap<>();
  private final List<PtLauncher> servers = new ArrayList<>();
  private boolean closed;

  PtCarrier(Sockets sockets, CarrierOptions options) {
    options.only(NAME, Set.of("program"));
    this.sockets = sockets;
    this.options = options;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<String> addressProblem(String address) {
    return PtAddress.parse(address).isPresent()
        ? Optional.empty()
        : Optional.of(PtAddress.EXPECTED);
  }

  private Path program() throws IOException {
    String name = options.text("program").orElse("obfs4proxy");
    Optional<Path> found =
        name.indexOf('/') >= 0
            ? Optional.of(Path.of(name).toAbsolutePath()).filter(Files::isExecutable)
            : Programs.find(name, Programs.usualPath());
    return found.orElseThrow(() ->
        new IOException(
            "there is no program %s: Debian's package obfs4proxy has one, or name it with"
                    .formatted(name)
                + " --carrier pluggable.program=FILE"));
  }

  private Path folder(String name) throws IOException {
    return options
        .folder()
        .orElseThrow(() -> new IOException("a pluggable transport needs a state folder"))
        .toAbsolutePath()
        .resolve(name);
  }

  // Out

  @Override
  public void dial(Loop loop, String address, Duration timeout, DialListener listener) {
    Dial dial = new Dial(loop, timeout, listener);
    Optional<PtAddress> target = PtAddress.parse(address).filter(it -> it.socket().getPort() != 0);
    if (target.isEmpty()) {
      dial.fail(DialFailure.FAILED);
      return;
    }
    client(target.get().transport())
        .whenComplete((line, failure) ->
            loop.execute(() -> {
              if (line instanceof PtLine.Client client) {
                dial.through(client.proxy(), target.get());
              } else {
                dial.fail(DialFailure.FAILED);
              }
            }));
  }

  private synchronized CompletableFuture<PtLine> client(String transport) {
    PtLauncher known = clients.get(transport);
    if (known == null) {
      if (closed || clients.size() >= MAX_CLIENTS) {
        return CompletableFuture.failedFuture(new IOException("no further program is started"));
      }
      try {
        known =
            new PtLauncher(
                program(),
                folder("client-" + transport),
                () -> Map.of("TOR_PT_CLIENT_TRANSPORTS", transport));
      } catch (IOException absent) {
        return CompletableFuture.failedFuture(absent);
      }
      known.start();
      clients.put(transport, known);
    }
    return known.method();
  }

  /// One dial, from asking for the program to the far side's word that it is there. On its loop.
  private final class Dial {
    private final Loop loop;
    private final DialListener listener;
    private final long deadline;
    private final Loop.Cancellable timer;
    private boolean over;

    Dial(Loop loop, Duration timeout, DialListener listener) {
      this.loop = loop;
      this.listener = listener;
      this.deadline = loop.nanoTime() + timeout.toNanos();
      this.timer = loop.schedule(timeout, () -> fail(DialFailure.TIMED_OUT));
    }

    void fail(DialFailure failure) {
      loop.execute(() -> {
        if (!over) {
          over = true;
          timer.cancel();
          listener.onFailed(failure);
        }
      });
    }

    void through(InetSocketAddress proxy, PtAddress target) {
      sockets.connect(
          loop,
          proxy,
          Duration.ofNanos(Math.max(1_000_000, deadline - loop.nanoTime())),
          new DialListener() {
            @Override
            public void onConnected(Connection connection) {
              HostPort place = HostPort.parse(HostPort.of(target.socket())).orElseThrow();
              ProxyExchange.socks5(
                  connection,
                  new EntrySpec.Target(place.host(), place.port()),
                  credentials(target.arguments()),
                  opening());
            }

            @Override
            public void onFailed(DialFailure failure) {
              fail(DialFailure.FAILED);
            }
          });
    }

    private Way.OpenListener opening() {
      return new Way.OpenListener() {
        @Override
        public void onOpened(Connection connection) {
          if (over) {
            connection.abort();
            return;
          }
          over = true;
          timer.cancel();
          listener.onConnected(connection);
        }

        @Override
        public void onRefused(FlowAcceptor.Refusal refusal, String why) {
          fail(DialFailure.REFUSED);
        }
      };
    }
  }

  /// `pt-spec` section 3.5: the arguments take the place of user name and password.
  static FlowRequest.Credentials credentials(Map<String, String> arguments) {
    String text = PtArguments.format(arguments, ';');
    if (text.isEmpty()) {
      return new FlowRequest.Credentials("", "");
    }
    int user = Math.min(text.length(), MAX_FIELD);
    return new FlowRequest.Credentials(
        text.substring(0, user), user < text.length() ? text.substring(user) : "\0");
  }

  // In

  @Override
  public CompletionStage<Listener> listen(
      List<Loop> loops, String address, Consumer<Connection> accept) {
    Optional<PtAddress> place = PtAddress.parse(address);
    if (place.isEmpty()) {
      return CompletableFuture.failedFuture(notListening(address, PtAddress.EXPECTED));
    }
    return sockets
        .listen(
            loops,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            (loop, channel) -> accept.accept(sockets.stream(loop, channel, null, false)))
        .thenCompose(inner -> outer(place.get(), address, inner));
  }

  private CompletionStage<Listener> outer(PtAddress place, String address, Listener inner) {
    AtomicReference<InetSocketAddress> bound = new AtomicReference<>(place.socket());
    PtLauncher program;
    try {
      program =
          new PtLauncher(
              program(),
              folder("server-" + place.transport()),
              () -> environment(place, bound.get(), inner.address()));
    } catch (IOException absent) {
      inner.close();
      return CompletableFuture.failedFuture(
          notListening(address, String.valueOf(absent.getMessage())));
    }
    CompletableFuture<PtLine> method = program.method();
    program.start();
    keep(program);
    return method
        .orTimeout(START.toSeconds(), TimeUnit.SECONDS)
        .handle((line, failure) -> {
          if (line instanceof PtLine.Server server) {
            // A program that is started again takes the port that others were told of.
            bound.set(server.bound());
            PtAddress known = new PtAddress(server.bound(), server.transport(), server.arguments());
            return CompletableFuture.<Listener>completedStage(
                new Open(known.toString(), inner, program));
          }
          inner.close();
          program.close();
          String why = failure == null ? "no such transport" : String.valueOf(failure.getMessage());
          return CompletableFuture.<Listener>failedStage(notListening(address, why));
        })
        .thenCompose(it -> it);
  }

  private static Map<String, String> environment(
      PtAddress place, InetSocketAddress bind, String inner) {
    return Map.of(
        "TOR_PT_SERVER_TRANSPORTS",
        place.transport(),
        "TOR_PT_SERVER_BINDADDR",
        place.transport() + "-" + HostPort.of(bind),
        "TOR_PT_ORPORT",
        inner);
  }

  private synchronized void keep(PtLauncher program) {
    if (closed) {
      program.close();
    } else {
      servers.add(program);
    }
  }

  private static IOException notListening(String address, String why) {
    return new IOException("could not listen on " + NAME + "=" + address + ": " + why);
  }

  @Override
  public synchronized void close() {
    closed = true;
    clients.values().forEach(PtLauncher::close);
    servers.forEach(PtLauncher::close);
    clients.clear();
    servers.clear();
  }

  private record Open(String address, Listener inner, PtLauncher program) implements Listener {
    @Override
    public CompletionStage<Void> close() {
      program.close();
      return inner.close();
    }
  }
}
