package org.wormholes.runtime;

import java.time.Duration;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.runtime.spi.Connection;

/// A stream at the exit: joined to a connection to its destination, where the exit's rules allow
/// one.
final class ExitFlow extends StreamBridge implements ExitDialer.Asker {
  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);

  private final Target target;

  ExitFlow(Shard shard, Target target) {
    super(shard);
    this.target = target;
  }

  void start() {
    new ExitDialer(shard(), target, this).start();
  }

  @Override
  public void onReached(Connection live, int family) {
    stream().connected(family);
    connected(live);
  }

  @Override
  public void onRefused(Reason reason) {
    stream().refuse(reason);
    abandonQuietly();
  }
}
