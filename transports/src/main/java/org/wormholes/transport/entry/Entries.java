package org.wormholes.transport.entry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.RateLimitedLog;
import org.wormholes.transport.socket.Sockets;

/// Opens entries.
public final class Entries {
  private static final Logger LOG = LoggerFactory.getLogger(Entries.class);
  private static final int LINES_PER_CAUSE = 3;
  private static final int LINES_TOGETHER = 12;

  private final Sockets sockets;
  private final EntryLimits limits;
  private final NameTls names;
  private final RateLimitedLog log =
      new RateLimitedLog(LOG, LINES_PER_CAUSE, LINES_TOGETHER, System::nanoTime);

  public Entries(Sockets sockets, EntryLimits limits) {
    this(sockets, limits, CarrierOptions.NONE);
  }

  /// @param names what the operator says of DNS ports over TLS: their certificate, as for a carrier
  /// @throws IllegalArgumentException if that is not understood
  public Entries(Sockets sockets, EntryLimits limits, CarrierOptions names) {
    this.sockets = sockets;
    this.limits = limits;
    this.names = new NameTls(names);
  }

  /// Starts listening for applications. Fails with an `IOException` that names the port.
  public CompletionStage<Listener> listen(EntrySpec entry, FlowAcceptor acceptor) {
    Optional<InetSocketAddress> address = address(entry);
    if (address.isEmpty()) {
      return CompletableFuture.failedFuture(
          new IOException("could not listen on " + entry.host() + ": expected an IP address"));
    }
    Door door = new Door(sockets, entry, acceptor, limits, log);
    if (entry.kind() == EntrySpec.Kind.DNS) {
      return NameEntry.listen(door, address.get(), names);
    }
    CompletionStage<Listener> streams =
        sockets.listen(sockets.loops(), address.get(), door::onArrival);
    return entry.kind() == EntrySpec.Kind.FORWARD && entry.udp()
        ? streams.thenCompose(tcp -> UdpForward.listen(door, tcp, address.get()))
        : streams;
  }

  private static Optional<InetSocketAddress> address(EntrySpec entry) {
    String host = entry.host().equals("localhost") ? "127.0.0.1" : entry.host();
    return new HostPort(host, entry.port()).literal();
  }
}
