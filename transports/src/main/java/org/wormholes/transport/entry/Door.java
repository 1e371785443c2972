package org.wormholes.transport.entry;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.RateLimitedLog;
import org.wormholes.transport.socket.Sockets;

/// What the connections of one entry share.
final class Door {
  final Sockets sockets;
  final EntrySpec entry;
  final FlowAcceptor acceptor;
  final EntryLimits limits;
  final AtomicInteger associations = new AtomicInteger();
  private final AtomicInteger halfOpen = new AtomicInteger();
  private final RateLimitedLog log;

  Door(
      Sockets sockets,
      EntrySpec entry,
      FlowAcceptor acceptor,
      EntryLimits limits,
      RateLimitedLog log) {
    this.sockets = sockets;
    this.entry = entry;
    this.acceptor = acceptor;
    this.limits = limits;
    this.log = log;
  }

  void onArrival(NettyLoop loop, DuplexChannel channel) {
    if (halfOpen.get() >= limits.maxHalfOpen()) {
      note("connections reset, because too many had not yet said what they want");
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      channel.close();
      return;
    }
    Visitor visitor = new Visitor(this, loop, channel);
    channel.pipeline().addLast(visitor);
    visitor.arrive();
  }

  void onHalfOpen() {
    halfOpen.incrementAndGet();
  }

  void onHalfOpenEnded() {
    halfOpen.decrementAndGet();
  }

  int halfOpen() {
    return halfOpen.get();
  }

  /// Logs `cause`, a bounded number of times. Nothing an application sent may be in it.
  void note(String cause) {
    log.note(cause, "entry of tunnel " + entry.tunnel());
  }
}
