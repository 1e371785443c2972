package org.wormholes.transport.i2p;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.i2p.SamException.Cause;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.Sockets;

/// One socket to a router's SAM bridge, past its greeting. Lines go out and come in until the
/// socket is [released][#release] and becomes the stream it was opened for.
///
/// SAM V3, "SAM Bridge Version 3": every stream has a socket of its own, and each begins with
/// `HELLO VERSION`.
final class SamSocket implements ConnectionHandler {
  /// A router answers at once; one that does not is as good as none.
  static final Duration HELLO_TIMEOUT = Duration.ofSeconds(5);

  private final Connection connection;
  private final LineReader reader = new LineReader();
  private Listener listener;
  private @Nullable ByteBuffer current;
  private byte @Nullable [] body;
  private int bodyRead;
  private boolean greeted;
  private boolean released;
  private boolean ended;
  private final Loop.Cancellable helloTimer;

  private SamSocket(Connection connection, Listener listener) {
    this.connection = connection;
    this.listener = listener;
    this.helloTimer =
        connection
            .loop()
            .schedule(
                HELLO_TIMEOUT,
                () ->
                    end(
                        new SamException(
                            Cause.TIMED_OUT, "the I2P router did not answer a greeting")));
  }

  /// Hears on the socket's loop. [#onEnded] comes once at most, and nothing after it.
  interface Listener {
    /// The router has greeted: requests may be sent.
    void onGreeted(SamSocket socket);

    void onLine(SamSocket socket, String line) throws SamException;

    /// What was announced by a line that [#expectBody] was called for.
    default void onBody(byte[] body) {}

    void onEnded(SamException why);
  }

  /// Connects to the bridge and greets.
  static void open(Sockets sockets, Loop loop, SamSettings settings, Listener listener) {
    sockets.connect(
        loop,
        settings.router(),
        HELLO_TIMEOUT,
        new DialListener() {
          @Override
          public void onConnected(Connection connection) {
            SamSocket socket = new SamSocket(connection, listener);
            connection.handler(socket);
            socket.send(settings.greeting());
            connection.reading(true);
          }

          @Override
          public void onFailed(DialFailure failure) {
            listener.onEnded(noRouter(settings.router()));
          }
        });
  }

  static SamException noRouter(InetSocketAddress router) {
    return new SamException(
        Cause.NO_ROUTER,
        "no I2P router answers at "
            + HostPort.of(router)
            + "; i2pd listens there unless told otherwise, Java I2P once its SAM bridge is"
            + " started");
  }

  Loop loop() {
    return connection.loop();
  }

  void send(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    connection.write(bytes, 0, bytes.length);
    connection.flush();
  }

  /// The next so many bytes are no lines; called for the line that announces them.
  void expectBody(int bytes) {
    body = new byte[bytes];
    bodyRead = 0;
  }

  /// The stream this socket has become. What the router sent behind its last line comes first;
  /// reading is off.
  Connection release() {
    released = true;
    helloTimer.cancel();
    connection.reading(false);
    ByteBuffer rest = current;
    if (rest != null && rest.hasRemaining()) {
      byte[] bytes = new byte[rest.remaining()];
      rest.get(bytes);
      connection.unread(bytes, false);
    }
    return connection;
  }

  /// Closes without another word to the listener.
  void close() {
    ended = true;
    helloTimer.cancel();
    connection.abort();
  }

  @Override
  public void onRead(ByteBuffer in) {
    current = in;
    try {
      while (!released && !ended) {
        if (!takesBody(in)) {
          return;
        }
        Optional<String> line = reader.take(in);
        if (line.isEmpty()) {
          return;
        }
        onLine(line.get());
      }
      // Nobody is left to hear the rest.
      in.position(in.limit());
    } catch (SamException broken) {
      in.position(in.limit());
      end(broken);
    } finally {
      current = null;
    }
  }

  /// Whether there is no body of which a part is missing.
  private boolean takesBody(ByteBuffer in) {
    byte[] whole = body;
    if (whole == null) {
      return true;
    }
    int part = Math.min(in.remaining(), whole.length - bodyRead);
    in.get(whole, bodyRead, part);
    bodyRead += part;
    if (bodyRead < whole.length) {
      return false;
    }
    body = null;
    listener.onBody(whole);
    return !ended;
  }

  private void onLine(String line) throws SamException {
    if (greeted) {
      listener.onLine(this, line);
      return;
    }
    SamReply reply = SamReply.parse(line);
    if (!reply.is("HELLO", "REPLY")) {
      throw SamReply.broken("it greeted with " + SamReply.printable(line));
    }
    if (!reply.ok()) {
      throw reply.failure("begin to speak SAM (3.1 is needed, and 3.2 for a login)");
    }
    greeted = true;
    helloTimer.cancel();
    listener.onGreeted(this);
  }

  @Override
  public void onReadComplete() {
    // Requests are flushed as they are sent.
  }

  @Override
  public void onWritable() {
    // Requests are short.
  }

  @Override
  public void onInputFinished() {
    end(closed());
  }

  @Override
  public void onClosed(@Nullable String cause) {
    end(closed());
  }

  private SamException closed() {
    return greeted
        ? new SamException(Cause.NO_SESSION, "the I2P router closed the connection")
        : SamReply.broken("it closed the connection without a greeting");
  }

  private void end(SamException why) {
    if (!ended && !released) {
      close();
      listener.onEnded(why);
    }
  }
}
