package org.wormholes.transport.i2p;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.i2p.SamSession.State;

/// Keeps some `STREAM ACCEPT` pending at a session for as long as it is ready, and hands out the
/// streams that come.
///
/// SAM V3, "SAM Virtual Streams: ACCEPT": the socket is answered once the request is pending, and
/// again, with one line that begins with the peer's destination, when a stream has come. That line
/// may instead be a `STREAM STATUS` that says why there will be none.
public final class StreamAcceptor implements AutoCloseable {
  /// Pending at a time. Routers serve them one after the other.
  static final int PENDING = 2;

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final SamSession session;
  private final List<Loop> loops;
  private final Consumer<Connection> accept;
  private final Set<SamSocket> pending = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;
  private volatile String serving = "";
  private int turn;

  public StreamAcceptor(
      SamSession session, List<? extends Loop> loops, Consumer<Connection> accept) {
    this.session = session;
    this.loops = List.copyOf(loops);
    this.accept = accept;
  }

  /// Begins; accepts whenever the session is ready.
  public void start() {
    session.watch(this::onStatus);
    loops.getFirst().execute(() -> onStatus(session.status()));
  }

  private void onStatus(SamSession.Status status) {
    if (status.state() == State.READY) {
      loops.getFirst().execute(this::serve);
    }
  }

  private void serve() {
    String id = session.id();
    if (!closed && !serving.equals(id)) {
      serving = id;
      for (int i = 0; i < PENDING; i++) {
        ask(id);
      }
    }
  }

  private void ask(String id) {
    if (!closed && session.status().state() == State.READY && session.id().equals(id)) {
      Loop loop = loops.get(turn);
      turn = (turn + 1) % loops.size();
      SamSocket.open(session.sockets(), loop, session.settings(), new Pending(id));
    }
  }

  /// No stream is accepted after this; those accepted before are untouched.
  @Override
  public void close() {
    closed = true;
    pending.forEach(socket -> socket.loop().execute(socket::close));
    pending.clear();
  }

  private final class Pending implements SamSocket.Listener {
    private final String id;
    private @Nullable SamReply reply;
    private @Nullable SamSocket open;

    Pending(String id) {
      this.id = id;
    }

    private void again(Duration pause) {
      var _ = loops.getFirst().schedule(pause, () -> ask(id));
    }

    @Override
    public void onGreeted(SamSocket socket) {
      if (closed) {
        socket.close();
        return;
      }
      open = socket;
      pending.add(socket);
      socket.send("STREAM ACCEPT ID=" + id + " SILENT=false\n");
    }

    @Override
    public void onLine(SamSocket socket, String line) throws SamException {
      if (reply == null || line.startsWith("STREAM ")) {
        reply = SamReply.parse(line);
        if (!reply.is("STREAM", "STATUS") || !reply.ok()) {
          throw reply.failure("wait for a stream");
        }
        return;
      }
      int space = line.indexOf(' ');
      Optional<I2pName> peer = I2pName.ofDestination(space < 0 ? line : line.substring(0, space));
      if (peer.isEmpty()) {
        throw SamReply.broken("a stream without a destination");
      }
      pending.remove(socket);
      again(Duration.ZERO);
      Connection stream = session.adopt(socket.release(), peer.get().text());
      if (closed) {
        stream.abort();
      } else {
        accept.accept(stream);
      }
    }

    @Override
    public void onEnded(SamException why) {
      SamSocket ended = open;
      if (ended != null) {
        pending.remove(ended);
      }
      again(PAUSE);
    }
  }
}
