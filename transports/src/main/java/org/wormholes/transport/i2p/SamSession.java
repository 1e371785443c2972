package org.wormholes.transport.i2p;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.i2p.SamException.Cause;
import org.wormholes.transport.socket.ProgramStream;
import org.wormholes.transport.socket.Sockets;

/// A destination of ours at a router, for as long as it is wanted: made again, with the same key,
/// whenever the router was gone.
///
/// State: stopped → opening → ready → waiting (the router is gone, or refused) → opening … Opening
/// takes a router 3 to 40 seconds, in which it says nothing. In *ready* the router is asked a
/// question every two seconds: one that is silent for [#SILENCE] is gone, and every stream of the
/// session is reset. Streams do not survive their router.
///
/// May be used from any thread; what it does happens on its loop.
public final class SamSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SamSession.class);

  /// i2pd up to 2.45 looks every 20 s whether a destination is ready.
  static final Duration CREATE_TIMEOUT = Duration.ofSeconds(90);

  static final Duration ASK_EVERY = Duration.ofSeconds(2);
  static final Duration SILENCE = Duration.ofMillis(2_500);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

  /// Streams that wait for the session to become ready.
  private static final int MAX_WAITING = 1024;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Sockets sockets;
  private final SamSettings settings;
  private final Optional<Datagrams> datagrams;
  private final Loop loop;
  private final Set<ProgramStream> streams = ConcurrentHashMap.newKeySet();
  private final List<Consumer<Status>> watchers = new CopyOnWriteArrayList<>();
  private final List<StreamAttempt> waiting = new ArrayList<>();
  private volatile Status status = new Status(State.STOPPED, "", "");
  private volatile String id = "";
  private Optional<String> key = Optional.empty();
  private @Nullable SamSocket control;
  private Loop.@Nullable Cancellable timer;
  private Duration pause = FIRST_PAUSE;
  private boolean asked;

  /// What a session is doing.
  public enum State {
    STOPPED,
    OPENING,
    READY,
    WAITING
  }

  /// What a session is doing, and what keeps it from it.
  ///
  /// @param name the session's own `….b32.i2p`, once it is known
  /// @param problem why the session is not ready, for people; empty where there is no problem
  public record Status(State state, String name, String problem) {}

  /// What a session for datagrams hears, on the session's loop.
  interface Datagrams {
    /// @param from the sender, as SAM prints it; the router has checked its signature
    void onDatagram(String from, byte[] data);
  }

  /// A session for streams.
  public SamSession(Sockets sockets, SamSettings settings) {
    this(sockets, settings, Optional.empty());
  }

  /// A session for datagrams, and nothing else.
  SamSession(Sockets sockets, SamSettings settings, Datagrams datagrams) {
    this(sockets, settings, Optional.of(datagrams));
  }

  private SamSession(Sockets sockets, SamSettings settings, Optional<Datagrams> datagrams) {
    this.sockets = sockets;
    this.settings = settings;
    this.datagrams = datagrams;
    this.loop = sockets.loops().getFirst();
  }

  /// Opens the session, and keeps it open until [#close()].
  public void start() {
    loop.execute(() -> {
      if (status.state() == State.STOPPED) {
        open();
      }
    });
  }

  public Status status() {
    return status;
  }

  /// The session's own name. It is known before the session is ready; fails with the problem that
  /// comes first, if there is one.
  public CompletionStage<String> name() {
    CompletableFuture<String> name = new CompletableFuture<>();
    Consumer<Status> settle =
        now -> {
          if (!now.name().isEmpty()) {
            name.complete(now.name());
          } else if (now.state() == State.WAITING) {
            name.completeExceptionally(notReady());
          }
        };
    watch(settle);
    loop.execute(() -> settle.accept(status));
    return name.whenComplete((known, failure) -> watchers.remove(settle));
  }

  /// `watcher` hears of every change, on the session's loop.
  public void watch(Consumer<Status> watcher) {
    watchers.add(watcher);
  }

  String id() {
    return id;
  }

  SamSettings settings() {
    return settings;
  }

  Sockets sockets() {
    return sockets;
  }

  // Streams

  /// The outcome of one attempt; exactly one method is called, on the loop asked for.
  public interface StreamListener {
    /// The router has sent the first packet. Whether anybody answers shows with the first bytes.
    void onConnected(Connection stream);

    void onFailed(SamException why);
  }

  /// Opens a stream to `name`, which the router looks up and nobody else does. Waits for a session
  /// that is being opened, within `timeout`.
  public void connect(Loop on, I2pName name, Duration timeout, StreamListener listener) {
    StreamAttempt attempt = new StreamAttempt(this, on, name, listener);
    on.execute(() -> attempt.expire(timeout));
    loop.execute(() -> begin(attempt));
  }

  private void begin(StreamAttempt attempt) {
    switch (status.state()) {
      case READY -> attempt.begin();
      case STOPPED -> attempt.fail(new SamException(Cause.NO_SESSION, "the session was closed"));
      case WAITING -> attempt.fail(notReady());
      case OPENING -> {
        waiting.removeIf(StreamAttempt::isDone);
        if (waiting.size() >= MAX_WAITING) {
          attempt.fail(new SamException(Cause.REFUSED, "too many streams wait for the I2P router"));
        } else {
          waiting.add(attempt);
        }
      }
    }
  }

  SamException notReady() {
    String problem = status.problem();
    return new SamException(
        Cause.NO_SESSION, problem.isEmpty() ? "the I2P router is not ready yet" : problem);
  }

  /// A stream of this session begins; on its loop.
  ProgramStream adopt(Connection socket, String peer) {
    ProgramStream stream = new ProgramStream(socket, () -> status().name(), peer, streams::remove);
    stream.take();
    streams.add(stream);
    if (status.state() != State.READY) {
      stream.lose(notReady().text());
    }
    return stream;
  }

  /// Streams that are open.
  public int streams() {
    return streams.size();
  }

  // The session itself

  private void open() {
    Thread.ofPlatform().daemon().name("wormholes-i2p-key").start(this::readKey);
    become(State.OPENING, status.name(), status.problem());
  }

  private void readKey() {
    try {
      Optional<String> kept =
          settings.key().isEmpty() ? key : new DestinationFile(settings.key().get()).read();
      loop.execute(() -> openWith(kept));
    } catch (IOException broken) {
      String why = String.valueOf(broken.getMessage());
      loop.execute(() -> lost(new SamException(Cause.KEY, "cannot use the destination: " + why)));
    }
  }

  private void openWith(Optional<String> kept) {
    if (status.state() == State.OPENING) {
      kept.ifPresent(this::know);
      id = HexFormat.of().formatHex(randomBytes());
      SamSocket.open(sockets, loop, settings, new Control());
    }
  }

  private static byte[] randomBytes() {
    byte[] bytes = new byte[8];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  /// From here on the session has this key, whatever becomes of routers.
  private void know(String secret) {
    key = Optional.of(secret);
    become(State.OPENING, nameOf(secret), status.problem());
  }

  private static String nameOf(String secret) {
    return I2pName.destinationOfPrivate(secret)
        .flatMap(I2pName::ofDestination)
        .map(I2pName::text)
        .orElse("");
  }

  private void generated(SamReply reply) throws SamException {
    String secret = reply.value("PRIV").orElse("");
    if (nameOf(secret).isEmpty()) {
      throw reply.failure("make a destination");
    }
    if (settings.key().isEmpty()) {
      create(secret);
      return;
    }
    DestinationFile file = new DestinationFile(settings.key().get());
    Thread.ofPlatform().daemon().name("wormholes-i2p-key").start(() -> keep(file, secret));
  }

  private void keep(DestinationFile file, String secret) {
    try {
      file.write(secret);
      loop.execute(() -> create(secret));
    } catch (IOException broken) {
      String why = String.valueOf(broken.getMessage());
      loop.execute(() -> lost(new SamException(Cause.KEY, "cannot keep the destination: " + why)));
    }
  }

  private void create(String secret) {
    SamSocket open = control;
    if (status.state() != State.OPENING || open == null) {
      return;
    }
    know(secret);
    open.send(
        "SESSION CREATE STYLE="
            + (datagrams.isPresent() ? "DATAGRAM" : "STREAM")
            + " ID="
            + id
            + " DESTINATION="
            + secret
            + settings.words()
            + "\n");
    later(
        CREATE_TIMEOUT,
        () ->
            lost(
                new SamException(
                    Cause.TIMED_OUT,
                    "the I2P router has built no tunnels in "
                        + CREATE_TIMEOUT.toSeconds()
                        + " s: it may still be joining the network")));
  }

  private void created(SamReply reply) throws SamException {
    if (!reply.ok()) {
      throw reply.failure("open a session");
    }
    ready(status.name());
  }

  private void ready(String name) {
    pause = FIRST_PAUSE;
    become(State.READY, name, "");
    List<StreamAttempt> now = List.copyOf(waiting);
    waiting.clear();
    now.forEach(StreamAttempt::begin);
    later(ASK_EVERY, this::ask);
  }

  /// `NAMING LOOKUP NAME=ME` is what every router answers at once, from memory. `PING` would be
  /// meant for this, but i2pd before 2.58 hangs up on it.
  private void ask() {
    SamSocket open = control;
    if (open != null && status.state() == State.READY) {
      asked = true;
      open.send("NAMING LOOKUP NAME=ME\n");
      later(
          SILENCE,
          () -> {
            if (asked) {
              lost(new SamException(Cause.TIMED_OUT, "the I2P router does not answer any more"));
            }
          });
    }
  }

  private void answered() {
    if (asked) {
      asked = false;
      later(ASK_EVERY, this::ask);
    }
  }

  private void lost(SamException why) {
    if (status.state() == State.STOPPED || status.state() == State.WAITING) {
      return;
    }
    boolean wasReady = status.state() == State.READY;
    String problem = wasReady ? "the I2P router is gone: " + why.text() : why.text();
    LOG.debug("{}", problem);
    drop();
    become(State.WAITING, status.name(), problem);
    streams.forEach(stream -> stream.lose(problem));
    List<StreamAttempt> now = List.copyOf(waiting);
    waiting.clear();
    now.forEach(attempt -> attempt.fail(notReady()));
    later(pause, this::open);
    Duration next = pause.multipliedBy(2);
    pause = next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
  }

  private void drop() {
    asked = false;
    cancelTimer();
    SamSocket open = control;
    control = null;
    if (open != null) {
      open.close();
    }
  }

  private void later(Duration delay, Runnable task) {
    cancelTimer();
    timer = loop.schedule(delay, task);
  }

  private void cancelTimer() {
    Loop.Cancellable pending = timer;
    if (pending != null) {
      pending.cancel();
    }
    timer = null;
  }

  private void become(State state, String name, String problem) {
    Status next = new Status(state, name, problem);
    if (!next.equals(status)) {
      status = next;
      watchers.forEach(watcher -> watcher.accept(next));
    }
  }

  /// Ends the streams, then the session: the other way round the far sides would hear nothing.
  @Override
  public void close() {
    loop.execute(() -> {
      if (status.state() == State.STOPPED) {
        return;
      }
      become(State.STOPPED, status.name(), "");
      waiting.forEach(each -> each.fail(new SamException(Cause.NO_SESSION, "the session ends")));
      waiting.clear();
      streams.forEach(stream -> stream.lose("the session ends"));
      later(ProgramStream.END_CHECK, this::drop);
    });
  }

  /// The socket that the session lives by.
  private final class Control implements SamSocket.Listener {
    private String sender = "";

    private boolean current() {
      return status.state() == State.OPENING || status.state() == State.READY;
    }

    @Override
    public void onGreeted(SamSocket socket) {
      if (!current()) {
        socket.close();
        return;
      }
      control = socket;
      if (key.isPresent()) {
        create(key.get());
      } else {
        // SAM V3, "Destination Key Generation": type 7 is EdDSA; the default is an old DSA key.
        socket.send("DEST GENERATE SIGNATURE_TYPE=7\n");
        later(
            SamSocket.HELLO_TIMEOUT,
            () -> lost(new SamException(Cause.TIMED_OUT, "the I2P router makes no destination")));
      }
    }

    @Override
    public void onLine(SamSocket socket, String line) throws SamException {
      SamReply reply = SamReply.parse(line);
      if (reply.is("DEST", "REPLY") && key.isEmpty()) {
        generated(reply);
      } else if (reply.is("SESSION", "STATUS") && status.state() == State.OPENING) {
        created(reply);
      } else if (reply.is("SESSION", "STATUS")) {
        throw reply.failure("keep the session");
      } else if (reply.is("NAMING", "REPLY")) {
        answered();
      } else if (reply.is("DATAGRAM", "RECEIVED")) {
        sender = reply.value("DESTINATION").orElse("");
        socket.expectBody(reply.size());
      }
      // Anything else is of a later version and not meant for us.
    }

    @Override
    public void onBody(byte[] body) {
      datagrams.ifPresent(hear -> hear.onDatagram(sender, body));
    }

    @Override
    public void onEnded(SamException why) {
      if (current()) {
        lost(why);
      }
    }
  }
}
