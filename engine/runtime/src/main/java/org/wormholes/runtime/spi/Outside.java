package org.wormholes.runtime.spi;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/// The internet as an exit sees it. Nothing else in the engine may reach a destination or resolve a
/// name.
public interface Outside {
  void connect(Loop loop, InetSocketAddress address, Duration timeout, DialListener listener);

  /// Opens a UDP socket on an ephemeral port.
  Datagrams datagrams(Loop loop, DatagramListener listener);

  /// Resolves `host` to its addresses. `servers` are `ip:port`; none means the system's resolver.
  void resolve(Loop loop, String host, List<String> servers, ResolveListener listener);

  /// A UDP socket.
  interface Datagrams {
    void send(InetSocketAddress to, byte[] array, int offset, int length);

    void flush();

    void close();
  }

  /// Hears arriving datagrams; `data` is valid for the call only.
  interface DatagramListener {
    void onDatagram(InetSocketAddress from, ByteBuffer data);
  }

  /// Exactly one method is called, on the loop asked for. Addresses come in the order to try them.
  interface ResolveListener {
    void onResolved(List<InetAddress> addresses);

    void onUnresolved(String why);
  }
}
