package org.wormholes.transport;

import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletionStage;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Outside;
import org.wormholes.runtime.spi.Transport;
import org.wormholes.transport.entry.Entries;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.exit.NettyOutside;
import org.wormholes.transport.socket.CarrierProvider;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.Pipe;
import org.wormholes.transport.socket.Sockets;

/// The machine an engine runs on, through Netty: event loops, carriers, entries and the outside.
public final class NettyTransport implements Transport {
  private final Sockets sockets;
  private final List<Carrier> carriers;
  private final Outside outside;
  private final Entries entries;

  private NettyTransport(Sockets sockets, EntryLimits limits) {
    this.sockets = sockets;
    this.carriers =
        ServiceLoader.load(CarrierProvider.class, NettyTransport.class.getClassLoader()).stream()
            .map(provider -> provider.get().create(sockets))
            .toList();
    this.outside = new NettyOutside(sockets);
    this.entries = new Entries(sockets, limits);
  }

  /// Starts with [NettyOptions#defaults()].
  public static NettyTransport open() {
    return open(NettyOptions.defaults());
  }

  public static NettyTransport open(NettyOptions options) {
    return open(options, EntryLimits.defaults());
  }

  /// Starts the event loops; nothing listens yet.
  public static NettyTransport open(NettyOptions options, EntryLimits limits) {
    return new NettyTransport(Sockets.open(options), limits);
  }

  /// The sockets below, for those who need more than the engine does, such as the control server.
  public Sockets sockets() {
    return sockets;
  }

  @Override
  public List<Loop> loops() {
    return List.copyOf(sockets.loops());
  }

  @Override
  public List<Carrier> carriers() {
    return carriers;
  }

  @Override
  public Outside outside() {
    return outside;
  }

  @Override
  public CompletionStage<Listener> listen(EntrySpec entry, FlowAcceptor acceptor) {
    return entries.listen(entry, acceptor);
  }

  @Override
  public ConnectionPair pair(Loop loop) {
    return Pipe.between(sockets.loop(loop), sockets.options());
  }

  @Override
  public void close() {
    sockets.close();
  }
}
