package org.wormholes.runtime.spi;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.wormholes.rules.Dnssec;

/// Everything an engine needs from the machine it runs on.
public interface Transport extends AutoCloseable {
  List<Loop> loops();

  /// The carriers at hand, by the order in which they were found.
  List<Carrier> carriers();

  Outside outside();

  /// Starts listening for applications. Fails with an `IOException` that names the port.
  CompletionStage<Listener> listen(EntrySpec entry, FlowAcceptor acceptor);

  /// A pair of connected in-process connections on `loop`, for embedding: what is written to one is
  /// read from the other.
  ConnectionPair pair(Loop loop);

  /// Makes what speaks with a network of others; nothing happens before it is started.
  ///
  /// @param way how its own connections leave
  /// @param changed hears how it stands, whenever that changes, on any thread
  default GatewaySpeaker gateway(
      GatewaySpec spec, Way way, Consumer<GatewaySpeaker.State> changed) {
    throw new UnsupportedOperationException("this transport knows no networks of others");
  }

  /// Makes what checks the signatures of answers about names.
  default NameChecker checker(Dnssec dnssec) {
    throw new UnsupportedOperationException("this transport checks no signatures");
  }

  @Override
  void close();

  /// Two ends of one in-process connection.
  record ConnectionPair(Connection near, Connection far) {}
}
