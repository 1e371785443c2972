package org.wormholes.runtime;

import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;

/// A TLS handshake over a connection, to see that the server is who it should be; nothing is said
/// after it. Belongs to the loop of the connection, which it closes. It has no time limit of its
/// own: whoever asks aborts the connection.
final class TlsGreeting implements ConnectionHandler {
  /// The longest flight of a server that is read, in bytes.
  private static final int MAX_FLIGHT = 256 * 1024;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Connection connection;
  private final String host;
  private final SSLEngine engine;
  private final Executor tasks;
  private final Listener listener;
  private final ByteBuffer out;
  private final ByteBuffer said;
  private ByteBuffer in;
  private int heard;
  private boolean busy;
  private boolean over;

  /// Hears once.
  interface Listener {
    void onGreeted();

    /// @param why in a few words, for people
    void onFailed(String why);
  }

  private TlsGreeting(
      Connection connection, String host, SSLEngine engine, Executor tasks, Listener listener) {
    this.connection = connection;
    this.host = host;
    this.engine = engine;
    this.tasks = tasks;
    this.listener = listener;
    int record = engine.getSession().getPacketBufferSize();
    this.out = ByteBuffer.allocate(record);
    this.in = ByteBuffer.allocate(record);
    this.said = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
  }

  /// Greets the server at the other end.
  ///
  /// @param host whom its certificate must be for
  /// @param tasks where what takes long is computed
  static void over(
      Connection connection, String host, int port, Executor tasks, Listener listener) {
    try {
      SSLEngine engine = SSLContext.getDefault().createSSLEngine(host, port);
      engine.setUseClientMode(true);
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      engine.setSSLParameters(parameters);
      engine.beginHandshake();
      new TlsGreeting(connection, host, engine, tasks, listener).begin();
    } catch (SSLException e) {
      connection.abort();
      listener.onFailed(TlsTrouble.other(e));
    } catch (NoSuchAlgorithmException e) {
      connection.abort();
      listener.onFailed("there is no TLS on this machine");
    }
  }

  private void begin() {
    connection.handler(this);
    connection.reading(true);
    advance();
  }

  /// Goes as far as it can without hearing more.
  private void advance() {
    try {
      while (!over && !busy && step()) {
        // What comes next depends on the step before.
      }
    } catch (SSLException e) {
      fail(TlsTrouble.ofCertificate(e, host).orElseGet(() -> TlsTrouble.other(e)));
    }
  }

  /// Returns whether there is more to do now.
  private boolean step() throws SSLException {
    return switch (engine.getHandshakeStatus()) {
      case NEED_TASK -> {
        compute();
        yield false;
      }
      case NEED_WRAP -> say();
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> listen();
      case FINISHED, NOT_HANDSHAKING -> {
        greeted();
        yield false;
      }
    };
  }

  private void compute() {
    Runnable task = engine.getDelegatedTask();
    if (task == null) {
      return;
    }
    busy = true;
    try {
      tasks.execute(() -> {
        task.run();
        connection
            .loop()
            .execute(() -> {
              busy = false;
              advance();
            });
      });
    } catch (RejectedExecutionException e) {
      fail("this machine is too busy");
    }
  }

  private boolean say() throws SSLException {
    out.clear();
    SSLEngineResult result = engine.wrap(NOTHING, out);
    out.flip();
    connection.write(out.array(), 0, out.remaining());
    connection.flush();
    return result.getStatus() == SSLEngineResult.Status.OK;
  }

  private boolean listen() throws SSLException {
    in.flip();
    SSLEngineResult result = engine.unwrap(in, said);
    in.compact();
    said.clear();
    if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
      fail("the server ended the TLS handshake");
    }
    return result.getStatus() == SSLEngineResult.Status.OK;
  }

  private void greeted() {
    if (!over) {
      over = true;
      engine.closeOutbound();
      connection.close();
      listener.onGreeted();
    }
  }

  private void fail(String why) {
    if (!over) {
      over = true;
      connection.abort();
      listener.onFailed(why);
    }
  }

  @Override
  public void onRead(ByteBuffer bytes) {
    heard += bytes.remaining();
    if (over || heard > MAX_FLIGHT) {
      bytes.position(bytes.limit());
      fail("the server says too much before it has greeted");
      return;
    }
    if (in.remaining() < bytes.remaining()) {
      ByteBuffer larger = ByteBuffer.allocate(in.position() + bytes.remaining());
      in = larger.put(in.flip());
    }
    in.put(bytes);
    advance();
  }

  @Override
  public void onReadComplete() {}

  @Override
  public void onWritable() {}

  @Override
  public void onInputFinished() {
    fail("the server hung up during the TLS handshake");
  }

  @Override
  public void onClosed(@Nullable String cause) {
    fail("the connection was lost during the TLS handshake");
  }
}
