package org.wormholes.transport.i2p;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.wormholes.runtime.Splice;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.GatewaySpeaker.Hosting;
import org.wormholes.transport.i2p.SamSession.State;

/// A service of ours under a destination of its own. Each stream that comes is joined to a
/// connection to the service.
final class I2pHosting implements Hosting {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private final SamSession session;
  private final StreamAcceptor acceptor;
  private final InetSocketAddress place;

  I2pHosting(SamSession session, InetSocketAddress place) {
    this.session = session;
    this.place = place;
    this.acceptor = new StreamAcceptor(session, session.sockets().loops(), this::join);
    acceptor.start();
    session.start();
  }

  private void join(Connection stream) {
    session
        .sockets()
        .connect(
            stream.loop(),
            place,
            CONNECT_TIMEOUT,
            new DialListener() {
              @Override
              public void onConnected(Connection connection) {
                Splice.serve(stream, connection);
              }

              @Override
              public void onFailed(DialFailure failure) {
                stream.abort();
              }
            });
  }

  @Override
  public String address() {
    return session.status().name();
  }

  @Override
  public String problem() {
    SamSession.Status status = session.status();
    if (status.state() == State.READY) {
      return "";
    }
    return status.problem().isEmpty() ? "the I2P router builds its tunnels" : status.problem();
  }

  @Override
  public void close() {
    acceptor.close();
    session.close();
  }
}
