package org.wormholes.runtime;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import org.wormholes.protocol.circuit.Host;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.NameFailure;
import org.wormholes.runtime.spi.Outside;

/// Reaches a destination for a flow at the exit: asks the exit policy, resolves, asks again about
/// what the name turned out to be, connects. A destination that any of the two answers refuses is
/// never contacted.
final class ExitDialer {
  /// Addresses of one name that are tried before giving up.
  private static final int MAX_TRIES = 4;

  /// Who asked. Told once, unless it is over before.
  interface Asker {
    boolean isOver();

    /// @param family 4 or 6
    void onReached(Connection live, int family);

    void onRefused(Reason reason);
  }

  private final Shard shard;
  private final Target target;
  private final Asker asker;
  private final ArrayDeque<InetAddress> untried = new ArrayDeque<>();

  ExitDialer(Shard shard, Target target, Asker asker) {
    this.shard = shard;
    this.target = target;
    this.asker = asker;
  }

  void start() {
    ExitGate gate = shard.node.exitGate();
    switch (target.host()) {
      case Host.Name(String name) -> {
        if (!gate.allowsName(name, target.port(), false)) {
          refuse(Reason.POLICY);
          return;
        }
        shard.node.outside().resolve(shard.loop, name, 0, gate.resolvers(), new Resolving(name));
      }
      case Host.Ip4 ip -> connectTo(gate, ip.text(), ip.bytes());
      case Host.Ip6 ip -> connectTo(gate, ip.text(), ip.bytes());
    }
  }

  private void connectTo(ExitGate gate, String text, byte[] bytes) {
    InetAddress address = ExitGate.address(bytes);
    if (gate.allowsAddress(text, address, target.port(), false)) {
      untried.add(address);
      tryNext(Reason.POLICY);
    } else {
      refuse(Reason.POLICY);
    }
  }

  private void tryNext(Reason otherwise) {
    if (asker.isOver()) {
      return;
    }
    InetAddress next = untried.pollFirst();
    if (next == null) {
      refuse(otherwise);
      return;
    }
    shard
        .node
        .outside()
        .connect(
            shard.loop,
            new InetSocketAddress(next, target.port()),
            ExitFlow.CONNECT_TIMEOUT,
            new Connecting(next.getAddress().length == 4 ? 4 : 6));
  }

  private void refuse(Reason reason) {
    if (!asker.isOver()) {
      asker.onRefused(reason);
    }
    shard.flush();
  }

  private final class Resolving implements Outside.ResolveListener {
    private final String name;

    Resolving(String name) {
      this.name = name;
    }

    @Override
    public void onResolved(List<InetAddress> addresses, Duration timeToLive) {
      ExitGate gate = shard.node.exitGate();
      for (InetAddress address : addresses) {
        // Checked again after resolution: a name must not lead where its address may not.
        if (untried.size() < MAX_TRIES && gate.allowsAddress(name, address, target.port(), false)) {
          untried.add(address);
        }
      }
      tryNext(addresses.isEmpty() ? Reason.NAME_NOT_FOUND : Reason.POLICY);
      shard.flush();
    }

    @Override
    public void onUnresolved(NameFailure why, Duration timeToLive) {
      refuse(ExitNames.reason(why));
    }
  }

  private final class Connecting implements DialListener {
    private final int family;

    Connecting(int family) {
      this.family = family;
    }

    @Override
    public void onConnected(Connection live) {
      if (asker.isOver()) {
        live.abort();
        return;
      }
      asker.onReached(live, family);
      shard.flush();
    }

    @Override
    public void onFailed(DialFailure failure) {
      tryNext(
          switch (failure) {
            case REFUSED -> Reason.CONNECTION_REFUSED;
            case TIMED_OUT -> Reason.TIMED_OUT;
            case UNREACHABLE -> Reason.NETWORK_UNREACHABLE;
            case FAILED -> Reason.HOST_UNREACHABLE;
          });
      shard.flush();
    }
  }
}
