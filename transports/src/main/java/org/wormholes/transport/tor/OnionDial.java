package org.wormholes.transport.tor;

import java.time.Duration;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.DialListener.DialFailure;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor.Refusal;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.GatewaySpeaker.Phase;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Way;

/// One attempt to reach an onion service: waits for a tor that is still starting, then for Tor.
final class OnionDial {
  /// Finding a service and meeting it takes Tor 5 to 20 s, more than carriers usually are given.
  static final Duration PATIENCE = Duration.ofSeconds(45);

  private final Tor tor;
  private final Loop loop;
  private final EntrySpec.Target to;
  private final FlowRequest.Credentials isolation;
  private final DialListener listener;
  private boolean asked;
  private boolean over;

  OnionDial(
      Tor tor,
      Loop loop,
      EntrySpec.Target to,
      FlowRequest.Credentials isolation,
      DialListener listener) {
    this.tor = tor;
    this.loop = loop;
    this.to = to;
    this.isolation = isolation;
    this.listener = listener;
  }

  void start(Duration timeout) {
    Duration patience = timeout.compareTo(PATIENCE) > 0 ? timeout : PATIENCE;
    var _ = loop.schedule(patience, () -> fail(DialFailure.TIMED_OUT));
    loop.execute(this::look);
  }

  private void look() {
    if (over || asked) {
      return;
    }
    Phase phase = tor.state().phase();
    switch (phase) {
      case READY -> ask();
      case DOWN -> fail(DialFailure.FAILED);
      case STARTING -> tor.controller().onChange(() -> loop.execute(this::look));
    }
  }

  private void ask() {
    asked = true;
    tor.open(
        loop,
        to,
        isolation,
        new Way.OpenListener() {
          @Override
          public void onOpened(Connection connection) {
            if (over) {
              connection.abort();
            } else {
              over = true;
              listener.onConnected(connection);
            }
          }

          @Override
          public void onRefused(Refusal refusal, String why) {
            tor.forgetFailures();
            fail(failure(refusal));
          }
        });
  }

  private static DialFailure failure(Refusal refusal) {
    return switch (refusal) {
      case TIMED_OUT -> DialFailure.TIMED_OUT;
      case CONNECTION_REFUSED -> DialFailure.REFUSED;
      case HOST_UNREACHABLE, NETWORK_UNREACHABLE -> DialFailure.UNREACHABLE;
      default -> DialFailure.FAILED;
    };
  }

  private void fail(DialFailure why) {
    if (!over) {
      over = true;
      listener.onFailed(why);
    }
  }
}
