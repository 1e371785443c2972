package org.wormholes.transport.exit;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.Sockets;
import org.wormholes.transport.tls.Pins;

/// A name server asked over TLS or HTTPS: one connection for all questions, dialled when there is
/// one, and closed when it has been idle. Belongs to one loop.
final class SecureUpstream implements Upstream {
  static final int MAX_OPEN = 1_024;

  private static final Duration PATIENCE = Duration.ofSeconds(4);

  private final Sockets sockets;
  private final SecureServer server;
  private final Optional<TrustManagerFactory> trust;
  private @Nullable SslContext tls;
  private @Nullable SecureSession session;
  private int open;

  SecureUpstream(Sockets sockets, SecureServer server, Optional<TrustManagerFactory> trust) {
    this.sockets = sockets;
    this.server = server;
    this.trust = trust;
  }

  @Override
  public void exchange(NettyLoop loop, Question question) {
    SecureSession here = open < MAX_OPEN ? session(loop) : null;
    if (here == null) {
      loop.execute(question::onFailed);
      return;
    }
    open++;
    here.ask(new Pending(loop, question, here));
  }

  private @Nullable SecureSession session(NettyLoop loop) {
    SecureSession here = session;
    if (here != null && here.isUsable()) {
      return here;
    }
    try {
      SslContext context = tls;
      if (context == null) {
        context = context();
        tls = context;
      }
      here = new SecureSession(loop, server, context);
    } catch (SSLException noTls) {
      return null;
    }
    session = here;
    here.dial(sockets, PATIENCE);
    return here;
  }

  private SslContext context() throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .protocols("TLSv1.3")
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    server.isHttps() ? List.of("h2", "http/1.1") : List.of("dot")));
    if (!server.pin().isEmpty()) {
      return builder
          .trustManager(new Pins(Set.of(server.pin())))
          .endpointIdentificationAlgorithm(null)
          .build();
    }
    trust.ifPresent(builder::trustManager);
    return builder.endpointIdentificationAlgorithm("HTTPS").build();
  }

  /// A question that was taken, until it is answered or given up.
  final class Pending {
    private final Question question;
    private final byte[] message;
    private final SecureSession on;
    private final Loop.Cancellable timeout;
    private boolean over;

    Pending(NettyLoop loop, Question question, SecureSession on) {
      this.question = question;
      this.message = question.padded();
      this.on = on;
      this.timeout =
          loop.schedule(
              PATIENCE,
              () -> {
                on.onSilence(PATIENCE);
                failed();
              });
    }

    /// To be sent, and not to be changed.
    byte[] message() {
      return message;
    }

    /// Whether a response has the identifier of the question.
    boolean isNumberOf(byte[] response) {
      return response.length > 1 && response[0] == message[0] && response[1] == message[1];
    }

    boolean isOver() {
      return over;
    }

    /// Takes a response if it is the answer.
    void answered(byte[] response) {
      if (!over && question.isAnswer(response)) {
        end();
      }
    }

    void failed() {
      if (!over) {
        end();
        question.onFailed();
      }
    }

    private void end() {
      over = true;
      open--;
      timeout.cancel();
      on.forget(this);
    }
  }
}
