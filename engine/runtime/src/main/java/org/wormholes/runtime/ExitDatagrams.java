package org.wormholes.runtime;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.wormholes.protocol.circuit.CircuitLimits;
import org.wormholes.protocol.circuit.DatagramEnd;
import org.wormholes.protocol.circuit.DatagramListener;
import org.wormholes.protocol.circuit.Host;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.runtime.spi.NameFailure;
import org.wormholes.runtime.spi.Outside;

/// A datagram flow at the exit: one UDP socket of its own. Answers are taken only from where the
/// flow has sent to; everything else is dropped.
final class ExitDatagrams implements DatagramListener, Outside.DatagramListener, Shard.Flushable {
  /// Names, and addresses, one flow may talk to at a time; the ones used longest ago are forgotten.
  private static final int MAX_CORRESPONDENTS = 1_024;

  private final Shard shard;
  private final DatagramEnd flow;
  private final Outside.Datagrams socket;
  private final Map<InetSocketAddress, Boolean> contacted = recent();
  private final Map<String, InetAddress> resolved = recent();
  private final byte[] received = new byte[CircuitLimits.MAX_DATAGRAM];
  private boolean flushAsked;
  private boolean over;

  private ExitDatagrams(Shard shard, DatagramEnd flow) {
    this.shard = shard;
    this.flow = flow;
    this.socket = shard.node.outside().datagrams(shard.loop, this);
  }

  static ExitDatagrams serve(ExitCircuit circuit, DatagramEnd flow) {
    ExitDatagrams served = new ExitDatagrams(circuit.shard, flow);
    flow.listener(served);
    return served;
  }

  @Override
  public void onDatagram(Target target, byte[] array, int offset, int length) {
    ExitGate gate = shard.node.exitGate();
    switch (target.host()) {
      case Host.Ip4 ip ->
          send(gate, ip.text(), ExitGate.address(ip.bytes()), target, array, offset, length);
      case Host.Ip6 ip ->
          send(gate, ip.text(), ExitGate.address(ip.bytes()), target, array, offset, length);
      case Host.Name(String name) -> sendToName(gate, name, target, array, offset, length);
    }
  }

  private void sendToName(
      ExitGate gate, String name, Target target, byte[] array, int offset, int length) {
    InetAddress known = resolved.get(name);
    if (known != null) {
      send(gate, name, known, target, array, offset, length);
      return;
    }
    if (!gate.allowsName(name, target.port(), true)) {
      return;
    }
    byte[] held = java.util.Arrays.copyOfRange(array, offset, offset + length);
    shard.node.memory.charge(held.length);
    shard
        .node
        .outside()
        .resolve(
            shard.loop,
            name,
            0,
            gate.resolvers(),
            new Outside.ResolveListener() {
              @Override
              public void onResolved(List<InetAddress> addresses, Duration timeToLive) {
                shard.node.memory.release(held.length);
                if (!over && !addresses.isEmpty()) {
                  resolved.put(name, addresses.getFirst());
                  send(gate, name, addresses.getFirst(), target, held, 0, held.length);
                  shard.flush();
                }
              }

              @Override
              public void onUnresolved(NameFailure why, Duration timeToLive) {
                shard.node.memory.release(held.length);
              }
            });
  }

  private void send(
      ExitGate gate,
      String host,
      InetAddress address,
      Target target,
      byte[] array,
      int offset,
      int length) {
    if (!gate.allowsAddress(host, address, target.port(), true)) {
      return;
    }
    InetSocketAddress to = new InetSocketAddress(address, target.port());
    contacted.put(to, Boolean.TRUE);
    socket.send(to, array, offset, length);
    if (!flushAsked) {
      flushAsked = true;
      shard.flushLater(this);
    }
  }

  @Override
  public void flushNow() {
    flushAsked = false;
    if (!over) {
      socket.flush();
    }
  }

  @Override
  public void onDatagram(InetSocketAddress from, ByteBuffer data) {
    if (over || contacted.get(from) == null || data.remaining() > received.length) {
      return;
    }
    int length = data.remaining();
    data.get(received, 0, length);
    Target source = new Target(Host.of(from.getAddress().getAddress()), from.getPort());
    flow.send(source, received, 0, length, shard.now());
    shard.flush();
  }

  @Override
  public void onClosed(Reason reason) {
    over = true;
    socket.close();
  }

  private static <K, V> Map<K, V> recent() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > MAX_CORRESPONDENTS;
      }
    };
  }
}
