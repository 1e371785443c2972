package org.wormholes.transport.tor;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.GatewaySpeaker.Phase;
import org.wormholes.runtime.spi.GatewaySpeaker.State;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.ProgramStream;
import org.wormholes.transport.socket.Sockets;

/// Stays in touch with a tor through its control port: comes back when that was lost, knows how far
/// its start is and where its SOCKS port listens, and says again what it has forgotten (the onion
/// services it keeps up for us, the keys to those of others). When the tor is lost, so are the
/// streams through it.
final class TorController implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TorController.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

  /// How often a tor takes a new identity; what is asked for earlier is put off.
  static final Duration NEW_IDENTITY_EVERY = Duration.ofSeconds(10);

  private static final Duration PUBLISH_AGAIN = Duration.ofSeconds(3);
  private static final int MAX_DETAIL = 200;

  private final Sockets sockets;
  private final Loop loop;
  private final String password;
  private final Consumer<State> changed;
  private final Set<ProgramStream> streams = ConcurrentHashMap.newKeySet();
  private final Map<OnionService, CompletableFuture<Void>> services = new LinkedHashMap<>();

  /// Names of services of which a directory has taken the descriptor.
  private final Set<String> uploaded = ConcurrentHashMap.newKeySet();

  private final Map<String, String> clientKeys = new LinkedHashMap<>();
  private final List<Runnable> waiting = new ArrayList<>();
  private volatile State state = new State(Phase.STARTING, 0, "it is not started yet");
  private volatile @Nullable InetSocketAddress socks;
  private @Nullable InetSocketAddress place;
  private @Nullable ControlPort port;
  private Duration pause = FIRST_PAUSE;
  private int turn;
  private boolean closed;

  /// @param password empty where the cookie is to be read
  /// @param changed hears of every change, on one loop
  TorController(Sockets sockets, String password, Consumer<State> changed) {
    this.sockets = sockets;
    this.loop = sockets.loops().getFirst();
    this.password = password;
    this.changed = changed;
  }

  State state() {
    return state;
  }

  /// Where streams are asked for; empty while there is no tor.
  Optional<InetSocketAddress> socks() {
    return Optional.ofNullable(socks);
  }

  /// From here on the control port is there.
  void meet(InetSocketAddress where) {
    loop.execute(() -> {
      drop("tor was started again");
      place = where;
      pause = FIRST_PAUSE;
      attempt();
    });
  }

  /// There is no tor any more, until [#meet].
  ///
  /// @param why what to say of it
  void part(State why) {
    loop.execute(() -> {
      place = null;
      drop(why.detail());
      become(why);
    });
  }

  /// A stream through this tor begins; on its own loop.
  Connection adopt(Connection socket, String peer) {
    ProgramStream stream = new ProgramStream(socket, () -> "tor", peer, streams::remove);
    stream.take();
    streams.add(stream);
    if (socks == null) {
      stream.lose("tor is gone");
    }
    return stream;
  }

  /// Runs `task` on the controller's loop at the next change of the state.
  void onChange(Runnable task) {
    loop.execute(() -> waiting.add(task));
  }

  private void become(State next) {
    if (next.equals(state)) {
      return;
    }
    state = next;
    changed.accept(next);
    if (next.phase() == Phase.DOWN) {
      services.values().forEach(taken -> taken.completeExceptionally(down()));
    }
    List<Runnable> tasks = List.copyOf(waiting);
    waiting.clear();
    tasks.forEach(Runnable::run);
  }

  // ---- the connection

  private void attempt() {
    InetSocketAddress where = place;
    if (closed || where == null) {
      return;
    }
    int mine = ++turn;
    var _ =
        ControlPort.open(sockets, loop, where, this::onEvent, why -> lost(mine, why))
            .thenCompose(opened -> settled(mine, opened))
            .whenComplete((done, failure) -> {
              if (failure != null) {
                lost(mine, reason(failure));
              }
            });
  }

  private static String reason(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof TorException) {
      return String.valueOf(cause.getMessage());
    }
    LOG.error("talking to tor", cause);
    return "a mistake in Wormholes";
  }

  private CompletableFuture<?> settled(int mine, ControlPort opened) {
    if (mine != turn || closed) {
      opened.close();
      return CompletableFuture.completedFuture(null);
    }
    port = opened;
    return new Authentication(opened, password)
        .run()
        .thenCompose(done -> opened.ask("SETEVENTS STATUS_CLIENT HS_DESC"))
        .thenCompose(done -> opened.ask("GETINFO net/listeners/socks status/bootstrap-phase"))
        .thenCompose(this::inform);
  }

  private CompletableFuture<?> inform(ControlReply info) {
    if (!info.ok()) {
      return CompletableFuture.failedFuture(info.refusal("tell of itself"));
    }
    Optional<InetSocketAddress> listens = socksPort(info.value("net/listeners/socks").orElse(""));
    if (listens.isEmpty()) {
      return CompletableFuture.failedFuture(new TorException("tor has no SOCKS port"));
    }
    pause = FIRST_PAUSE;
    socks = listens.get();
    services.forEach(this::publish);
    tellKeys();
    onBootstrap(info.value("status/bootstrap-phase").orElse(""));
    return CompletableFuture.completedFuture(null);
  }

  /// The first that is no Unix socket; one that listens everywhere is asked on this machine.
  private static Optional<InetSocketAddress> socksPort(String listeners) {
    return Words.of(listeners).stream()
        .map(Words::unquoted)
        .flatMap(text -> HostPort.parse(text).stream())
        .flatMap(text -> text.literal().stream())
        .findFirst()
        .map(found ->
            found.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), found.getPort())
                : found);
  }

  private void lost(int mine, String why) {
    if (mine != turn || place == null || closed) {
      return;
    }
    drop(why);
    become(new State(Phase.DOWN, 0, shortened(why)));
    var _ = loop.schedule(pause, () -> again(mine));
    Duration next = pause.multipliedBy(2);
    pause = next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
  }

  private void again(int mine) {
    if (turn == mine + 1) {
      attempt();
    }
  }

  private void drop(String why) {
    turn++;
    socks = null;
    uploaded.clear();
    ControlPort open = port;
    port = null;
    if (open != null) {
      open.close();
    }
    streams.forEach(stream -> stream.lose("tor is gone: " + why));
  }

  // ---- what it says of itself

  private void onEvent(ControlReply event) {
    // Events of a connection that is given up may still arrive.
    if (socks == null) {
      return;
    }
    String text = event.text();
    if (text.startsWith("STATUS_CLIENT ")) {
      onStatus(text.substring("STATUS_CLIENT ".length()));
    } else if (text.startsWith("HS_DESC UPLOADED ")) {
      List<String> words = Words.of(text);
      uploaded.add(words.size() < 3 ? "" : words.get(2));
    }
  }

  /// Whether others can find the service: a directory has its descriptor.
  boolean isFound(OnionService service) {
    return uploaded.contains(service.id());
  }

  private void onStatus(String text) {
    List<String> words = Words.of(text);
    String what = words.size() < 2 ? "" : words.get(1);
    switch (what) {
      case "BOOTSTRAP" -> onBootstrap(text);
      case "CIRCUIT_ESTABLISHED" -> {
        if (state.phase() == Phase.READY) {
          become(State.READY);
        }
      }
      case "CIRCUIT_NOT_ESTABLISHED" -> {
        if (state.phase() == Phase.READY) {
          String why = Words.named(text).getOrDefault("REASON", "unknown");
          become(new State(Phase.READY, 100, shortened("no circuit works just now: " + why)));
        }
      }
      default -> LOG.debug("tor says something else of itself");
    }
  }

  private void onBootstrap(String text) {
    Map<String, String> named = Words.named(text);
    String number = named.getOrDefault("PROGRESS", "0");
    int percent = number.matches("[0-9]{1,3}") ? Math.min(100, Integer.parseInt(number)) : 0;
    String warning = named.getOrDefault("WARNING", "");
    become(
        percent == 100
            ? State.READY
            : new State(
                Phase.STARTING,
                percent,
                shortened(
                    named.getOrDefault("SUMMARY", "")
                        + (warning.isEmpty() ? "" : " (" + warning + ")"))));
  }

  private static String shortened(String text) {
    String plain = text.replaceAll("[^\\x20-\\x7e]", "?");
    return plain.length() <= MAX_DETAIL ? plain : plain.substring(0, MAX_DETAIL);
  }

  // ---- what it is asked for

  private CompletableFuture<ControlReply> ask(String command, String what) {
    ControlPort open = port;
    if (open == null || socks == null) {
      return CompletableFuture.failedFuture(new TorException("tor is not there"));
    }
    return open.ask(command)
        .thenCompose(reply ->
            reply.ok()
                ? CompletableFuture.completedFuture(reply)
                : CompletableFuture.failedFuture(reply.refusal(what)));
  }

  /// Streams from here on share no circuit with those before, and what it remembers of onion
  /// services it could not find is forgotten. Tor does so at most once in 10 s; in between it
  /// remembers that it was asked.
  CompletableFuture<Void> newIdentity() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(() -> {
      copy(ask("SIGNAL NEWNYM", "take a new identity"), done);
      // With it tor forgets the keys to onion services, at once or when it gets round to it.
      tellKeys();
      var _ = loop.schedule(NEW_IDENTITY_EVERY.plusSeconds(1), this::tellKeys);
    });
    return done;
  }

  private void tellKeys() {
    if (socks != null) {
      clientKeys.forEach(this::tellKey);
    }
  }

  private static void copy(CompletableFuture<ControlReply> from, CompletableFuture<Void> to) {
    var _ =
        from.whenComplete((reply, failure) -> {
          if (failure == null) {
            to.complete(null);
          } else {
            to.completeExceptionally(failure);
          }
        });
  }

  /// Keeps an onion service up until [#withdraw].
  ///
  /// @return completes when tor has taken it for the first time; fails if tor does not want it, or
  ///   is not there
  CompletableFuture<Void> publish(OnionService service) {
    CompletableFuture<Void> taken = new CompletableFuture<>();
    loop.execute(() -> {
      services.put(service, taken);
      if (socks != null) {
        publish(service, taken);
      } else if (state.phase() == Phase.DOWN) {
        taken.completeExceptionally(down());
      }
    });
    return taken;
  }

  private void publish(OnionService service, CompletableFuture<Void> taken) {
    uploaded.remove(service.id());
    ask(service.command(), "publish the onion service")
        .whenComplete((reply, failure) -> {
          if (failure == null) {
            taken.complete(null);
          } else if (services.containsKey(service)) {
            taken.completeExceptionally(failure);
            // It may be that it still has one of that address that is going.
            var _ = loop.schedule(PUBLISH_AGAIN, () -> publishAgain(service, taken));
          }
        });
  }

  private void publishAgain(OnionService service, CompletableFuture<Void> taken) {
    if (socks != null && services.containsKey(service)) {
      publish(service, taken);
    }
  }

  private TorException down() {
    return new TorException(state.detail());
  }

  void withdraw(OnionService service) {
    loop.execute(() -> {
      if (services.remove(service) != null && socks != null) {
        uploaded.remove(service.id());
        copy(ask("DEL_ONION " + service.id(), "remove the service"), new CompletableFuture<>());
      }
    });
  }

  /// Lets this tor find an onion service that only some may find.
  ///
  /// @param onion its name without `.onion`
  /// @param key our X25519 private key for it, in Base64
  /// @return completes when tor knows it; fails if it does not take it, or is not there
  CompletableFuture<Void> clientKey(String onion, String key) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(() -> {
      clientKeys.put(onion, key);
      tellKey(onion, key, done);
    });
    return done;
  }

  private void tellKey(String onion, String key) {
    tellKey(onion, key, new CompletableFuture<>());
  }

  private void tellKey(String onion, String key, CompletableFuture<Void> done) {
    copy(ask("ONION_CLIENT_AUTH_ADD " + onion + " x25519:" + key, "take a client key"), done);
    var _ =
        done.whenComplete((none, failure) -> {
          if (failure != null) {
            LOG.warn("tor does not take a key for an onion service: {}", reason(failure));
          }
        });
  }

  @Override
  public void close() {
    loop.execute(() -> {
      closed = true;
      place = null;
      drop("the engine ends");
    });
  }
}
